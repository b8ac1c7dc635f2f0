package dev.diagonal.jdbc.relationships;

import dev.diagonal.internal.jdbc.copy.WireLimit;
import dev.diagonal.internal.jdbc.table.ArrayText;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.jdbc.table.Table;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Holds the values of a batch of rows, column by column. */
final class BoundColumns implements RowValues {

  private final Table table;
  private final int rows;
  private final List<ColumnValues> columns;
  private int next;

  private BoundColumns(Table table, int rows) {
    this.table = table;
    this.rows = rows;
    this.columns = table.columns().stream().map(column -> new ColumnValues(column, rows)).toList();
  }

  /**
   * Returns the values that {@code binder} binds for {@code rows}.
   *
   * @throws IllegalArgumentException if it binds more or fewer values than {@code table} has
   *     columns, or a value that does not fit the type of its column
   */
  static <T> BoundColumns of(Table table, RowBinder<T> binder, List<T> rows) throws Exception {
    BoundColumns bound = new BoundColumns(table, rows.size());
    for (T row : rows) {
      bound.next = 0;
      binder.bind(row, bound);
      if (bound.next != bound.columns.size()) {
        throw bound.wrongCount(String.valueOf(bound.next));
      }
    }
    return bound;
  }

  /**
   * Checks that a column stores its values unchanged.
   *
   * @throws IllegalArgumentException if it would change one
   */
  void check(int column, WireLimit limit) {
    for (int row = 0; row < rows; row++) {
      String text = columns.get(column).text(row);
      if (text != null) {
        limit.check(text);
      }
    }
  }

  /** Sets one array per column, starting at parameter {@code first}. */
  void setIn(PreparedStatement statement, int first) throws SQLException {
    for (int i = 0; i < columns.size(); i++) {
      statement.setObject(first + i, columns.get(i).toArray());
    }
  }

  /** Returns the distinct values of a column in some rows, as an array of the driver. */
  Object distinct(String column, BitSet rows) {
    for (int i = 0; i < columns.size(); i++) {
      if (table.columns().get(i).name().equals(column)) {
        return columns.get(i).distinct(rows);
      }
    }
    throw new IllegalArgumentException("no column " + column);
  }

  /** Returns the key of the first row, for messages. */
  String firstKey() {
    List<String> key =
        IntStream.range(0, columns.size())
            .filter(i -> table.columns().get(i).key())
            .mapToObj(i -> columns.get(i).shown(0))
            .toList();
    String text = key.size() == 1 ? key.get(0) : key.toString();
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }

  private ColumnValues next() {
    if (next == columns.size()) {
      throw wrongCount("more");
    }
    return columns.get(next++);
  }

  private IllegalArgumentException wrongCount(String found) {
    return new IllegalArgumentException(
        "the binder must bind %s values for table %s, got %s"
            .formatted(columns.size(), table.name(), found));
  }

  private BoundColumns text(@Nullable Object value) {
    ColumnValues column = next();
    if (value == null) {
      column.addNull();
    } else {
      column.add(value.toString());
    }
    return this;
  }

  @Override
  public BoundColumns putNull() {
    next().addNull();
    return this;
  }

  @Override
  public BoundColumns putBoolean(boolean value) {
    return text(value);
  }

  @Override
  public BoundColumns putInt(int value) {
    return putLong(value);
  }

  @Override
  public BoundColumns putLong(long value) {
    next().add(value);
    return this;
  }

  @Override
  public BoundColumns putDouble(double value) {
    next().add(value);
    return this;
  }

  @Override
  public BoundColumns putDecimal(@Nullable BigDecimal value) {
    return text(value);
  }

  @Override
  public BoundColumns putText(@Nullable String value) {
    return text(value);
  }

  @Override
  public BoundColumns putBytes(byte @Nullable [] value) {
    return text(value == null ? null : "\\x" + HexFormat.of().formatHex(value));
  }

  @Override
  public BoundColumns putUuid(@Nullable UUID value) {
    return text(value);
  }

  @Override
  public BoundColumns putDate(@Nullable LocalDate value) {
    return text(value);
  }

  @Override
  public BoundColumns putInstant(@Nullable Instant value) {
    return text(value == null ? null : value.atOffset(ZoneOffset.UTC));
  }

  @Override
  public BoundColumns putTimestamp(@Nullable LocalDateTime value) {
    return text(value);
  }

  @Override
  public BoundColumns putTime(@Nullable LocalTime value) {
    return text(value);
  }

  @Override
  public BoundColumns putArray(@Nullable List<?> value) {
    return text(value == null ? null : ArrayText.of(value));
  }
}
