package dev.diagonal.internal.rows;

import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;
import java.util.Set;
import java.util.regex.Pattern;

/** Parses numbers: plain ones from the bytes, others by Java's classes. */
final class NumberText {

  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,4})?");

  /** PostgreSQL's decimals that are not finite numbers. */
  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  /**
   * The powers of ten that a double represents exactly; it also represents whole numbers of up to
   * 15 digits.
   */
  private static final double[] TENS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  private static final int EXACT_DIGITS = 15;

  private NumberText() {}

  static long whole(byte[] text, int start, int end, long max, FieldType type)
      throws BadValueException {
    int i = start;
    boolean negative = i < end && text[i] == '-';
    if (negative || (i < end && text[i] == '+')) {
      i++;
    }
    boolean good = i < end;
    long value = 0; // negative, as the smallest number has no positive counterpart
    for (; i < end && good; i++) {
      int digit = text[i] - '0';
      good =
          digit >= 0 && digit <= 9 && value >= Long.MIN_VALUE / 10 && value * 10 - digit <= value;
      value = value * 10 - digit;
    }
    if (!good || value < -max - 1 || (!negative && value < -max)) {
      throw ValueParser.bad(type, text, start, end);
    }
    return negative ? value : -value;
  }

  static double floating(byte[] text, int start, int end) throws BadValueException {
    int i = start;
    boolean negative = i < end && text[i] == '-';
    if (negative) {
      i++;
    }
    long digits = 0;
    int count = 0;
    int point = -1;
    for (; i < end; i++) {
      byte c = text[i];
      if (c >= '0' && c <= '9' && count < EXACT_DIGITS) {
        digits = digits * 10 + c - '0';
        count++;
      } else if (c == '.' && point < 0) {
        point = count;
      } else {
        return slowFloating(FieldType.DOUBLE, text, start, end);
      }
    }
    if (count == 0) {
      throw ValueParser.bad(FieldType.DOUBLE, text, start, end);
    }
    double value = point < 0 ? digits : digits / TENS[count - point];
    return negative ? -value : value;
  }

  private static double slowFloating(FieldType type, byte[] text, int start, int end)
      throws BadValueException {
    String number = ValueParser.latin(text, start, end);
    if (!DECIMAL.matcher(number).matches()) {
      return switch (number) {
        case "NaN" -> Double.NaN;
        case "Infinity" -> Double.POSITIVE_INFINITY;
        case "-Infinity" -> Double.NEGATIVE_INFINITY;
        default -> throw BadValueException.of(number, type);
      };
    }
    double value = Double.parseDouble(number);
    if (Double.isInfinite(value) || (value == 0 && hasDigits(number))) {
      throw BadValueException.of(number, type);
    }
    return value;
  }

  /** Returns whether a number is not zero, however small it is. */
  private static boolean hasDigits(String number) {
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      if (c == 'e' || c == 'E') {
        return false;
      } else if (c >= '1' && c <= '9') {
        return true;
      }
    }
    return false;
  }

  static double real(byte[] text, int start, int end) throws BadValueException {
    double value = slowFloating(FieldType.REAL, text, start, end);
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return value;
    }
    float real = Float.parseFloat(ValueParser.latin(text, start, end));
    if (Float.isInfinite(real) || (real == 0 && value != 0)) {
      throw ValueParser.bad(FieldType.REAL, text, start, end);
    }
    return real;
  }

  /** Keeps the text of a valid JSON number, with its trailing zeros. */
  static void setDecimal(RowBlock out, int column, byte[] text, int start, int end)
      throws BadValueException {
    int first = start < end && text[start] == '-' ? start + 1 : start;
    int i = skipDigits(text, first, end);
    boolean plain = i > first && (text[first] != '0' || i == first + 1);
    if (plain && i < end && text[i] == '.') {
      int point = i;
      i = skipDigits(text, point + 1, end);
      plain = i > point + 1;
    }
    if (plain && i == end) {
      out.setBytes(column, text, start, end);
      return;
    }
    String number = ValueParser.latin(text, start, end);
    if (NOT_FINITE.contains(number)) {
      out.setText(column, number);
      return;
    }
    ValueParser.require(DECIMAL.matcher(number).matches(), FieldType.DECIMAL, text, start, end);
    out.setText(column, new BigDecimal(number).toPlainString());
  }

  private static int skipDigits(byte[] text, int start, int end) {
    int i = start;
    while (i < end && text[i] >= '0' && text[i] <= '9') {
      i++;
    }
    return i;
  }
}
