package dev.diagonal.internal.donors;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.bytes.JsonText;
import java.math.BigDecimal;

/**
 * Writes JSON values from the bytes of CSV fields to a growing buffer. Methods that check their
 * input return false, and leave the buffer unchanged, if it is invalid. Not thread-safe.
 */
final class JsonBytes {

  private static final int MICROSECOND_DIGITS = 6;
  private static final int MAX_NUMBER_CHARACTERS = 100;
  private static final int PLAIN_NUMBER_CHARACTERS = 30;
  private static final int PLAIN_COUNT_DIGITS = 18;
  private static final byte[] MIDNIGHT = "T00:00:00".getBytes(US_ASCII);
  private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private final ByteBuilder out = new ByteBuilder(1 << 12);

  byte[] bytes() {
    return out.array();
  }

  int size() {
    return out.size();
  }

  void truncate(int newSize) {
    out.truncate(newSize);
  }

  void add(int b) {
    out.put(b);
  }

  void add(byte[] from, int start, int end) {
    out.put(from, start, end);
  }

  void add(byte[] from) {
    out.put(from, 0, from.length);
  }

  void addVarInt(long value) {
    out.putVarInt(value);
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }

  /** Adds UTF-8 text in quotes. */
  void text(byte[] from, int start, int end) {
    JsonText.put(out, from, start, end);
  }

  /** Adds a number, unchanged if JSON allows its format. */
  boolean number(byte[] from, int start, int end) {
    if (end - start <= PLAIN_NUMBER_CHARACTERS && isPlainNumber(from, start, end)) {
      add(from, start, end);
      return true;
    }
    if (end - start > MAX_NUMBER_CHARACTERS) {
      return false;
    }
    try {
      double value = new BigDecimal(new String(from, start, end - start, US_ASCII)).doubleValue();
      if (Double.isInfinite(value)) {
        return false;
      }
      add(Double.toString(value).getBytes(US_ASCII));
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** Adds a whole number of 64 bits. */
  boolean count(byte[] from, int start, int end) {
    if (end - start <= PLAIN_COUNT_DIGITS && isPlainNumber(from, start, end)) {
      for (int i = start; i < end; i++) {
        if (from[i] == '.') {
          return false;
        }
      }
      add(from, start, end);
      return true;
    }
    try {
      long value =
          end - start > MAX_NUMBER_CHARACTERS
              ? Long.parseLong("")
              : Long.parseLong(new String(from, start, end - start, US_ASCII));
      add(Long.toString(value).getBytes(US_ASCII));
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** Returns whether the bytes match JSON's grammar of numbers, without exponents. */
  private static boolean isPlainNumber(byte[] from, int start, int end) {
    int at = start < end && from[start] == '-' ? start + 1 : start;
    int first = at;
    while (at < end && isDigit(from[at])) {
      at++;
    }
    if (at == first || (from[first] == '0' && at > first + 1)) {
      return false;
    }
    if (at == end) {
      return true;
    }
    int point = at++;
    while (at < end && isDigit(from[at])) {
      at++;
    }
    return from[point] == '.' && at == end && at > point + 1;
  }

  /**
   * Adds a date ({@code 2011-02-13}) or a time ({@code 2011-02-13 11:07:19}, with up to six digits
   * of a fraction) as an ISO 8601 local date-time, with microseconds unless they are zero.
   */
  boolean date(byte[] from, int start, int end) {
    int length = end - start;
    if (length < 10 || from[start + 4] != '-' || from[start + 7] != '-') {
      return false;
    }
    int year = digits(from, start, 4);
    int month = digits(from, start + 5, 2);
    int day = digits(from, start + 8, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) {
      return false;
    }
    boolean time = length > 10;
    if (time && !isTime(from, start + 10, end)) {
      return false;
    }
    add('"');
    add(from, start, start + 10);
    if (time) {
      add('T');
      add(from, start + 11, start + 19);
      fraction(from, start + 20, end);
    } else {
      add(MIDNIGHT);
    }
    add('"');
    return true;
  }

  private void fraction(byte[] from, int start, int end) {
    boolean zero = true;
    for (int i = start; i < end; i++) {
      zero &= from[i] == '0';
    }
    if (!zero) {
      add('.');
      for (int i = 0; i < MICROSECOND_DIGITS; i++) {
        add(start + i < end ? from[start + i] : '0');
      }
    }
  }

  /** Returns whether the bytes are a blank, hours, minutes, seconds and optionally a fraction. */
  private static boolean isTime(byte[] from, int start, int end) {
    int length = end - start;
    if (length < 9
        || length == 10
        || length > 10 + MICROSECOND_DIGITS
        || from[start] != ' '
        || from[start + 3] != ':'
        || from[start + 6] != ':'
        || (length > 9 && from[start + 9] != '.')) {
      return false;
    }
    int hour = digits(from, start + 1, 2);
    int minute = digits(from, start + 4, 2);
    int second = digits(from, start + 7, 2);
    return hour >= 0
        && hour < 24
        && minute >= 0
        && minute < 60
        && second >= 0
        && second < 60
        && (length == 9 || digits(from, start + 10, length - 10) >= 0);
  }

  /**
   * Returns the number that {@code count} digits represent, or -1 if one of them is not a digit.
   */
  private static int digits(byte[] from, int start, int count) {
    int value = 0;
    for (int i = start; i < start + count; i++) {
      if (!isDigit(from[i])) {
        return -1;
      }
      value = value * 10 + from[i] - '0';
    }
    return value;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static int daysOf(int year, int month) {
    boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : DAYS[month - 1];
  }
}
