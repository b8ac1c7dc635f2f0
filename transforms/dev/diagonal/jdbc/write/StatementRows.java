package dev.diagonal.jdbc.write;

import dev.diagonal.internal.jdbc.dialect.ColumnValue;
import dev.diagonal.internal.jdbc.dialect.Dialect;
import dev.diagonal.internal.jdbc.dialect.RowCounts;
import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.internal.jdbc.table.RowKey;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows as parameters of a prepared statement, sent as a JDBC batch. */
final class StatementRows<T> extends BatchRows<T> {

  /** An estimate of a value that is neither text nor bytes. */
  private static final int VALUE_BYTES = 32;

  /** A driver keeps a batch in memory once more. */
  private static final int BATCH_ROWS = 1_000;

  private final JdbcWrite<T> write;
  private final Dialect dialect;
  private final int[] parameters;
  private final List<ColumnValue> values;
  private final List<@Nullable Object[]> bound = new ArrayList<>();
  private final List<RowKey> keys = new ArrayList<>();
  private long bytes;

  StatementRows(JdbcWrite<T> write, Dialect dialect, int expectedRows) {
    super(write, expectedRows);
    this.write = write;
    Table table = write.table();
    this.dialect = dialect;
    this.values = table.columns().stream().map(dialect::value).toList();
    this.parameters =
        dialect.parameters(write.mode(), table).stream()
            .mapToInt(table.columns()::indexOf)
            .toArray();
  }

  @Override
  long bytes() {
    return bytes;
  }

  @Override
  long checksum() {
    throw new UnsupportedOperationException("only PostgreSQL has a ledger of numbered batches");
  }

  @Override
  int bound() {
    return bound.size();
  }

  @Override
  void bind(T row) throws Exception {
    BoundRow given = BoundRow.of(write.table(), write.binder(), row);
    RowKey key = given.key();
    @Nullable Object[] prepared = new Object[values.size()];
    long size = 0;
    for (int i = 0; i < prepared.length; i++) {
      prepared[i] = values.get(i).of(given.value(i));
      size += sizeOf(prepared[i]);
    }
    bound.add(prepared);
    keys.add(key);
    bytes += size;
  }

  private static int sizeOf(@Nullable Object value) {
    int text = value instanceof String string ? string.length() : 0;
    return VALUE_BYTES + (value instanceof byte[] some ? some.length : text);
  }

  /** Elsewhere the database writes row after row, so the last one wins. */
  @Override
  boolean canCompareKeys() {
    return dialect.comparesKeysByBytes();
  }

  @Override
  boolean hasSavepoints() {
    return dialect.hasSavepoints();
  }

  @Override
  int compareKeys(int row, int other) {
    return keys.get(row).compareTo(keys.get(other));
  }

  @Override
  String key(int row) {
    return keys.get(row).toString();
  }

  @Override
  void begin(Connection connection) {
    found().begin();
  }

  @Override
  void send(Connection connection, int[] rows, int from, int to) throws SQLException {
    int most = dialect.rowsPerStatement(write.mode(), write.table());
    int whole = (to - from) / most * most;
    send(connection, rows, from, from + whole, most);
    send(connection, rows, from + whole, to, to - from - whole);
  }

  /** Sends rows in statements of {@code each} rows. */
  private void send(Connection connection, int[] rows, int from, int to, int each)
      throws SQLException {
    if (from == to) {
      return;
    }
    String sql = dialect.write(write.mode(), write.table(), each);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int batched = 0;
      for (int first = from; first < to; first += each) {
        int parameter = 0;
        for (int i = first; i < first + each; i++) {
          for (int column : parameters) {
            statement.setObject(++parameter, bound.get(rows[i])[column]);
          }
        }
        if (each > 1) {
          statement.executeUpdate();
          continue;
        }
        statement.addBatch();
        if (++batched == BATCH_ROWS || first == to - 1) {
          noteFound(connection, rows, first + 1 - batched, statement.executeBatch());
          batched = 0;
        }
      }
    }
  }

  /** Notes which keys of updates or deletes the table had, as far as the driver reports it. */
  private void noteFound(Connection connection, int[] rows, int from, int[] counts)
      throws SQLException {
    if (!FoundRows.matterTo(write.mode())) {
      return;
    }
    boolean isSure = true;
    boolean isMissing = false;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        found().add(rows[from + i]);
      }
      isMissing |= counts[i] == 0;
      isSure &= counts[i] >= 0; // Statement.SUCCESS_NO_INFO
    }
    if (!isSure || (isMissing && RowCounts.mayHide(connection, write.mode(), write.table()))) {
      found().doubtOthers();
    }
  }

  @Override
  void clear(Connection connection) {}
}
