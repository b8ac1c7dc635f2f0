package dev.diagonal.internal.jdbc.copy;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.jdbc.table.ArrayText;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.jdbc.table.Table;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the values of rows in PostgreSQL's binary format, and those of key columns a second time.
 */
abstract class WireEncoder implements RowValues {

  private static final int KEY_BYTES = 16; // enough for most keys

  private final Table table;
  private final List<WireColumn> columns;
  private final @Nullable WireLimit[] limits;
  private final int keyColumns;
  private int next;
  private int fieldStart;

  /** The rows: the number of columns, then the length and value of each. */
  final ByteBuilder values;

  /** The values of their key columns. */
  final ByteBuilder keys;

  WireEncoder(Table table, List<WireColumn> columns, int rows, int bytes) {
    this.table = table;
    this.columns = columns;
    this.limits = columns.stream().map(WireLimit::of).toArray(WireLimit[]::new);
    this.keyColumns = table.keyColumns().size();
    this.values = new ByteBuilder(bytes);
    this.keys = new ByteBuilder(keyColumns == 0 ? 0 : rows * KEY_BYTES);
  }

  /** Appends the values that {@code binder} binds for a row; nothing if it throws. */
  final <T> void encode(RowBinder<T> binder, T row) throws Exception {
    int valuesBefore = values.size();
    int keysBefore = keys.size();
    boolean done = false;
    try {
      next = 0;
      values.putShort(columns.size());
      binder.bind(row, this);
      if (next != columns.size()) {
        throw wrongCount(String.valueOf(next));
      }
      done = true;
    } finally {
      if (!done) {
        values.truncate(valuesBefore);
        keys.truncate(keysBefore);
      }
    }
  }

  // Each put encodes the value and, for key columns, appends its bytes to `keys`.

  private WireType begin() {
    if (next == columns.size()) {
      throw wrongCount("more");
    }
    fieldStart = values.size();
    return columns.get(next).type();
  }

  private WireEncoder end() {
    WireLimit limit = limits[next];
    if (limit != null) {
      limit.check(values.array(), fieldStart);
    }
    Column column = columns.get(next).column();
    if (column.key()) {
      int from = fieldStart + Integer.BYTES;
      keys.put(values.array(), from, values.size());
      if (keyColumns > 1) {
        keys.putInt(values.size() - from);
      }
    }
    next++;
    return this;
  }

  private WireEncoder nothing() {
    begin();
    Column column = columns.get(next).column();
    if (column.key()) {
      throw new IllegalArgumentException(
          "key column %s of table %s must not be null".formatted(column.name(), table.name()));
    }
    WireValue.putNull(values);
    next++;
    return this;
  }

  private IllegalArgumentException wrongCount(String found) {
    return new IllegalArgumentException(
        "the binder must bind %s values for table %s, got %s"
            .formatted(columns.size(), table.name(), found));
  }

  /** Appends an encoded value, whatever the type of its column. */
  public RowValues putEncoded(ByteBuilder value) {
    WireType unused = begin();
    values.putInt(value.size());
    values.put(value.array(), 0, value.size());
    return end();
  }

  @Override
  public RowValues putTuple(byte[] fields, int start, int end) {
    if (keyColumns > 0) {
      throw new UnsupportedOperationException("a tuple does not show the key of its row");
    }
    values.put(fields, start, end);
    next = columns.size();
    return this;
  }

  @Override
  public RowValues putNull() {
    return nothing();
  }

  @Override
  public RowValues putInt(int value) {
    return putLong(value);
  }

  @Override
  public RowValues putBoolean(boolean value) {
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putLong(long value) {
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putDouble(double value) {
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putFloat(float value) {
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putDecimal(@Nullable BigDecimal value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putText(@Nullable String value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putText(byte[] utf8, int start, int end) {
    WireValue.put(values, begin(), utf8, start, end);
    return end();
  }

  @Override
  public RowValues putUuid(@Nullable UUID value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putDate(@Nullable LocalDate value) {
    if (value == null) {
      return nothing();
    }
    WireTime.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putEpochDay(long days) {
    WireTime.putEpochDay(values, begin(), days);
    return end();
  }

  @Override
  public RowValues putInstant(@Nullable Instant value) {
    if (value == null) {
      return nothing();
    }
    WireTime.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putTimestamp(@Nullable LocalDateTime value) {
    if (value == null) {
      return nothing();
    }
    WireTime.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putTime(@Nullable LocalTime value) {
    if (value == null) {
      return nothing();
    }
    WireTime.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putBytes(byte @Nullable [] value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putArray(@Nullable List<?> value) {
    if (value == null) {
      return nothing();
    }
    return putText(ArrayText.of(value)); // refused unless it is cast
  }
}
