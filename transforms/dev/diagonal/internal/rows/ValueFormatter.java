package dev.diagonal.internal.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.rows.FieldType;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;

/**
 * Formats values as text: numbers in digits, floating-point numbers as in Java, dates and times as
 * in ISO 8601 (instants in UTC, with a Z), bytes as {@code \x} and hexadecimal digits, booleans as
 * {@code true} and {@code false}; infinite dates and times as {@code infinity} and {@code
 * -infinity}, the end of a day as {@code 24:00:00}. {@link ValueParser} parses the same format.
 */
public final class ValueFormatter {

  /** The time of day 24:00, which PostgreSQL has but Java does not. */
  public static final long DAY_MICROS = 86_400_000_000L;

  /** The value of infinity in dates, timestamps and instants. */
  public static final long INFINITY = Long.MAX_VALUE;

  public static final long MINUS_INFINITY = Long.MIN_VALUE;

  private static final byte[] HEX = "0123456789abcdef".getBytes(UTF_8);

  /** Below this, a double represents three decimals exactly and needs no exponent. */
  private static final double PLAIN_BELOW = 1e7;

  private ValueFormatter() {}

  /** Writes the value of a row and column, which is not null. */
  public static void put(RowBlock block, int row, int column, ByteBuilder out) {
    FieldType type = block.typeOf(column);
    if (type.isWord()) {
      putWord(type, block.word(row, column), out);
    } else if (type == FieldType.BYTES) {
      putHex(block.bytes(column), block.start(row, column), block.end(row, column), out);
    } else {
      out.put(block.bytes(column), block.start(row, column), block.end(row, column));
    }
  }

  /** Writes a value of a type whose values are words. */
  public static void putWord(FieldType type, long word, ByteBuilder out) {
    switch (type) {
      case BOOLEAN -> out.put(word == 0 ? "false" : "true");
      case SMALLINT, INTEGER, BIGINT -> out.putNumber(word);
      case REAL -> out.put(Float.toString((float) Double.longBitsToDouble(word)));
      case DOUBLE -> putDouble(Double.longBitsToDouble(word), out);
      case TIME -> putTime(word, out);
      case DATE, TIMESTAMP, INSTANT -> {
        if (isInfinite(word)) {
          out.put(word > 0 ? "infinity" : "-infinity");
        } else if (type == FieldType.DATE) {
          putDate(word, out);
        } else {
          putTimestamp(word, out);
          if (type == FieldType.INSTANT) {
            out.put('Z');
          }
        }
      }
      case DECIMAL, TEXT, BYTES, UUID, JSON -> throw new IllegalArgumentException(type.toString());
    }
  }

  /**
   * Formats like {@link Double#toString(double)}, but without an object for up to three decimals.
   */
  private static void putDouble(double value, ByteBuilder out) {
    double magnitude = Math.abs(value);
    long thousandths = Math.round(magnitude * 1000);
    if (magnitude >= PLAIN_BELOW || thousandths / 1000.0 != magnitude || isTiny(magnitude)) {
      out.put(Double.toString(value));
      return;
    }
    if (Double.doubleToRawLongBits(value) < 0) {
      out.put('-');
    }
    out.putNumber(thousandths / 1000);
    out.put('.');
    int fraction = (int) (thousandths % 1000);
    if (fraction % 100 == 0) {
      out.put('0' + fraction / 100);
    } else if (fraction % 10 == 0) {
      out.putPadded(fraction / 10, 2);
    } else {
      out.putPadded(fraction, 3);
    }
  }

  private static boolean isTiny(double magnitude) {
    return magnitude > 0 && magnitude < 1e-3;
  }

  private static void putDate(long days, ByteBuilder out) {
    LocalDate date = LocalDate.ofEpochDay(days);
    int year = date.getYear();
    if (year < 0 || year > 9999) {
      out.put(date.toString());
      return;
    }
    out.putPadded(year, 4);
    out.put('-');
    out.putPadded(date.getMonthValue(), 2);
    out.put('-');
    out.putPadded(date.getDayOfMonth(), 2);
  }

  private static void putTime(long micros, ByteBuilder out) {
    long seconds = micros / 1_000_000;
    out.putPadded(seconds / 3600, 2);
    out.put(':');
    out.putPadded(seconds / 60 % 60, 2);
    out.put(':');
    out.putPadded(seconds % 60, 2);
    long fraction = micros % 1_000_000;
    if (fraction != 0) {
      out.put('.');
      int digits = 6;
      while (fraction % 10 == 0) {
        fraction /= 10;
        digits--;
      }
      out.putPadded(fraction, digits);
    }
  }

  private static void putTimestamp(long micros, ByteBuilder out) {
    putDate(Math.floorDiv(micros, DAY_MICROS), out);
    out.put('T');
    putTime(Math.floorMod(micros, DAY_MICROS), out);
  }

  static void putHex(byte[] bytes, int start, int end, ByteBuilder out) {
    out.put('\\');
    out.put('x');
    for (int i = start; i < end; i++) {
      out.put(HEX[(bytes[i] >> 4) & 15]);
      out.put(HEX[bytes[i] & 15]);
    }
  }

  /** Returns whether the value of a date, a timestamp or an instant is PostgreSQL's infinity. */
  public static boolean isInfinite(long word) {
    return word == INFINITY || word == MINUS_INFINITY;
  }

  // Conversions to java.time, which lacks infinity and the time 24:00: all of them throw a
  // DateTimeException for these.

  public static LocalDate date(long days) {
    requireFinite(days);
    return LocalDate.ofEpochDay(days);
  }

  private static void requireFinite(long word) {
    if (isInfinite(word)) {
      throw new DateTimeException("infinity is neither a date nor a time");
    }
  }

  public static LocalTime time(long micros) {
    return LocalTime.ofNanoOfDay(micros * 1000);
  }

  public static LocalDateTime timestamp(long micros) {
    requireFinite(micros);
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L),
        (int) Math.floorMod(micros, 1_000_000L) * 1000,
        ZoneOffset.UTC);
  }

  public static Instant instant(long micros) {
    requireFinite(micros);
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
  }

  public static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
  }

  public static long micros(LocalDateTime timestamp) {
    return micros(timestamp.toInstant(ZoneOffset.UTC));
  }

  public static long micros(LocalTime time) {
    return time.toNanoOfDay() / 1000;
  }
}
