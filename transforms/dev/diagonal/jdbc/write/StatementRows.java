package dev.diagonal.jdbc.write;

import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.internal.jdbc.table.RowKey;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Rows as parameters of a prepared statement, sent as a JDBC batch. */
final class StatementRows<T> extends BatchRows<T> {

  /** An estimate: such a batch is limited by its rows. */
  private static final int ROW_BYTES = 100;

  private final JdbcWrite<T> write;
  private final String sql;
  private final int[] parameters;
  private final List<BoundRow> bound = new ArrayList<>();
  private final List<RowKey> keys = new ArrayList<>();

  StatementRows(JdbcWrite<T> write, int expectedRows) {
    super(write, expectedRows);
    this.write = write;
    Table table = write.table();
    this.sql = StandardSql.of(write.mode(), table);
    this.parameters =
        StandardSql.parameters(write.mode(), table).stream()
            .mapToInt(table.columns()::indexOf)
            .toArray();
  }

  @Override
  long bytes() {
    return (long) bound.size() * ROW_BYTES;
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
    BoundRow values = BoundRow.of(write.table(), write.binder(), row);
    RowKey key = values.key();
    bound.add(values);
    keys.add(key);
  }

  @Override
  boolean canCompareKeys() {
    return false; // the database writes row after row, so the last one wins
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
  void begin(Connection connection) {}

  @Override
  void send(Connection connection, int[] rows, int from, int to) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = from; i < to; i++) {
        BoundRow row = bound.get(rows[i]);
        for (int p = 0; p < parameters.length; p++) {
          statement.setObject(p + 1, row.value(parameters[p]));
        }
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  @Override
  void clear(Connection connection) {}
}
