package dev.diagonal.internal.taxi;

import dev.diagonal.block.Block;
import dev.diagonal.fault.Retry;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.write.JdbcBlockWriter;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.metrics.Written;
import java.sql.SQLException;
import java.util.List;

/**
 * Writes the rows of a small table immediately, before a pipeline that refers to them: starting a
 * separate pipeline would take longer. Use {@link dev.diagonal.jdbc.write.WriteToJdbc} for rows
 * that do not fit in memory.
 */
public final class UpsertRows {

  private UpsertRows() {}

  /**
   * Upserts rows in one transaction: inserts rows with a new key, and updates all columns of {@code
   * table} in the others. Columns that {@code table} does not name are unchanged. Idempotent. For
   * rows with the same key, the last one wins. Without rows, it does not connect.
   *
   * @return what was written
   * @throws SQLException if the database cannot be reached within {@link Retry#defaults}, or
   *     refuses; the message includes the table, the number of rows and the first key
   * @throws IllegalArgumentException if {@code target} is not PostgreSQL, or a row's values do not
   *     fit the table's columns
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static <T> Written now(JdbcTarget target, Table table, RowBinder<T> binder, List<T> rows)
      throws Exception {
    if (rows.isEmpty()) {
      return Written.nothing(table.name());
    }
    JdbcWrite<T> write =
        JdbcWrite.upsert(target, table, binder).withCommitRows(Math.max(1, rows.size()));
    try (JdbcBlockWriter<T> writer = JdbcBlockWriter.open(write)) {
      writer.write(new Block<>(rows));
      return writer.flush();
    }
  }
}
