package dev.diagonal.internal.jdbc.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.temporal.ChronoField.NANO_OF_SECOND;

import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.internal.rows.ValueParser;
import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads values as JDBC defines them. */
final class ResultValues {

  private ResultValues() {}

  static ResultValue of(FieldType type) {
    return switch (type) {
      case BOOLEAN ->
          (rows, at, block, column) -> {
            block.setWord(column, rows.getBoolean(at) ? 1 : 0);
            return !rows.wasNull();
          };
      case SMALLINT, INTEGER, BIGINT ->
          (rows, at, block, column) -> {
            block.setWord(column, rows.getLong(at));
            return !rows.wasNull();
          };
      case REAL ->
          (rows, at, block, column) -> {
            block.setDouble(column, rows.getFloat(at));
            return !rows.wasNull();
          };
      case DOUBLE ->
          (rows, at, block, column) -> {
            block.setDouble(column, rows.getDouble(at));
            return !rows.wasNull();
          };
      case DATE ->
          (rows, at, block, column) -> {
            LocalDate date = rows.getObject(at, LocalDate.class);
            return date != null && setWord(block, column, date.toEpochDay());
          };
      case TIME, TIMESTAMP, INSTANT -> ResultValues::time;
      case BYTES ->
          (rows, at, block, column) -> {
            byte[] bytes = rows.getBytes(at);
            if (bytes != null) {
              block.setBytes(column, bytes, 0, bytes.length);
            }
            return bytes != null;
          };
      case DECIMAL ->
          (rows, at, block, column) -> {
            BigDecimal decimal = rows.getBigDecimal(at);
            return decimal != null && setText(block, column, decimal.toPlainString());
          };
      case UUID ->
          (rows, at, block, column) -> {
            String text = rows.getString(at);
            return text != null && setText(block, column, text.toLowerCase(Locale.ROOT));
          };
      case TEXT, JSON ->
          (rows, at, block, column) -> {
            String text = rows.getString(at);
            return text != null && setText(block, column, text);
          };
    };
  }

  /** Parses the text of a value, which the driver does not change. */
  static ResultValue parsed() {
    ValueParser parser = new ValueParser();
    return (rows, at, block, column) -> parse(parser, rows.getString(at), block, column);
  }

  static boolean parse(ValueParser parser, @Nullable String text, RowBlock block, int column)
      throws BadValueException {
    if (text == null) {
      return false;
    }
    byte[] bytes = text.getBytes(UTF_8);
    parser.set(block, column, bytes, 0, bytes.length);
    return true;
  }

  private static boolean time(ResultSet rows, int at, RowBlock block, int column)
      throws java.sql.SQLException, BadValueException {
    switch (block.typeOf(column)) {
      case TIME -> {
        LocalTime time = rows.getObject(at, LocalTime.class);
        return time != null
            && setWord(block, column, ValueFormatter.micros(time), time.get(NANO_OF_SECOND), time);
      }
      case TIMESTAMP -> {
        LocalDateTime time = rows.getObject(at, LocalDateTime.class);
        return time != null
            && setWord(block, column, ValueFormatter.micros(time), time.get(NANO_OF_SECOND), time);
      }
      default -> {
        OffsetDateTime time = rows.getObject(at, OffsetDateTime.class);
        return time != null
            && setWord(
                block,
                column,
                ValueFormatter.micros(time.toInstant()),
                time.get(NANO_OF_SECOND),
                time);
      }
    }
  }

  private static boolean setWord(RowBlock block, int column, long word, int nanos, Object shown)
      throws BadValueException {
    if (nanos % 1_000 != 0) {
      throw new BadValueException(
          "'%s' has nanoseconds, but times have at most microseconds".formatted(shown));
    }
    return setWord(block, column, word);
  }

  static boolean setWord(RowBlock block, int column, long word) {
    block.setWord(column, word);
    return true;
  }

  static boolean setText(RowBlock block, int column, String text) {
    block.setText(column, text);
    return true;
  }

  /** Returns a value, unless it is a text that is not UTF-8, which a driver alters. */
  static @Nullable Object checked(ResultSet rows, int at, ValueParser parser)
      throws SQLException, BadValueException {
    Object value = rows.getObject(at);
    if (value instanceof String text && text.indexOf('\uFFFD') >= 0) {
      byte[] bytes = rows.getBytes(at);
      parser.requireUtf8(bytes, 0, bytes.length);
    }
    return value;
  }
}
