package dev.diagonal.taxi;

import dev.diagonal.csv.CsvFields;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.regex.Pattern;

/** Values of the fields of a line, as a {@link Trip} keeps them. */
final class FieldValues {

  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?([0-9]{1,30}(\\.[0-9]{0,30})?|\\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private FieldValues() {}

  /** A value is not of its column's kind. */
  static final class UnfitException extends Exception {
    private final String reason;

    UnfitException(String reason) {
      // A file may be full of them: no stack trace.
      super(reason, null, false, false);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /** Returns a whole number, also one that is spelled with a fraction of 0. */
  static long whole(String column, CsvFields fields, int field) throws UnfitException {
    if (fields.isPlainNumber(field)) {
      return fields.number(field);
    }
    String text = fields.text(field);
    if (DECIMAL.matcher(text).matches()) {
      try {
        return new BigDecimal(text).longValueExact();
      } catch (ArithmeticException e) {
        // Said below.
      }
    }
    throw unfit(column, text, "a whole number");
  }

  /** Returns the bits of a double. */
  static long number(String column, CsvFields fields, int field) throws UnfitException {
    String text = fields.text(field);
    if (!DECIMAL.matcher(text).matches() || Double.isInfinite(Double.parseDouble(text))) {
      throw unfit(column, text, "a number");
    }
    return Double.doubleToLongBits(Double.parseDouble(text));
  }

  /** Returns the seconds since 1970 of a clock. */
  static long time(String column, CsvFields fields, int field) throws UnfitException {
    String text = fields.text(field);
    try {
      return LocalDateTime.parse(text, TIME).toEpochSecond(ZoneOffset.UTC);
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
      throw unfit(column, text, "a text: it has a zero byte in it");
    }
    return text;
  }

  private static UnfitException unfit(String column, String text, String wanted) {
    String shown = text.length() <= 40 ? text : text.substring(0, 40) + "…";
    return new UnfitException("the %s '%s' is not %s".formatted(column, shown, wanted));
  }
}
