package dev.diagonal.jdbc.copy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.bytes.ByteBuilder;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * PostgreSQL's binary form of values, each put as its length and its bytes. A value that does not
 * fit its type is refused with an {@link IllegalArgumentException} which does not show it.
 */
public final class WireValue {

  private static final long EPOCH_DAY_OF_2000 = LocalDate.of(2000, 1, 1).toEpochDay();
  private static final long EPOCH_SECOND_OF_2000 = EPOCH_DAY_OF_2000 * 86_400;

  private WireValue() {}

  public static void putNull(ByteBuilder out) {
    out.putInt(-1);
  }

  public static void put(ByteBuilder out, WireType type, long value) {
    switch (type) {
      case INT8 -> {
        out.putInt(Long.BYTES);
        out.putLong(value);
      }
      case INT4 -> {
        checkRange(type, (int) value == value);
        out.putInt(Integer.BYTES);
        out.putInt((int) value);
      }
      case INT2 -> {
        checkRange(type, (short) value == value);
        out.putInt(Short.BYTES);
        out.putShort((int) value);
      }
      case FLOAT4, FLOAT8 -> put(out, type, (double) value);
      case NUMERIC -> put(out, type, BigDecimal.valueOf(value));
      case TEXT, VARCHAR, BPCHAR, JSON, JSONB, OTHER -> put(out, type, Long.toString(value));
      default -> throw refused(type, "whole number");
    }
  }

  public static void put(ByteBuilder out, WireType type, double value) {
    switch (type) {
      case FLOAT8 -> {
        out.putInt(Double.BYTES);
        out.putLong(Double.doubleToLongBits(value));
      }
      case FLOAT4 -> {
        out.putInt(Float.BYTES);
        out.putInt(Float.floatToIntBits((float) value));
      }
      case NUMERIC -> put(out, type, decimal(type, value));
      case TEXT, VARCHAR, BPCHAR, JSON, JSONB, OTHER -> put(out, type, Double.toString(value));
      default -> throw refused(type, "floating point number");
    }
  }

  public static void put(ByteBuilder out, WireType type, boolean value) {
    if (type == WireType.BOOL) {
      out.putInt(Byte.BYTES);
      out.put(value ? 1 : 0);
    } else if (isText(type)) {
      put(out, type, Boolean.toString(value));
    } else {
      throw refused(type, "boolean");
    }
  }

  public static void put(ByteBuilder out, WireType type, BigDecimal value) {
    switch (type) {
      case NUMERIC -> {
        int start = out.startField();
        WireNumeric.put(out, value);
        out.endField(start);
      }
      case FLOAT4, FLOAT8 -> put(out, type, value.doubleValue());
      case INT2, INT4, INT8 -> {
        try {
          put(out, type, value.longValueExact());
        } catch (ArithmeticException e) {
          throw refused(type, "number with decimal places or out of range");
        }
      }
      case TEXT, VARCHAR, BPCHAR, JSON, JSONB, OTHER -> put(out, type, value.toString());
      default -> throw refused(type, "decimal number");
    }
  }

  public static void put(ByteBuilder out, WireType type, String value) {
    switch (type) {
      case TEXT, VARCHAR, BPCHAR, JSON, OTHER -> {
        int start = out.startField();
        out.put(value);
        out.endField(start);
      }
      case JSONB -> {
        int start = out.startField();
        out.put(1); // the version of the format
        out.put(value);
        out.endField(start);
      }
      default -> parsed(out, type, value);
    }
  }

  /** Puts text that is spelt in UTF-8. */
  public static void put(ByteBuilder out, WireType type, byte[] utf8, int start, int end) {
    switch (type) {
      case TEXT, VARCHAR, BPCHAR, JSON, OTHER -> {
        out.putInt(end - start);
        out.put(utf8, start, end);
      }
      default -> put(out, type, new String(utf8, start, end - start, UTF_8));
    }
  }

  public static void put(ByteBuilder out, WireType type, byte[] value) {
    if (type != WireType.BYTEA) {
      throw refused(type, "bytes");
    }
    out.putInt(value.length);
    out.put(value, 0, value.length);
  }

  public static void put(ByteBuilder out, WireType type, UUID value) {
    if (type == WireType.UUID) {
      out.putInt(2 * Long.BYTES);
      out.putLong(value.getMostSignificantBits());
      out.putLong(value.getLeastSignificantBits());
    } else if (isText(type)) {
      put(out, type, value.toString());
    } else {
      throw refused(type, "UUID");
    }
  }

  public static void putEpochDay(ByteBuilder out, WireType type, long days) {
    if (type != WireType.DATE) {
      put(out, type, LocalDate.ofEpochDay(days));
      return;
    }
    out.putInt(Integer.BYTES);
    out.putInt(Math.toIntExact(days - EPOCH_DAY_OF_2000));
  }

  public static void put(ByteBuilder out, WireType type, LocalDate value) {
    switch (type) {
      case DATE -> {
        out.putInt(Integer.BYTES);
        out.putInt(Math.toIntExact(value.toEpochDay() - EPOCH_DAY_OF_2000));
      }
      case TIMESTAMP -> put(out, type, value.atStartOfDay());
      case TEXT, VARCHAR, BPCHAR, OTHER -> put(out, type, value.toString());
      default -> throw refused(type, "date");
    }
  }

  public static void put(ByteBuilder out, WireType type, LocalTime value) {
    if (type == WireType.TIME) {
      out.putInt(Long.BYTES);
      out.putLong((value.toNanoOfDay() + 500) / 1_000);
    } else if (isText(type)) {
      put(out, type, value.toString());
    } else {
      throw refused(type, "time of day");
    }
  }

  public static void put(ByteBuilder out, WireType type, LocalDateTime value) {
    if (type == WireType.TIMESTAMP) {
      put(out, WireType.TIMESTAMPTZ, value.toInstant(ZoneOffset.UTC)); // of the same form
    } else if (isText(type)) {
      put(out, type, value.toString());
    } else {
      throw refused(type, "timestamp without time zone");
    }
  }

  public static void put(ByteBuilder out, WireType type, Instant value) {
    if (type == WireType.TIMESTAMPTZ) {
      putMicros(out, value.getEpochSecond(), value.getNano());
    } else if (isText(type)) {
      put(out, type, value.toString());
    } else {
      throw refused(type, "instant");
    }
  }

  /** Puts an array of one dimension. */
  public static void put(ByteBuilder out, WireType type, List<?> elements) {
    int start = out.startField();
    out.putInt(elements.isEmpty() ? 0 : 1);
    out.putInt(elements.stream().anyMatch(Objects::isNull) ? 1 : 0);
    out.putInt(type.oid());
    if (!elements.isEmpty()) {
      out.putInt(elements.size());
      out.putInt(1); // the first index
      for (Object element : elements) {
        if (element == null) {
          putNull(out);
        } else {
          putElement(out, type, element);
        }
      }
    }
    out.endField(start);
  }

  private static void putElement(ByteBuilder out, WireType type, Object element) {
    if (element instanceof Number number) {
      if (element instanceof BigDecimal decimal) {
        put(out, type, decimal);
      } else if (element instanceof Double || element instanceof Float) {
        put(out, type, number.doubleValue());
      } else {
        put(out, type, number.longValue());
      }
    } else if (element instanceof String text) {
      put(out, type, text);
    } else if (element instanceof Boolean truth) {
      put(out, type, (boolean) truth);
    } else if (element instanceof byte[] bytes) {
      put(out, type, bytes);
    } else if (element instanceof UUID uuid) {
      put(out, type, uuid);
    } else if (element instanceof LocalDate date) {
      put(out, type, date);
    } else if (element instanceof LocalTime time) {
      put(out, type, time);
    } else if (element instanceof LocalDateTime timestamp) {
      put(out, type, timestamp);
    } else if (element instanceof Instant instant) {
      put(out, type, instant);
    } else {
      throw refused(type, element.getClass().getSimpleName());
    }
  }

  /** Text for a type that is no text, in its usual (ISO) spelling. */
  private static void parsed(ByteBuilder out, WireType type, String text) {
    try {
      switch (type) {
        case INT2, INT4, INT8 -> put(out, type, Long.parseLong(text.strip()));
        case FLOAT4, FLOAT8 -> put(out, type, Double.parseDouble(text));
        case NUMERIC -> put(out, type, new BigDecimal(text.strip()));
        case BOOL -> put(out, type, truth(text.strip().toLowerCase(Locale.ROOT)));
        case UUID -> put(out, type, UUID.fromString(text.strip()));
        case DATE -> put(out, type, LocalDate.parse(text.strip()));
        case TIME -> put(out, type, LocalTime.parse(text.strip()));
        case TIMESTAMP -> put(out, type, LocalDateTime.parse(text.strip().replace(' ', 'T')));
        case TIMESTAMPTZ ->
            put(out, type, OffsetDateTime.parse(text.strip().replace(' ', 'T')).toInstant());
        case BYTEA -> put(out, type, HexFormat.of().parseHex(text, 2, text.length()));
        default -> throw refused(type, "text");
      }
    } catch (NumberFormatException | DateTimeParseException | IndexOutOfBoundsException e) {
      throw refused(type, "such text");
    }
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "true", "t", "yes", "y", "on", "1" -> true;
      case "false", "f", "no", "n", "off", "0" -> false;
      default -> throw refused(WireType.BOOL, "such text");
    };
  }

  private static void putMicros(ByteBuilder out, long epochSecond, int nano) {
    out.putInt(Long.BYTES);
    out.putLong(micros(epochSecond - EPOCH_SECOND_OF_2000, nano));
  }

  /** Microseconds, rounded as the driver does. */
  private static long micros(long seconds, int nano) {
    return Math.addExact(Math.multiplyExact(seconds, 1_000_000L), (nano + 500) / 1_000);
  }

  private static BigDecimal decimal(WireType type, double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw refused(type, "number that is not finite");
    }
    return BigDecimal.valueOf(value);
  }

  private static boolean isText(WireType type) {
    return switch (type) {
      case TEXT, VARCHAR, BPCHAR, OTHER -> true;
      default -> false;
    };
  }

  private static void checkRange(WireType type, boolean fits) {
    if (!fits) {
      throw refused(type, "number of this size");
    }
  }

  private static IllegalArgumentException refused(WireType type, String what) {
    return new IllegalArgumentException(
        "a column of type %s takes no %s".formatted(type.name().toLowerCase(Locale.ROOT), what));
  }
}
