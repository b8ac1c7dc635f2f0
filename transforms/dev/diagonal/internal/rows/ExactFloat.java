package dev.diagonal.internal.rows;

import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;

/** Makes floating-point numbers of other numbers, and refuses those that would be rounded. */
public final class ExactFloat {

  /** Each whole number up to it is a double. */
  private static final long MAX_WHOLE = 1L << 53;

  private ExactFloat() {}

  /**
   * Returns a whole number as a floating-point number.
   *
   * @param type real or double
   * @throws BadValueException if the type does not hold it
   */
  public static double of(long value, FieldType type) throws BadValueException {
    double wide = value;
    // The largest long becomes 2^63, from which it would come back.
    boolean isSame =
        (value >= -MAX_WHOLE && value <= MAX_WHOLE)
            || (value != Long.MAX_VALUE && (long) wide == value);
    if (!isSame || (type == FieldType.REAL && (float) wide != wide)) {
      throw rounded(Long.toString(value), type);
    }
    return wide;
  }

  /**
   * Returns a double that is also a real.
   *
   * @throws BadValueException if it is not
   */
  public static double real(double value) throws BadValueException {
    if ((float) value != value && !Double.isNaN(value)) {
      throw rounded(Double.toString(value), FieldType.REAL);
    }
    return value;
  }

  /**
   * Returns a decimal as a floating-point number that is shown with the same digits.
   *
   * @param type real or double
   * @throws BadValueException if the type does not hold all its digits
   */
  public static double of(String decimal, FieldType type) throws BadValueException {
    double value = type == FieldType.REAL ? Float.parseFloat(decimal) : Double.parseDouble(decimal);
    boolean isNumber = Character.isDigit(decimal.charAt(decimal.length() - 1));
    if (isNumber && !isShownAs(value, type, new BigDecimal(decimal))) {
      throw rounded(decimal, type);
    }
    return value;
  }

  /** Returns whether the shortest digits of a floating-point number are a decimal. */
  public static boolean isShownAs(double value, FieldType type, BigDecimal decimal) {
    String shown = type == FieldType.REAL ? Float.toString((float) value) : Double.toString(value);
    return Double.isFinite(value) && new BigDecimal(shown).compareTo(decimal) == 0;
  }

  private static BadValueException rounded(String value, FieldType type) {
    return new BadValueException("'%s' would be rounded by %s".formatted(value, type.lowerName()));
  }
}
