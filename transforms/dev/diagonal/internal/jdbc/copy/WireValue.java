package dev.diagonal.internal.jdbc.copy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.jdbc.sql.Identifiers;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.ExactFloat;
import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Encodes values in PostgreSQL's binary format: a length, then the bytes. Refuses a value that does
 * not fit its type with an {@link IllegalArgumentException}, which does not show the value.
 */
public final class WireValue {

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
      case FLOAT4, FLOAT8 -> {
        try {
          put(out, type, ExactFloat.of(value, floatType(type)));
        } catch (BadValueException e) {
          throw rounded(type);
        }
      }
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
        if (single != value && !Double.isNaN(value)) {
          throw rounded(type);
        }
        out.putInt(Float.BYTES);
        out.putInt(Float.floatToIntBits(single));
      }
      case NUMERIC -> put(out, type, decimal(type, value));
      case TEXT, VARCHAR, BPCHAR, JSON, JSONB, OTHER -> put(out, type, Double.toString(value));
      default -> throw refused(type, "floating-point number");
    }
  }

  /** Writes a real; a decimal number or a text gets its digits, not those of the same double. */
  public static void put(ByteBuilder out, WireType type, float value) {
    switch (type) {
      case NUMERIC -> {
        if (Float.isFinite(value)) {
          put(out, type, new BigDecimal(Float.toString(value)));
        } else {
          put(out, type, (double) value);
        }
      }
      case TEXT, VARCHAR, BPCHAR, JSON, JSONB, OTHER -> put(out, type, Float.toString(value));
      default -> put(out, type, (double) value);
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
        double nearest = type == WireType.FLOAT4 ? value.floatValue() : value.doubleValue();
        checkRange(type, !Double.isInfinite(nearest));
        if (!ExactFloat.isShownAs(nearest, floatType(type), value)) {
          throw rounded(type);
        }
        put(out, type, nearest);
      }
      case INT2, INT4, INT8 -> {
        try {
          put(out, type, value.longValueExact());
        } catch (ArithmeticException e) {
          throw refused(type, "number with decimal places or out of range");
        }
      }
      case TEXT, VARCHAR, BPCHAR, JSON, JSONB, OTHER -> put(out, type, value.toPlainString());
      default -> throw refused(type, "decimal number");
    }
  }

  /** Returns the {@code numeric} whose length is at a position, or null if it is not finite. */
  public static @Nullable BigDecimal decimal(byte[] bytes, int field) {
    return WireNumeric.get(bytes, field + Integer.BYTES);
  }

  /** Returns the whole number whose length, two, four or eight bytes, is at a position. */
  public static long whole(byte[] bytes, int field, int length) {
    long value = bytes[field + Integer.BYTES];
    for (int i = 1; i < length; i++) {
      value = value << Byte.SIZE | (bytes[field + Integer.BYTES + i] & 0xff);
    }
    return value;
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
      default -> WireText.put(out, type, value);
    }
  }

  /** Writes text in UTF-8. */
  public static void put(ByteBuilder out, WireType type, byte[] utf8, int start, int end) {
    switch (type) {
      case TEXT, VARCHAR, BPCHAR, JSON, OTHER -> {
        out.putInt(end - start);
        out.put(utf8, start, end);
      }
      case NAME -> {
        checkLength(type, end - start, Identifiers.MAX_BYTES);
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

  private static FieldType floatType(WireType type) {
    return type == WireType.FLOAT4 ? FieldType.REAL : FieldType.DOUBLE;
  }

  private static BigDecimal decimal(WireType type, double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw refused(type, "number that is not finite");
    }
    return BigDecimal.valueOf(value);
  }

  static boolean isText(WireType type) {
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

  static void checkRange(WireType type, boolean fits) {
    if (!fits) {
      throw refused(type, "number of this size");
    }
  }

  private static IllegalArgumentException rounded(WireType type) {
    return refused(type, "number that it would round");
  }

  static IllegalArgumentException refused(WireType type, String what) {
    return new IllegalArgumentException(
        "a column of type %s does not accept a %s"
            .formatted(type.name().toLowerCase(Locale.ROOT), what));
  }
}
