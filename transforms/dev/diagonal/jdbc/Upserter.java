package dev.diagonal.jdbc;

import dev.diagonal.write.Written;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * Upserts batches of rows over one connection, each batch in a transaction of its own. Rows go in
 * the order of their keys; of rows with the same key in a batch only the last one goes.
 *
 * <p>Not safe for use by several threads at once.
 */
final class Upserter<T> implements AutoCloseable {

  private final WriteToJdbc.Upsert<T> upsert;
  private final String sql;
  private final HeldConnection connection;

  Upserter(WriteToJdbc.Upsert<T> upsert) {
    this.upsert = upsert;
    this.sql = PostgresSql.upsert(upsert.table());
    this.connection = new HeldConnection(upsert.target());
  }

  /**
   * Writes one batch and returns the account of it.
   *
   * @throws SQLException if the database refuses the batch, or retries run out; the message has the
   *     table, the rows and the first key
   * @throws IllegalArgumentException if a row's values do not fit the table's columns
   */
  Written write(List<T> batch) throws Exception {
    long startNanos = System.nanoTime();
    TreeMap<RowKey, BoundRow> rows = new TreeMap<>();
    for (T row : batch) {
      BoundRow bound = BoundRow.of(upsert.table(), upsert.binder(), row);
      rows.put(bound.key(), bound);
    }
    Attempts attempts = new Attempts(rows.values());
    try {
      upsert.retry().call(attempts::next, SqlFaults::isRetryable);
    } catch (InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new SQLException(
          "cannot write a batch of %d rows, first key %s, to table %s of %s: %s"
              .formatted(
                  rows.size(),
                  rows.firstKey(),
                  upsert.table().name(),
                  upsert.target(),
                  fault.getMessage()),
          SqlFaults.state(fault),
          fault);
    }
    long millis = (System.nanoTime() - startNanos) / 1_000_000;
    return new Written(upsert.table().name(), batch.size(), attempts.made, millis);
  }

  @Override
  public void close() {
    connection.close();
  }

  /** The attempts at one batch. */
  private final class Attempts {
    private final Collection<BoundRow> rows;
    private int made;

    Attempts(Collection<BoundRow> rows) {
      this.rows = rows;
    }

    boolean next() throws SQLException {
      made++;
      boolean committed = false;
      try {
        Connection open = connection.use();
        try (PreparedStatement statement = open.prepareStatement(sql)) {
          for (BoundRow row : rows) {
            row.addTo(statement);
          }
          statement.executeBatch();
        }
        open.commit();
        committed = true;
        return true;
      } finally {
        if (!committed) {
          connection.close(); // which rolls back, and the next attempt starts on a fresh one
        }
      }
    }
  }
}
