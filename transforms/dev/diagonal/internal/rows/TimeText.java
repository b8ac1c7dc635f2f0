package dev.diagonal.internal.rows;

import dev.diagonal.rows.FieldType;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.regex.Pattern;

/** Parses dates and times: plain dates from the bytes, others by Java's classes. */
public final class TimeText {

  private static final Pattern END_OF_DAY = Pattern.compile("24:00(:00(\\.0+)?)?");

  private static final Pattern WITHOUT_OFFSET =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\d([ T]\\d\\d:\\d\\d(:\\d\\d([.]\\d+)?)?)?");

  /** Accepts {@code Z}, {@code +01:00} and, as in PostgreSQL, {@code +01}. */
  public static final DateTimeFormatter WITH_OFFSET =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
          .appendOffset("+HH:mm", "Z")
          .toFormatter(Locale.ROOT);

  private TimeText() {}

  static long date(byte[] text, int start, int end) throws BadValueException {
    try {
      if (end - start == 10 && text[start + 4] == '-' && text[start + 7] == '-') {
        int year = digits(text, start, start + 4);
        int month = digits(text, start + 5, start + 7);
        int day = digits(text, start + 8, end);
        if (year >= 0 && month >= 0 && day >= 0) {
          return LocalDate.of(year, month, day).toEpochDay();
        }
      }
      String value = ValueParser.latin(text, start, end);
      return isInfinity(value) ? infinity(value) : LocalDate.parse(value).toEpochDay();
    } catch (DateTimeException e) {
      throw ValueParser.bad(FieldType.DATE, text, start, end);
    }
  }

  private static boolean isInfinity(String text) {
    return text.equals("infinity") || text.equals("-infinity");
  }

  private static long infinity(String text) {
    return text.startsWith("-") ? ValueFormatter.MINUS_INFINITY : ValueFormatter.INFINITY;
  }

  private static int digits(byte[] text, int start, int end) {
    int value = 0;
    for (int i = start; i < end; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** Returns whether a text is 24:00, a time of day that Java lacks. */
  public static boolean isEndOfDay(String text) {
    return END_OF_DAY.matcher(text).matches();
  }

  static long time(FieldType type, byte[] text, int start, int end) throws BadValueException {
    String value = ValueParser.latin(text, start, end);
    requireMicros(type, value);
    try {
      if (type == FieldType.TIME) {
        return isEndOfDay(value)
            ? ValueFormatter.DAY_MICROS
            : ValueFormatter.micros(LocalTime.parse(value.indexOf(':') == 1 ? '0' + value : value));
      }
      if (isInfinity(value)) {
        return infinity(value);
      }
      String iso =
          value.length() > 10 && value.charAt(10) == ' '
              ? value.substring(0, 10) + 'T' + value.substring(11)
              : value;
      if (type == FieldType.TIMESTAMP && iso.length() == 10) {
        iso += "T00:00"; // a date, as databases accept it
      }
      return type == FieldType.TIMESTAMP
          ? ValueFormatter.micros(LocalDateTime.parse(iso))
          : ValueFormatter.micros(OffsetDateTime.parse(iso, WITH_OFFSET).toInstant());
    } catch (DateTimeException | ArithmeticException e) {
      throw type == FieldType.INSTANT && WITHOUT_OFFSET.matcher(value).matches()
          ? new BadValueException(
              "'%s' has no offset from UTC, such as Z or +01:00".formatted(value))
          : BadValueException.of(value, type);
    }
  }

  /** Refuses a fraction of a second that has more than six digits, unless zeros follow. */
  private static void requireMicros(FieldType type, String text) throws BadValueException {
    int point = text.indexOf('.');
    for (int i = point + 1; point >= 0 && i < text.length() && isDigit(text.charAt(i)); i++) {
      if (i > point + 6 && text.charAt(i) != '0') {
        throw BadValueException.of(text, type);
      }
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
