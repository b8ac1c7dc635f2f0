package dev.diagonal.jdbc.write;

import dev.diagonal.block.Block;
import dev.diagonal.fault.Retry;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.metrics.Written;
import java.sql.SQLException;
import java.util.List;

/**
 * Writes the rows of a small table at once, before a pipeline that refers to them: a pipeline of
 * its own would take longer to start. What does not fit in memory goes by {@link WriteToJdbc}.
 */
public final class UpsertRows {

  private UpsertRows() {}

  /**
   * Inserts rows whose key is not in {@code table} yet and updates all columns of {@code table} in
   * those whose key is, in one transaction; columns of the database that {@code table} does not
   * name are left as they are. Doing it again changes nothing. Of rows with the same key the last
   * one stays. Without rows the database is not asked.
   *
   * @return the account of it
   * @throws SQLException if the database cannot be reached within {@link Retry#defaults}, or
   *     refuses; the message has the table, the rows and the first key
   * @throws IllegalArgumentException if the URL of {@code target} is not one of PostgreSQL, or a
   *     row's values do not fit the table's columns
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
