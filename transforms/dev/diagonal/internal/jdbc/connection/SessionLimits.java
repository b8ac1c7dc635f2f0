package dev.diagonal.internal.jdbc.connection;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * The settings of a connection to PostgreSQL: see {@link HeldConnection}.
 *
 * <p>A pooler such as PgBouncer may give each transaction another connection of the server. With a
 * pooler, the settings apply to one transaction only, since the connection also serves other
 * clients. A pooler is detected by its process id, which is not the server's.
 *
 * @param lockTimeout how long a statement waits for a lock
 * @param isAskedFor whether {@code lockTimeout} takes precedence over the one of the URL
 */
record SessionLimits(Duration lockTimeout, boolean isAskedFor) {

  // The settings of the last rows do not exist in every version and on every platform.
  private static final String SQL =
      """
      SELECT set_config('lock_timeout', '%1$s', %3$s)
      FROM pg_settings WHERE name = 'lock_timeout' AND (%2$b OR source <> 'client');
      SELECT set_config(name, value, %3$s)
      FROM (VALUES ('idle_in_transaction_session_timeout', '60s'), ('statement_timeout', '0'),
                   ('IntervalStyle', 'postgres'), ('xmloption', 'content'),
                   ('extra_float_digits', '1'), ('array_nulls', 'on'),
                   ('client_connection_check_interval', '10s'), ('tcp_user_timeout', '60s'),
                   ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'),
                   ('tcp_keepalives_count', '3')) AS limits (name, value)
      WHERE current_setting(name, true) IS NOT NULL;
      SELECT %3$s
      """;

  private static final String LOCALLY =
      """
      SET LOCAL lock_timeout = %s; SET LOCAL idle_in_transaction_session_timeout = '60s';
      SET LOCAL statement_timeout = 0; SET LOCAL IntervalStyle = postgres;
      SET LOCAL xmloption = content; SET LOCAL extra_float_digits = 1; SET LOCAL array_nulls = on
      """;

  /**
   * Applies the settings to the session, or with a pooler only to this statement.
   *
   * @return whether there is a pooler; the driver then uses no named prepared statements
   */
  boolean set(Connection opened) throws SQLException {
    PGConnection postgres = opened.unwrap(PGConnection.class);
    boolean pooled = execute(opened, "pg_backend_pid() <> " + postgres.getBackendPID());
    if (pooled) {
      postgres.setPrepareThreshold(0);
    }
    return pooled;
  }

  /** Applies the settings to the transaction that begins, unless one is open; takes no snapshot. */
  void setLocally(Connection connection) throws SQLException {
    if (connection.unwrap(BaseConnection.class).getTransactionState() == TransactionState.IDLE) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(LOCALLY.formatted(lockTimeout.toMillis()));
      }
    }
  }

  private boolean execute(Connection connection, String local) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(SQL.formatted(lockTimeout.toMillis(), isAskedFor, local));
      statement.getMoreResults();
      statement.getMoreResults();
      try (ResultSet answer = statement.getResultSet()) {
        return answer.next() && answer.getBoolean(1);
      }
    }
  }
}
