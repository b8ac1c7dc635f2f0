package dev.diagonal.internal.taxi;

import dev.diagonal.internal.csv.CsvFields;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.util.regex.Pattern;

/** Converts the fields of a line to the values that a {@link Trip} stores. */
final class FieldValues {

  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?([0-9]{1,30}(\\.[0-9]{0,30})?|\\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?");

  /** A double represents every decimal number with this many digits. */
  private static final int EXACT_DIGITS = 15;

  private FieldValues() {}

  /** A value does not fit the kind of its column. */
  static final class UnfitException extends Exception {
    private final String reason;

    UnfitException(String reason) {
      // A file may have many of them: no stack trace.
      super(reason, null, false, false);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /** Returns a whole number, which may be written with a zero fraction. */
  static long whole(String column, CsvFields fields, int field) throws UnfitException {
    if (fields.isPlainNumber(field)) {
      return fields.number(field);
    }
    String text = fields.text(field);
    if (DECIMAL.matcher(text).matches()) {
      try {
        return new BigDecimal(text).longValueExact();
      } catch (ArithmeticException e) {
        // Reported below.
      }
    }
    throw unfit(column, text, "a whole number");
  }

  /** Returns the bits of a double that represents every digit. */
  static long number(String column, CsvFields fields, int field) throws UnfitException {
    String text = fields.text(field);
    double number = DECIMAL.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
    if (!Double.isFinite(number)) {
      throw unfit(column, text, "a number");
    }
    if (!isExact(text, number)) {
      throw unfit(column, text, "a number that a double represents exactly");
    }
    return Double.doubleToLongBits(number);
  }

  private static boolean isExact(String text, double number) {
    boolean plain = text.length() <= EXACT_DIGITS && text.indexOf('e') < 0 && text.indexOf('E') < 0;
    return plain || new BigDecimal(text).compareTo(new BigDecimal(Double.toString(number))) == 0;
  }

  /** Returns a local time in microseconds since 1970. */
  static long time(String column, CsvFields fields, int field) throws UnfitException {
    String text = fields.text(field);
    try {
      return TripTime.parse(text);
    } catch (DateTimeException e) {
      throw unfit(column, text, "a time like 2025-11-01 00:34:48");
    }
  }

  static String text(String column, CsvFields fields, int field) throws UnfitException {
    String text = fields.text(field);
    if (!fields.isUtf8(field, text)) {
      throw unfit(column, text, "UTF-8");
    }
    if (text.indexOf('\0') >= 0) {
      throw unfit(column, text, "a text: it contains a zero byte");
    }
    return text;
  }

  private static UnfitException unfit(String column, String text, String wanted) {
    String shown = text.length() <= 40 ? text : text.substring(0, 40) + "…";
    return new UnfitException("the %s '%s' is not %s".formatted(column, shown, wanted));
  }
}
