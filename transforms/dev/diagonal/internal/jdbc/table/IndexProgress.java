package dev.diagonal.internal.jdbc.table;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * How far PostgreSQL has built an index of a table. Asks the server at most every two seconds.
 * Thread-safe.
 */
public final class IndexProgress {

  private static final String UNDEFINED_TABLE = "42P01";
  private static final Duration PERIOD = Duration.ofSeconds(2);

  /** While rows are sorted, PostgreSQL counts neither blocks nor tuples. */
  private static final String LOOK =
      """
      SELECT replace(phase, 'building index: ', '')
        || CASE WHEN blocks_done > 0 AND blocks_total > 0
                THEN ', ' || 100 * blocks_done / blocks_total || ' %'
                WHEN tuples_done > 0 AND tuples_total > 0
                THEN ', ' || 100 * tuples_done / tuples_total || ' %' ELSE '' END
      FROM pg_catalog.pg_stat_progress_create_index
      WHERE datname = current_database() AND relid = to_regclass(?) LIMIT 1
      """;

  private final JdbcTarget database;
  private final String table;
  private String last = "";
  private long askedNanos = System.nanoTime() - PERIOD.toNanos();
  private boolean unknown;

  /**
   * @param table {@code table} or {@code schema.table}, exactly as in the database
   */
  public IndexProgress(JdbcTarget database, String table) {
    this.database = database;
    this.table = table;
  }

  /**
   * Returns the phase and the share, such as {@code loading tuples in tree, 43 %}; empty if no
   * index is being built or the server does not report it.
   */
  public synchronized String now() {
    if (unknown || System.nanoTime() - askedNanos < PERIOD.toNanos()) {
      return last;
    }
    try {
      last =
          RetriedTransaction.in(database, "look at the index of table " + table)
              .withRetry(Retry.never())
              .run(this::look);
    } catch (SQLException e) {
      unknown = UNDEFINED_TABLE.equals(SqlFaults.state(e)); // before PostgreSQL 12
      last = "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    askedNanos = System.nanoTime();
    return last;
  }

  private String look(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOOK)) {
      statement.setString(1, PostgresSql.quoteTable(table));
      try (ResultSet result = statement.executeQuery()) {
        String found = result.next() ? result.getString(1) : null;
        return found == null ? "" : found;
      }
    }
  }
}
