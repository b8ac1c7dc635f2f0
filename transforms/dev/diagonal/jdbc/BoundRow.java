package dev.diagonal.jdbc;

import static java.time.ZoneOffset.UTC;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The values of one row as objects that the PostgreSQL driver takes. */
final class BoundRow implements RowValues {

  private final Table table;
  private final @Nullable Object[] values;
  private int count;

  private BoundRow(Table table) {
    this.table = table;
    this.values = new Object[table.columns().size()];
  }

  /**
   * Returns what {@code binder} puts for {@code row}.
   *
   * @throws IllegalArgumentException if it puts more or fewer values than {@code table} has
   *     columns, or null for one of the key
   */
  static <T> BoundRow of(Table table, RowBinder<T> binder, T row) throws Exception {
    BoundRow bound = new BoundRow(table);
    binder.bind(row, bound);
    if (bound.count != bound.values.length) {
      throw new IllegalArgumentException(
          "the binder must put %d values for table %s, got %d"
              .formatted(bound.values.length, table.name(), bound.count));
    }
    return bound;
  }

  RowKey key() {
    List<Comparable<?>> parts = new ArrayList<>(1);
    for (int i = 0; i < values.length; i++) {
      Column column = table.columns().get(i);
      if (column.key()) {
        Object value = values[i];
        if (value == null) {
          throw new IllegalArgumentException(
              "key column %s of table %s must not be null".formatted(column.name(), table.name()));
        }
        parts.add(RowKey.part(value));
      }
    }
    return new RowKey(parts);
  }

  void addTo(PreparedStatement statement) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    statement.addBatch();
  }

  private BoundRow put(@Nullable Object value) {
    if (count == values.length) {
      throw new IllegalArgumentException(
          "the binder must put %d values for table %s, got more"
              .formatted(values.length, table.name()));
    }
    values[count++] = value;
    return this;
  }

  @Override
  public BoundRow putNull() {
    return put(null);
  }

  @Override
  public BoundRow putBoolean(boolean value) {
    return put(value);
  }

  @Override
  public BoundRow putInt(int value) {
    return put(value);
  }

  @Override
  public BoundRow putLong(long value) {
    return put(value);
  }

  @Override
  public BoundRow putDouble(double value) {
    return put(value);
  }

  @Override
  public BoundRow putDecimal(@Nullable BigDecimal value) {
    return put(value);
  }

  @Override
  public BoundRow putText(@Nullable String value) {
    return put(value);
  }

  @Override
  public BoundRow putBytes(byte @Nullable [] value) {
    return put(value);
  }

  @Override
  public BoundRow putUuid(@Nullable UUID value) {
    return put(value);
  }

  @Override
  public BoundRow putDate(@Nullable LocalDate value) {
    return put(value);
  }

  @Override
  public BoundRow putInstant(@Nullable Instant value) {
    return put(value == null ? null : value.atOffset(UTC));
  }
}
