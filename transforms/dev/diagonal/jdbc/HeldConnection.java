package dev.diagonal.jdbc;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * One connection to PostgreSQL: opened when first used, validated when it has rested, replaced once
 * discarded. Auto-commit is off, unless it was made {@link #autoCommitting}.
 *
 * <p>Nothing on it waits for ever: connecting and logging in take at most 10 seconds each, an
 * answer 120 seconds, a lock 30 seconds unless it is made to wait otherwise (then SQLState 55P03),
 * and the server ends a transaction that has lain idle for 60 seconds, so that a worker which
 * vanished holds no locks. The first three are set by the URL's parameters of the same names, if it
 * has them. The server also looks, every 10 seconds of a statement, whether its client is still
 * there, and gives up a connection whose other end has not answered for a minute.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class HeldConnection implements AutoCloseable {

  private static final int CONNECT_SECONDS = 10;
  private static final int ANSWER_SECONDS = 120;
  private static final int VALIDATION_SECONDS = 5;
  private static final Duration VALIDATED_AFTER = Duration.ofSeconds(1);
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);

  // Those of the second statement are not in every version and on every platform.
  private static final String SESSION_LIMITS =
      """
      SET lock_timeout = %d; SET idle_in_transaction_session_timeout = '60s';
      SELECT set_config(name, value, false)
      FROM (VALUES ('client_connection_check_interval', '10s'), ('tcp_user_timeout', '60s'),
                   ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'),
                   ('tcp_keepalives_count', '3')) AS limits (name, value)
      WHERE current_setting(name, true) IS NOT NULL
      """;

  private final JdbcTarget target;
  private final boolean autoCommit;
  private final Duration lockTimeout;
  private @Nullable Connection connection;
  private long lastUsedNanos;

  /**
   * Makes one that is not open yet.
   *
   * @throws IllegalArgumentException if the URL of {@code target} is not one of PostgreSQL
   */
  public HeldConnection(JdbcTarget target) {
    this(target, false, LOCK_TIMEOUT);
  }

  private HeldConnection(JdbcTarget target, boolean autoCommit, Duration lockTimeout) {
    checkPostgres(target);
    this.target = target;
    this.autoCommit = autoCommit;
    this.lockTimeout = lockTimeout;
  }

  /** Returns one whose every call is a transaction, and waits for a lock as long as this. */
  public static HeldConnection autoCommitting(JdbcTarget target, Duration lockTimeout) {
    return new HeldConnection(target, true, lockTimeout);
  }

  static void checkPostgres(JdbcTarget target) {
    checkArgument(
        target.url().startsWith("jdbc:postgresql:"),
        "url must start with jdbc:postgresql:, got %s",
        target);
  }

  /**
   * Returns the connection, open and, as far as can be told, alive.
   *
   * @throws SQLException if it cannot be opened
   */
  public Connection use() throws SQLException {
    Connection held = connection;
    if (held != null
        && System.nanoTime() - lastUsedNanos > VALIDATED_AFTER.toNanos()
        && !held.isValid(VALIDATION_SECONDS)) {
      close();
      held = null;
    }
    if (held == null) {
      held = open();
      connection = held;
    }
    lastUsedNanos = System.nanoTime();
    return held;
  }

  /** Closes the connection, broken or not; the next {@link #use} opens another. */
  @Override
  public void close() {
    Connection held = connection;
    connection = null;
    if (held != null) {
      try {
        held.close();
      } catch (SQLException e) {
        // It is given up anyhow, and the server rolls back what was open on it.
      }
    }
  }

  private Connection open() throws SQLException {
    Properties properties = new Properties();
    if (target.user() != null) {
      properties.setProperty("user", target.user());
    }
    if (target.password() != null) {
      properties.setProperty("password", target.password().value());
    }
    properties.setProperty("ApplicationName", "diagonal");
    properties.setProperty("connectTimeout", String.valueOf(CONNECT_SECONDS));
    properties.setProperty("loginTimeout", String.valueOf(CONNECT_SECONDS));
    properties.setProperty("socketTimeout", String.valueOf(ANSWER_SECONDS));
    properties.setProperty("tcpKeepAlive", "true");
    // 2.2 times faster than a round of messages a row (measured: 1M rows, 4 connections).
    properties.setProperty("reWriteBatchedInserts", "true");
    // The details of an error, and the text of a failed batch, hold values of the rows.
    properties.setProperty("logServerErrorDetail", "false");
    // Not by DriverManager: it does not see drivers in the class loader of a Flink job.
    Connection opened = new org.postgresql.Driver().connect(target.url(), properties);
    if (opened == null) {
      throw new SQLException("the PostgreSQL driver does not accept the URL of " + target, "08001");
    }
    try (Statement statement = opened.createStatement()) {
      statement.execute(SESSION_LIMITS.formatted(lockTimeout.toMillis()));
      opened.setAutoCommit(autoCommit);
      return opened;
    } catch (SQLException e) {
      opened.close();
      throw e;
    }
  }
}
