package dev.diagonal.jdbc.connection;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.jdbc.internal.schema.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * One connection to a database: opened when first used, validated when it has rested, replaced once
 * discarded. Auto-commit is off, unless it was made {@link #autoCommitting}.
 *
 * <p>On PostgreSQL nothing on it waits for ever: connecting and logging in take at most 10 seconds
 * each, an answer 120 seconds, a lock 30 seconds unless it is made to wait otherwise (then SQLState
 * 55P03), and the server ends a transaction that has lain idle for 60 seconds, so that a worker
 * which vanished holds no locks. The URL's own {@code connectTimeout}, {@code loginTimeout}, {@code
 * socketTimeout} and {@code options=-c%20lock_timeout=…} take precedence. The server also looks,
 * every 10 seconds of a statement, whether its client is still there, and gives up a connection
 * whose other end has not answered for a minute.
 *
 * <p>A {@code statement_timeout} of the role or the database does not apply, as a COPY may take any
 * time, and intervals are spelt in one way, so that one database understands what another sends.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class HeldConnection implements Session {

  private static final int VALIDATION_SECONDS = 5;
  private static final int READ_SECONDS = 1_800;
  private static final Duration VALIDATED_AFTER = Duration.ofSeconds(1);
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);

  // Those of the last statement are not in every version and on every platform.
  private static final String SESSION_LIMITS =
      """
      SELECT set_config('lock_timeout', '%d', false)
      FROM pg_settings WHERE name = 'lock_timeout' AND (%b OR source <> 'client');
      SET idle_in_transaction_session_timeout = '60s';
      SET statement_timeout = 0; SET IntervalStyle = postgres; SET xmloption = content;
      SELECT set_config(name, value, false)
      FROM (VALUES ('client_connection_check_interval', '10s'), ('tcp_user_timeout', '60s'),
                   ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'),
                   ('tcp_keepalives_count', '3')) AS limits (name, value)
      WHERE current_setting(name, true) IS NOT NULL
      """;

  private final Connector database;
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
    this(postgres(target), false, LOCK_TIMEOUT);
  }

  /** Makes one to a database that a driver on the class path reaches, which is not open yet. */
  public static HeldConnection toAny(JdbcTarget target) {
    return new HeldConnection(Connector.of(target));
  }

  /** Makes one to any database, which is not open yet. */
  public HeldConnection(Connector database) {
    this(database, false, LOCK_TIMEOUT);
  }

  private HeldConnection(Connector database, boolean autoCommit, Duration lockTimeout) {
    this.database = database;
    this.autoCommit = autoCommit;
    this.lockTimeout = lockTimeout;
  }

  /** Returns one whose every call is a transaction, and waits for a lock as long as this. */
  public static HeldConnection autoCommitting(JdbcTarget target, Duration lockTimeout) {
    return new HeldConnection(postgres(target), true, lockTimeout);
  }

  /** Returns one without auto-commit that waits for a lock as long as this. */
  public static HeldConnection inTransactions(JdbcTarget target, Duration lockTimeout) {
    return new HeldConnection(postgres(target), false, lockTimeout);
  }

  public static HeldConnection autoCommitting(Connector database, Duration lockTimeout) {
    return new HeldConnection(database, true, lockTimeout);
  }

  /**
   * Makes a connection wait up to {@value #READ_SECONDS} seconds for each part of an answer, as the
   * first row of a query may take long; a limit in the URL stays.
   */
  public static void awaitRows(Connection connection) throws SQLException {
    try {
      if (connection.getNetworkTimeout() == Connector.ANSWER_SECONDS * 1_000) {
        connection.setNetworkTimeout(Runnable::run, READ_SECONDS * 1_000);
      }
    } catch (SQLFeatureNotSupportedException | AbstractMethodError e) {
      // Then the driver's own limits count.
    }
  }

  private static Connector postgres(JdbcTarget target) {
    checkPostgres(target);
    return Connector.of(target);
  }

  public static void checkPostgres(JdbcTarget target) {
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
  @Override
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
    Connection opened = database.connect();
    boolean done = false;
    try {
      if (opened.isWrapperFor(PGConnection.class)) {
        try (Statement statement = opened.createStatement()) {
          boolean isAskedFor = !lockTimeout.equals(LOCK_TIMEOUT);
          statement.execute(SESSION_LIMITS.formatted(lockTimeout.toMillis(), isAskedFor));
        }
      }
      opened.setAutoCommit(autoCommit);
      done = true;
      return opened;
    } finally {
      if (!done) {
        opened.close();
      }
    }
  }
}
