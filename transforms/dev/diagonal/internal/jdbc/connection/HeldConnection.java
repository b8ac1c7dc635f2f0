package dev.diagonal.internal.jdbc.connection;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.jdbc.schema.Session;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.trace.TracedConnection;
import dev.diagonal.jdbc.connection.Connector;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * A connection to a database: opened on first use, validated after a pause, replaced after it was
 * discarded. Auto-commit is off, unless it was created {@link #autoCommitting}.
 *
 * <p>On PostgreSQL no operation waits without a limit: connecting and logging in take at most 10
 * seconds each, a reply 120 seconds, and a lock 30 seconds unless set otherwise (then SQLState
 * 55P03). The server ends a transaction that has been idle for 60 seconds, so that a dead worker
 * holds no locks. The URL's own {@code connectTimeout}, {@code loginTimeout}, {@code socketTimeout}
 * and {@code options=-c%20lock_timeout=…} take precedence. Every 10 seconds of a statement, the
 * server checks whether its client is alive, and it drops a connection whose other end has not
 * responded for a minute.
 *
 * <p>A {@code statement_timeout} of the role or the database does not apply, as a COPY may take any
 * time. The format of intervals is fixed, so that one database can parse the output of another.
 *
 * <p>With a pooler such as PgBouncer these limits are set per transaction, so that they do not
 * affect other clients. An auto-committing connection then has no limits, and no statement is
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
   * Creates a connection that is not open yet.
   *
   * @throws IllegalArgumentException if {@code target} is not PostgreSQL
   */
  public HeldConnection(JdbcTarget target) {
    this(postgres(target), false, LOCK_TIMEOUT);
  }

  /** Creates a connection through any driver on the class path; it is not open yet. */
  public static HeldConnection toAny(JdbcTarget target) {
    return new HeldConnection(Connector.of(target));
  }

  /** Creates a connection to any database; it is not open yet. */
  public HeldConnection(Connector database) {
    this(database, false, LOCK_TIMEOUT);
  }

  private HeldConnection(Connector database, boolean autoCommit, Duration lockTimeout) {
    this.database = database;
    this.autoCommit = autoCommit;
    this.lockTimeout = lockTimeout;
  }

  /** Returns a connection with auto-commit and the given lock timeout. */
  public static HeldConnection autoCommitting(JdbcTarget target, Duration lockTimeout) {
    return new HeldConnection(postgres(target), true, lockTimeout);
  }

  /** Returns a connection without auto-commit and with the given lock timeout. */
  public static HeldConnection inTransactions(JdbcTarget target, Duration lockTimeout) {
    return new HeldConnection(postgres(target), false, lockTimeout);
  }

  public static HeldConnection autoCommitting(Connector database, Duration lockTimeout) {
    return new HeldConnection(database, true, lockTimeout);
  }

  /**
   * Raises the limit for each part of a reply to {@value #READ_SECONDS} seconds, since the first
   * row of a query may take long; a limit in the URL is kept.
   */
  public static void awaitRows(Connection connection) throws SQLException {
    try {
      if (connection.getNetworkTimeout() == Connector.ANSWER_SECONDS * 1_000) {
        connection.setNetworkTimeout(Runnable::run, READ_SECONDS * 1_000);
      }
    } catch (SQLFeatureNotSupportedException | AbstractMethodError e) {
      // The driver's own limits apply.
    }
  }

  /** Waits for the replies to all further statements, however long they take. */
  static void awaitReplies(Connection connection) throws SQLException {
    try {
      connection.setNetworkTimeout(Runnable::run, 0);
    } catch (SQLFeatureNotSupportedException | AbstractMethodError e) {
      // The driver's own limits apply.
    }
  }

  private static Connector postgres(JdbcTarget target) {
    checkPostgres(target);
    return Connector.of(target);
  }

  public static void checkPostgres(JdbcTarget target) {
    checkArgument(
        DatabaseKind.of(target.url()) == DatabaseKind.POSTGRES,
        "url must start with jdbc:postgresql:, got %s",
        target);
  }

  /**
   * Returns the connection, open and, as far as it is known, alive.
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
        // The connection is discarded anyway, and the server rolls back its open transaction.
      }
    }
  }

  private Connection open() throws SQLException {
    Connection opened = TracedConnection.of(database.connect(), database.name());
    boolean done = false;
    try {
      boolean isPostgres = opened.isWrapperFor(PGConnection.class);
      if (isPostgres) {
        DatabaseFigures.note(database);
      }
      pooled = isPostgres && limits().set(opened);
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
