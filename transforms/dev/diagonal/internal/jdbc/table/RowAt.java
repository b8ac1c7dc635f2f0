package dev.diagonal.internal.jdbc.table;

import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of a block, as a database writer receives it.
 *
 * @param block must not change any more
 * @param row its number in the block
 */
public record RowAt(RowBlock block, int row) {

  /** Any number of so many digits fits a long. */
  private static final int LONG_DIGITS = 18;

  /** Returns a binder of the columns of a table, all of which rows of this type have. */
  public static RowBinder<RowAt> binder(Table table, RowType type) {
    int[] columns =
        table.columns().stream().mapToInt(column -> type.indexOf(column.name())).toArray();
    return (at, values) -> {
      for (int column : columns) {
        if (at.block.isNull(at.row, column)) {
          values.putNull();
        } else {
          at.put(column, values);
        }
      }
    };
  }

  /** Binds the only column of the block, a tuple. */
  public static void putTuple(RowAt at, RowValues values) {
    RowValues unused =
        values.putTuple(at.block.bytes(0), at.block.start(at.row, 0), at.block.end(at.row, 0));
  }

  private void put(int column, RowValues values) {
    FieldType type = block.typeOf(column);
    long word = type.isWord() ? block.word(row, column) : 0;
    switch (type) {
      case BOOLEAN -> values.putBoolean(word != 0);
      case SMALLINT, INTEGER, BIGINT -> values.putLong(word);
      case REAL -> values.putFloat((float) Double.longBitsToDouble(word));
      case DOUBLE -> values.putDouble(Double.longBitsToDouble(word));
      case DECIMAL -> {
        BigDecimal few =
            fewDigits(block.bytes(column), block.start(row, column), block.end(row, column));
        if (few == null) {
          putDecimal(block.text(row, column), values);
        } else {
          values.putDecimal(few);
        }
      }
      case TEXT, JSON ->
          values.putText(block.bytes(column), block.start(row, column), block.end(row, column));
      case UUID -> values.putUuid(UUID.fromString(block.text(row, column)));
      case BYTES ->
          values.putBytes(
              Arrays.copyOfRange(
                  block.bytes(column), block.start(row, column), block.end(row, column)));
      case DATE, TIMESTAMP, INSTANT -> {
        if (ValueFormatter.isInfinite(word)) {
          values.putText(word > 0 ? "infinity" : "-infinity");
        } else {
          putTime(type, word, values);
        }
      }
      case TIME -> {
        if (word == ValueFormatter.DAY_MICROS) {
          values.putText("24:00:00");
        } else {
          values.putTime(ValueFormatter.time(word));
        }
      }
    }
  }

  private static void putTime(FieldType type, long word, RowValues values) {
    switch (type) {
      case DATE -> values.putEpochDay(word);
      case TIMESTAMP -> values.putTimestamp(ValueFormatter.timestamp(word));
      default -> values.putInstant(ValueFormatter.instant(word));
    }
  }

  /** Parses a plain number of digits that fit a long, without a text; null if it is another. */
  static @Nullable BigDecimal fewDigits(byte[] text, int start, int end) {
    int first = start < end && text[start] == '-' ? start + 1 : start;
    if (first == end || end - first > LONG_DIGITS || text[end - 1] == '.') {
      return null;
    }
    long digits = 0;
    int point = -1;
    for (int i = first; i < end; i++) {
      if (text[i] >= '0' && text[i] <= '9') {
        digits = 10 * digits + text[i] - '0';
      } else if (text[i] == '.' && point < 0) {
        point = i;
      } else {
        return null;
      }
    }
    return BigDecimal.valueOf(first == start ? digits : -digits, point < 0 ? 0 : end - 1 - point);
  }

  /** Binds a decimal, which in a database may also be NaN or infinite. */
  private static void putDecimal(String text, RowValues values) {
    if (Character.isDigit(text.charAt(text.length() - 1))) {
      values.putDecimal(new BigDecimal(text));
    } else {
      values.putText(text);
    }
  }
}
