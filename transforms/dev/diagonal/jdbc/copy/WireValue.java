package dev.diagonal.jdbc.copy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.bytes.ByteBuilder;
import dev.diagonal.rows.ValueFormatter;
import dev.diagonal.rows.ValueParser;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's binary form of values, each put as its length and its bytes. A value that does not
 * fit its type is refused with an {@link IllegalArgumentException} which does not show it.
 */
public final class WireValue {

  private static final long EPOCH_DAY_OF_2000 = LocalDate.of(2000, 1, 1).toEpochDay();
  private static final long EPOCH_SECOND_OF_2000 = EPOCH_DAY_OF_2000 * 86_400;

  private static final int MAX_NAME_BYTES = 63;

  /** What PostgreSQL takes for a number; Java takes more, for example {@code 1f}. */
  private static final Pattern FLOATING =
      Pattern.compile("[+-]?((\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?|Infinity|NaN)");

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
        float single = (float) value;
        checkRange(type, Float.isInfinite(single) == Double.isInfinite(value));
        checkRange(type, (single == 0) == (value == 0));
        out.putInt(Float.BYTES);
        out.putInt(Float.floatToIntBits(single));
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
      case FLOAT4, FLOAT8 -> {
        double floating = value.doubleValue();
        checkRange(type, !Double.isInfinite(floating));
        put(out, type, floating);
      }
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

  /** Returns the {@code numeric} whose length is at a position, or null if it is not finite. */
  public static @Nullable BigDecimal decimal(byte[] bytes, int field) {
    return WireNumeric.get(bytes, field + Integer.BYTES);
  }

  public static void put(ByteBuilder out, WireType type, String value) {
    switch (type) {
      case TEXT, VARCHAR, BPCHAR, JSON, OTHER -> {
        int start = out.startField();
        out.put(value);
        out.endField(start);
      }
      case NAME, CHAR -> {
        byte[] utf8 = value.getBytes(UTF_8);
        put(out, type, utf8, 0, utf8.length);
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
      case NAME -> {
        checkLength(type, end - start, MAX_NAME_BYTES);
        out.putInt(end - start);
        out.put(utf8, start, end);
      }
      case CHAR -> {
        checkLength(type, end - start, 1);
        out.putInt(1);
        out.put(start == end ? 0 : utf8[start]);
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

  /** Text for a type that is no text, in its usual (ISO) spelling. */
  private static void parsed(ByteBuilder out, WireType type, String text) {
    try {
      switch (type) {
        case INT2, INT4, INT8 -> put(out, type, Long.parseLong(text.strip()));
        case FLOAT4, FLOAT8 -> putFloating(out, type, text.strip());
        case NUMERIC -> putNumeric(out, text.strip());
        case BOOL -> put(out, type, truth(text.strip().toLowerCase(Locale.ROOT)));
        case UUID -> putUuid(out, text.strip());
        case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> putTime(out, type, text.strip());
        case BYTEA -> put(out, type, hex(text));
        default -> throw refused(type, "text");
      }
    } catch (NumberFormatException | DateTimeParseException | IndexOutOfBoundsException e) {
      throw refused(type, "such text");
    }
  }

  /** Reads the hex format, and no other: PostgreSQL takes text without {@code \\x} as it is. */
  private static byte[] hex(String text) {
    if (!text.startsWith("\\x")) {
      throw refused(WireType.BYTEA, "text that does not start with \\x");
    }
    try {
      return HexFormat.of().parseHex(text, 2, text.length());
    } catch (IllegalArgumentException e) {
      throw refused(WireType.BYTEA, "text that is not in hex format");
    }
  }

  private static void putFloating(ByteBuilder out, WireType type, String text) {
    if (!FLOATING.matcher(text).matches()) {
      throw refused(type, "such text");
    }
    double value = Double.parseDouble(text);
    checkRange(type, !Double.isInfinite(value) || text.endsWith("Infinity"));
    put(out, type, type == WireType.FLOAT4 ? finest(text, value) : value);
  }

  /** Returns the float that is nearest to the text, where rounding twice may give another. */
  private static double finest(String text, double value) {
    float single = Float.parseFloat(text);
    return Float.isInfinite(single) || single == 0 ? value : single;
  }

  private static void putNumeric(ByteBuilder out, String text) {
    int sign =
        switch (text) {
          case "NaN" -> WireNumeric.NAN;
          case "Infinity" -> WireNumeric.INFINITY;
          case "-Infinity" -> WireNumeric.MINUS_INFINITY;
          default -> 0;
        };
    if (sign == 0) {
      put(out, WireType.NUMERIC, new BigDecimal(text));
    } else {
      int start = out.startField();
      WireNumeric.putSpecial(out, sign);
      out.endField(start);
    }
  }

  private static void putUuid(ByteBuilder out, String text) {
    if (!ValueParser.isUuid(text)) {
      throw refused(WireType.UUID, "such text");
    }
    put(out, WireType.UUID, UUID.fromString(text));
  }

  /** Puts dates and times, with the values that Java's classes do not have. */
  private static void putTime(ByteBuilder out, WireType type, String text) {
    String iso = text.replace(' ', 'T');
    boolean isInfinite = text.equals("infinity") || text.equals("-infinity");
    if (isInfinite && type != WireType.TIME) {
      putInfinity(out, type, text.startsWith("-"));
    } else if (type == WireType.DATE) {
      put(out, type, LocalDate.parse(text));
    } else if (type == WireType.TIMESTAMP) {
      put(out, type, LocalDateTime.parse(iso));
    } else if (type == WireType.TIMESTAMPTZ) {
      put(out, type, OffsetDateTime.parse(iso).toInstant());
    } else if (ValueParser.isEndOfDay(text)) {
      out.putInt(Long.BYTES);
      out.putLong(ValueFormatter.DAY_MICROS);
    } else {
      put(out, type, LocalTime.parse(text));
    }
  }

  private static void putInfinity(ByteBuilder out, WireType type, boolean negative) {
    if (type == WireType.DATE) {
      out.putInt(Integer.BYTES);
      out.putInt(negative ? Integer.MIN_VALUE : Integer.MAX_VALUE);
    } else {
      out.putInt(Long.BYTES);
      out.putLong(negative ? Long.MIN_VALUE : Long.MAX_VALUE);
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

  private static void checkLength(WireType type, int bytes, int most) {
    if (bytes > most) {
      throw refused(type, "text of more than " + most + " bytes");
    }
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
