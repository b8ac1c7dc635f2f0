package dev.diagonal.jdbc.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Receives the values of one row, column by column. The database converts between numbers as in an
 * assignment (a long fits an {@code integer} column if its value does). A value may be null unless
 * its column is a key. Text is accepted by columns of every type with a text format: JSON, enums,
 * numbers, dates.
 *
 * <p>A row with a value that its column would round or cut off is bad. PostgreSQL keeps
 * microseconds; truncate a time with nanoseconds, {@code time.truncatedTo(ChronoUnit.MICROS)}, if
 * you do not need them.
 */
public interface RowValues {

  RowValues putNull();

  RowValues putBoolean(boolean value);

  RowValues putInt(int value);

  RowValues putLong(long value);

  RowValues putDouble(double value);

  /** Puts a {@code real}, which a column of decimals or text of PostgreSQL gets with its digits. */
  default RowValues putFloat(float value) {
    return putDouble(value);
  }

  RowValues putDecimal(@Nullable BigDecimal value);

  RowValues putText(@Nullable String value);

  /**
   * Puts UTF-8 text from {@code start} to before {@code end}; the bytes may change afterwards.
   * Creates no object if the column accepts text in binary format.
   */
  default RowValues putText(byte[] utf8, int start, int end) {
    return putText(new String(utf8, start, end - start, UTF_8));
  }

  /** Puts bytes, which must not change afterwards. */
  RowValues putBytes(byte @Nullable [] value);

  RowValues putUuid(@Nullable UUID value);

  /** Puts a {@code date}. */
  RowValues putDate(@Nullable LocalDate value);

  /** Puts a {@code date} as days since 1970-01-01. */
  default RowValues putEpochDay(long days) {
    return putDate(LocalDate.ofEpochDay(days));
  }

  /** Puts a {@code timestamp with time zone}. */
  RowValues putInstant(@Nullable Instant value);

  /** Puts a {@code timestamp} without time zone. */
  RowValues putTimestamp(@Nullable LocalDateTime value);

  /** Puts a {@code time} of day without time zone. */
  RowValues putTime(@Nullable LocalTime value);

  /**
   * Puts all columns of a table without a key: their lengths and values in the binary format of
   * PostgreSQL's COPY, from {@code start} to before {@code end}.
   *
   * @throws UnsupportedOperationException if the rows are not written to PostgreSQL in that format
   */
  default RowValues putTuple(byte[] fields, int start, int end) {
    throw new UnsupportedOperationException("tuples of COPY can be written to PostgreSQL only");
  }

  /**
   * Puts a one-dimensional array, whose elements are null or of the classes that the other methods
   * accept.
   */
  RowValues putArray(@Nullable List<?> value);

  /**
   * Puts a value by its class: one that the other methods accept, or an {@link OffsetDateTime}.
   *
   * @throws IllegalArgumentException if no column accepts its class
   */
  default RowValues putObject(@Nullable Object value) {
    if (value == null) {
      return putNull();
    } else if (value instanceof String text) {
      return putText(text);
    } else if (value instanceof BigDecimal decimal) {
      return putDecimal(decimal);
    } else if (value instanceof Double number) {
      return putDouble(number);
    } else if (value instanceof Float number) {
      return putFloat(number);
    } else if (value instanceof Number number) {
      return putLong(number.longValue());
    } else if (value instanceof Boolean truth) {
      return putBoolean(truth);
    } else if (value instanceof byte[] bytes) {
      return putBytes(bytes);
    } else if (value instanceof UUID uuid) {
      return putUuid(uuid);
    } else if (value instanceof Instant instant) {
      return putInstant(instant);
    } else if (value instanceof OffsetDateTime moment) {
      return putInstant(moment.toInstant());
    } else if (value instanceof LocalDate date) {
      return putDate(date);
    } else if (value instanceof LocalTime time) {
      return putTime(time);
    } else if (value instanceof LocalDateTime timestamp) {
      return putTimestamp(timestamp);
    } else if (value instanceof List<?> list) {
      return putArray(list);
    }
    throw new IllegalArgumentException("no column accepts a " + value.getClass().getSimpleName());
  }
}
