package dev.diagonal.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads values of a type from texts, as {@link ValueFormatter} spells them and a little more: a
 * blank for the T of a timestamp, an offset for the Z of a point in time, {@code t}, {@code f},
 * {@code 1} and {@code 0} for truths. Numbers and dates that look plain are read from the bytes.
 * Not thread-safe.
 */
public final class ValueParser {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,4})?");
  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /** Decimals of PostgreSQL that are not finite numbers. */
  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  private static final Pattern END_OF_DAY = Pattern.compile("24:00(:00(\\.0+)?)?");

  /** Powers of ten that a double has exactly, as it has whole numbers up to 15 digits. */
  private static final double[] TENS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  /** Takes {@code Z}, {@code +01:00} and, as PostgreSQL has it, {@code +01}. */
  public static final DateTimeFormatter WITH_OFFSET =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
          .appendOffset("+HH:mm", "Z")
          .toFormatter(Locale.ROOT);

  private static final int EXACT_DIGITS = 15;

  private final CharsetDecoder utf8 = UTF_8.newDecoder();

  /**
   * Sets a column of the row that is being made to what a text says.
   *
   * @throws BadValueException if it says no value of the column's type
   */
  public void set(RowBlock out, int column, byte[] text, int start, int end)
      throws BadValueException {
    FieldType type = out.typeOf(column);
    switch (type) {
      case BOOLEAN -> out.setWord(column, truth(text, start, end));
      case SMALLINT -> out.setWord(column, whole(text, start, end, Short.MAX_VALUE, type));
      case INTEGER -> out.setWord(column, whole(text, start, end, Integer.MAX_VALUE, type));
      case BIGINT -> out.setWord(column, whole(text, start, end, Long.MAX_VALUE, type));
      case REAL -> out.setDouble(column, real(text, start, end));
      case DOUBLE -> out.setDouble(column, floating(text, start, end));
      case DATE -> out.setWord(column, date(text, start, end));
      case TIME, TIMESTAMP, INSTANT -> out.setWord(column, time(type, text, start, end));
      case TEXT -> out.setBytes(column, text, start, end);
      case BYTES -> setHex(out, column, text, start, end);
      case DECIMAL -> {
        setDecimal(out, column, text, start, end);
      }
      case UUID -> {
        String uuid = latin(text, start, end);
        require(isUuid(uuid), type, text, start, end);
        out.setText(column, uuid.toLowerCase(Locale.ROOT));
      }
      case JSON -> {
        require(isJson(text, start, end), type, text, start, end);
        out.setBytes(column, text, start, end);
      }
    }
  }

  /** Refuses bytes that are no UTF-8. */
  public void requireUtf8(byte[] text, int start, int end) throws BadValueException {
    if (!isUtf8(text, start, end)) {
      throw new BadValueException(
          "'" + BadValueException.shown(latin(text, start, end)) + "' is no UTF-8");
    }
  }

  boolean isUtf8(byte[] text, int start, int end) {
    int i = start;
    while (i < end && text[i] >= 0) {
      i++;
    }
    if (i == end) {
      return true;
    }
    try {
      var unused = utf8.decode(ByteBuffer.wrap(text, i, end - i));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static long truth(byte[] text, int start, int end) throws BadValueException {
    String word = latin(text, start, end);
    switch (word.toLowerCase(Locale.ROOT)) {
      case "true", "t", "1", "yes", "y", "on" -> {
        return 1;
      }
      case "false", "f", "0", "no", "n", "off" -> {
        return 0;
      }
      default -> throw BadValueException.of(word, FieldType.BOOLEAN);
    }
  }

  private static long whole(byte[] text, int start, int end, long max, FieldType type)
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
      throw bad(type, text, start, end);
    }
    return negative ? value : -value;
  }

  private static double floating(byte[] text, int start, int end) throws BadValueException {
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
      throw bad(FieldType.DOUBLE, text, start, end);
    }
    double value = point < 0 ? digits : digits / TENS[count - point];
    return negative ? -value : value;
  }

  private static double slowFloating(FieldType type, byte[] text, int start, int end)
      throws BadValueException {
    String number = latin(text, start, end);
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

  /** Whether a number is not zero, however small it is. */
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

  private static double real(byte[] text, int start, int end) throws BadValueException {
    double value = slowFloating(FieldType.REAL, text, start, end);
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return value;
    }
    float real = Float.parseFloat(latin(text, start, end));
    if (Float.isInfinite(real) || (real == 0 && value != 0)) {
      throw bad(FieldType.REAL, text, start, end);
    }
    return real;
  }

  /** Keeps what JSON takes for a number as it is spelt, with the zeros at its end. */
  private static void setDecimal(RowBlock out, int column, byte[] text, int start, int end)
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
    String number = latin(text, start, end);
    if (NOT_FINITE.contains(number)) {
      out.setText(column, number);
      return;
    }
    require(DECIMAL.matcher(number).matches(), FieldType.DECIMAL, text, start, end);
    out.setText(column, new BigDecimal(number).toPlainString());
  }

  private static int skipDigits(byte[] text, int start, int end) {
    int i = start;
    while (i < end && text[i] >= '0' && text[i] <= '9') {
      i++;
    }
    return i;
  }

  private static long date(byte[] text, int start, int end) throws BadValueException {
    try {
      if (end - start == 10 && text[start + 4] == '-' && text[start + 7] == '-') {
        int year = digits(text, start, start + 4);
        int month = digits(text, start + 5, start + 7);
        int day = digits(text, start + 8, end);
        if (year >= 0 && month >= 0 && day >= 0) {
          return LocalDate.of(year, month, day).toEpochDay();
        }
      }
      String spelt = latin(text, start, end);
      return isInfinity(spelt) ? infinity(spelt) : LocalDate.parse(spelt).toEpochDay();
    } catch (DateTimeException e) {
      throw bad(FieldType.DATE, text, start, end);
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

  /** Whether a text is a UUID as PostgreSQL takes it; Java also takes {@code 1-1-1-1-1}. */
  public static boolean isUuid(String text) {
    return UUID.matcher(text).matches();
  }

  /** Whether a text is 24:00, a time of day that Java does not have. */
  public static boolean isEndOfDay(String text) {
    return END_OF_DAY.matcher(text).matches();
  }

  private static long time(FieldType type, byte[] text, int start, int end)
      throws BadValueException {
    String spelt = latin(text, start, end);
    requireMicros(type, spelt);
    try {
      if (type == FieldType.TIME) {
        return isEndOfDay(spelt)
            ? ValueFormatter.DAY_MICROS
            : ValueFormatter.micros(LocalTime.parse(spelt.indexOf(':') == 1 ? '0' + spelt : spelt));
      }
      if (isInfinity(spelt)) {
        return infinity(spelt);
      }
      String iso =
          spelt.length() > 10 && spelt.charAt(10) == ' '
              ? spelt.substring(0, 10) + 'T' + spelt.substring(11)
              : spelt;
      if (type == FieldType.TIMESTAMP && iso.length() == 10) {
        iso += "T00:00"; // a date, as databases take it
      }
      return type == FieldType.TIMESTAMP
          ? ValueFormatter.micros(LocalDateTime.parse(iso))
          : ValueFormatter.micros(OffsetDateTime.parse(iso, WITH_OFFSET).toInstant());
    } catch (DateTimeException | ArithmeticException e) {
      throw BadValueException.of(spelt, type);
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

  private static void setHex(RowBlock out, int column, byte[] text, int start, int end)
      throws BadValueException {
    int length = end - start;
    require(
        length >= 2 && length % 2 == 0 && text[start] == '\\' && text[start + 1] == 'x',
        FieldType.BYTES,
        text,
        start,
        end);
    byte[] bytes = new byte[length / 2 - 1];
    for (int i = 0; i < bytes.length; i++) {
      int high = Character.digit(text[start + 2 + 2 * i], 16);
      int low = Character.digit(text[start + 3 + 2 * i], 16);
      require(high >= 0 && low >= 0, FieldType.BYTES, text, start, end);
      bytes[i] = (byte) (high << 4 | low);
    }
    out.setBytes(column, bytes, 0, bytes.length);
  }

  private static boolean isJson(byte[] text, int start, int end) {
    try (JsonParser parser = JSON.createParser(text, start, end - start)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  private static void require(boolean good, FieldType type, byte[] text, int start, int end)
      throws BadValueException {
    if (!good) {
      throw bad(type, text, start, end);
    }
  }

  private static BadValueException bad(FieldType type, byte[] text, int start, int end) {
    return BadValueException.of(new String(text, start, end - start, UTF_8), type);
  }

  private static String latin(byte[] text, int start, int end) {
    return new String(text, start, end - start, ISO_8859_1);
  }
}
