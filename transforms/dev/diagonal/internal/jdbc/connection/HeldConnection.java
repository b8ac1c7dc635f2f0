package dev.diagonal.internal.jdbc.connection;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.jdbc.schema.Session;
import dev.diagonal.jdbc.connection.Connector;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
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
 * <p>Behind a pooler such as PgBouncer these limits hold for each transaction, so that other
 * clients find none of them; a connection that commits by itself has none then, and no statement is
 * prepared on the server.
 *
 * <p>Not thread-safe.
 */
public final class HeldConnection implements Session {

  private static final int VALIDATION_SECONDS = 5;
  private static final int READ_SECONDS = 1_800;
  private static final Duration VALIDATED_AFTER = Duration.ofSeconds(1);
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);

  private final Connector database;
  private final boolean autoCommit;
  private final Duration lockTimeout;
  private @Nullable Connection connection;
  private boolean pooled;
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
    if (pooled && !autoCommit) {
      limits().setLocally(held);
    }
    lastUsedNanos = System.nanoTime();
    return held;
  }

  @Override
  public boolean isPooled() {
    return pooled;
  }

  private SessionLimits limits() {
    return new SessionLimits(lockTimeout, !lockTimeout.equals(LOCK_TIMEOUT));
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
      pooled = opened.isWrapperFor(PGConnection.class) && limits().set(opened);
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
