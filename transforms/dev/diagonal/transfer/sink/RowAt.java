package dev.diagonal.transfer.sink;

import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowBlock;
import dev.diagonal.rows.ValueFormatter;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.UUID;

/**
 * A row of a block, as a writer of a database keeps it.
 *
 * @param block which must not change any more
 * @param row its number there
 */
record RowAt(RowBlock block, int row) {

  /** Puts all columns of rows, in order. */
  static RowBinder<RowAt> binder() {
    return (at, values) -> {
      int columns = at.block.columns();
      for (int column = 0; column < columns; column++) {
        if (at.block.isNull(at.row, column)) {
          values.putNull();
        } else {
          at.put(column, values);
        }
      }
    };
  }

  private void put(int column, RowValues values) {
    FieldType type = block.typeOf(column);
    long word = type.isWord() ? block.word(row, column) : 0;
    switch (type) {
      case BOOLEAN -> values.putBoolean(word != 0);
      case SMALLINT, INTEGER, BIGINT -> values.putLong(word);
      case REAL, DOUBLE -> values.putDouble(Double.longBitsToDouble(word));
      case DECIMAL -> putDecimal(block.text(row, column), values);
      case TEXT, JSON ->
          values.putText(block.bytes(column), block.start(row, column), block.end(row, column));
      case UUID -> values.putUuid(UUID.fromString(block.text(row, column)));
      case BYTES ->
          values.putBytes(
              Arrays.copyOfRange(
                  block.bytes(column), block.start(row, column), block.end(row, column)));
      case DATE -> values.putEpochDay(word);
      case TIME -> values.putTime(ValueFormatter.time(word));
      case TIMESTAMP -> values.putTimestamp(ValueFormatter.timestamp(word));
      case INSTANT -> values.putInstant(ValueFormatter.instant(word));
    }
  }

  /** A database also has decimals that are no numbers. */
  private static void putDecimal(String text, RowValues values) {
    if (Character.isDigit(text.charAt(text.length() - 1))) {
      values.putDecimal(new BigDecimal(text));
    } else {
      values.putText(text);
    }
  }
}
