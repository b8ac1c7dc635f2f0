package dev.diagonal.internal.jdbc.table;

import static java.time.ZoneOffset.UTC;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.jdbc.table.Table;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The values of one row as objects that the PostgreSQL driver accepts. */
public final class BoundRow implements RowValues {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Table table;
  private final @Nullable Object[] values;
  private int count;

  private BoundRow(Table table) {
    this.table = table;
    this.values = new Object[table.columns().size()];
  }

  /**
   * Returns the values that {@code binder} binds for {@code row}.
   *
   * @throws IllegalArgumentException if it binds more or fewer values than {@code table} has
   *     columns, or null for a key column
   */
  public static <T> BoundRow of(Table table, RowBinder<T> binder, T row) throws Exception {
    BoundRow bound = new BoundRow(table);
    binder.bind(row, bound);
    if (bound.count != bound.values.length) {
      throw new IllegalArgumentException(
          "the binder must bind %s values for table %s, got %s"
              .formatted(bound.values.length, table.name(), bound.count));
    }
    return bound;
  }

  public RowKey key() {
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

  /** Returns the value of a column. */
  public @Nullable Object value(int column) {
    return values[column];
  }

  /** Returns the row as JSON, by column, for dead letters. */
  public String toJson() {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      row.put(table.columns().get(i).name(), plain(values[i]));
    }
    try {
      return JSON.writeValueAsString(row);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value == null || value instanceof Number || value instanceof Boolean) {
      return value;
    }
    return value instanceof Object[] array
        ? Arrays.stream(array).map(BoundRow::plain).toList()
        : ArrayText.valueOf(value);
  }

  private BoundRow put(@Nullable Object value) {
    if (count == values.length) {
      throw new IllegalArgumentException(
          "the binder must bind %s values for table %s, got more"
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

  @Override
  public BoundRow putTimestamp(@Nullable LocalDateTime value) {
    return put(value);
  }

  @Override
  public BoundRow putTime(@Nullable LocalTime value) {
    return put(value);
  }

  @Override
  public BoundRow putArray(@Nullable List<?> value) {
    return put(value == null ? null : value.stream().map(BoundRow::driverValue).toArray());
  }

  private static @Nullable Object driverValue(@Nullable Object element) {
    return element instanceof Instant instant ? instant.atOffset(UTC) : element;
  }
}
