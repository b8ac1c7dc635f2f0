package dev.diagonal.internal.jobs.schema;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Number types of PostgreSQL in its binary format (the functions {@code …send} in {@code
 * src/backend/utils/adt} of its source), decoded without creating objects.
 */
public enum NumberType {
  SMALLINT("smallint", true),
  INTEGER("integer", true),
  BIGINT("bigint", true),
  REAL("real", false),
  DOUBLE("double precision", false),
  NUMERIC("numeric", false);

  /**
   * Returned for values that are not numbers of up to three fraction digits and at most {@link
   * #MAX_RATING}.
   */
  public static final int NO_RATING = Integer.MIN_VALUE;

  /** The same limit as in files of ratings. */
  public static final int MAX_RATING = 1_000_000;

  private static final int MAX_THOUSANDTHS = MAX_RATING * 1000;
  private static final int NUMERIC_HEADER_BYTES = 8;
  private static final int NUMERIC_BASE = 10_000;
  private static final int NUMERIC_POSITIVE = 0;
  private static final int NUMERIC_NEGATIVE = 0x4000;

  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final String sqlName;
  private final boolean whole;

  NumberType(String sqlName, boolean whole) {
    this.sqlName = sqlName;
    this.whole = whole;
  }

  /** Returns the type with PostgreSQL's name, without a precision; null for other types. */
  public static @Nullable NumberType named(String sqlName) {
    for (NumberType type : values()) {
      if (type.sqlName.equals(sqlName)) {
        return type;
      }
    }
    return null;
  }

  /** Returns the four bytes at {@code at}, the format of field lengths. */
  public static int intAt(byte[] bytes, int at) {
    return (int) INTS.get(bytes, at);
  }

  public boolean isWhole() {
    return whole;
  }

  /** Returns the whole number at {@code at}. */
  public long whole(byte[] bytes, int at) {
    return switch (this) {
      case SMALLINT -> (short) SHORTS.get(bytes, at);
      case INTEGER -> (int) INTS.get(bytes, at);
      case BIGINT -> (long) LONGS.get(bytes, at);
      default -> throw new IllegalStateException(this + " is not a whole number");
    };
  }

  /** Returns the number at {@code at} in thousandths, or {@link #NO_RATING}. */
  public int thousandths(byte[] bytes, int at) {
    return switch (this) {
      case SMALLINT, INTEGER, BIGINT -> ofWhole(whole(bytes, at));
      case REAL -> ofReal(Float.intBitsToFloat((int) INTS.get(bytes, at)));
      case DOUBLE -> ofDouble(Double.longBitsToDouble((long) LONGS.get(bytes, at)));
      case NUMERIC -> ofNumeric(bytes, at);
    };
  }

  private static int ofWhole(long value) {
    return value >= -MAX_RATING && value <= MAX_RATING ? (int) value * 1000 : NO_RATING;
  }

  /** Returns the decimal of three fraction digits whose nearest double this is, if there is one. */
  private static int ofDouble(double value) {
    long thousandths = Math.round(value * 1000);
    return thousandths / 1000.0 == value ? limited(thousandths) : NO_RATING;
  }

  private static int ofReal(float value) {
    long thousandths = Math.round(value * 1000.0);
    return (float) (thousandths / 1000.0) == value ? limited(thousandths) : NO_RATING;
  }

  /** Decodes base-10,000 digits without zeros at either end; the first one has the weight. */
  private static int ofNumeric(byte[] bytes, int at) {
    int digits = (short) SHORTS.get(bytes, at);
    int weight = (short) SHORTS.get(bytes, at + 2);
    int sign = (short) SHORTS.get(bytes, at + 4);
    boolean finite = sign == NUMERIC_POSITIVE || sign == NUMERIC_NEGATIVE;
    if (!finite || (digits > 0 && (weight > 1 || weight - digits + 1 < -1))) {
      return NO_RATING;
    }
    long value = 0; // in ten-thousandths
    for (int i = 0, place = at + NUMERIC_HEADER_BYTES; i < digits; i++, place += Short.BYTES) {
      long digit = (short) SHORTS.get(bytes, place);
      for (int zeros = weight - i; zeros >= 0; zeros--) {
        digit *= NUMERIC_BASE;
      }
      value += digit;
    }
    if (value % 10 != 0) {
      return NO_RATING;
    }
    return limited(sign == NUMERIC_NEGATIVE ? -value / 10 : value / 10);
  }

  private static int limited(long thousandths) {
    boolean within = thousandths >= -MAX_THOUSANDTHS && thousandths <= MAX_THOUSANDTHS;
    return within ? (int) thousandths : NO_RATING;
  }
}
