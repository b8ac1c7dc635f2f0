package dev.diagonal.internal.jdbc.snapshot;

import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The idle connections of this JVM that are in the transaction of a snapshot. Static, because the
 * readers of a JVM do not know each other.
 *
 * <p>They are kept between ranges because each one holds {@code ACCESS SHARE} locks on all tables
 * that are read. A {@code TRUNCATE} or {@code VACUUM FULL} that waits for these locks would block a
 * new connection, and both would wait forever.
 *
 * <p>Thread-safe.
 */
public final class SnapshotSessions {

  private static final int VALIDATION_SECONDS = 5;

  /** The states for a missing snapshot: up to PostgreSQL 15, and since 16. */
  private static final Set<String> NO_SNAPSHOT_STATES = Set.of("22023", "42704");

  private static final Map<String, SnapshotSessions> ALL = new HashMap<>();

  private final Deque<Connection> idle = new ArrayDeque<>();
  private boolean kept;

  private SnapshotSessions() {}

  /** Returns a connection for a snapshot: an idle one, or else a new one. */
  static Connection take(Snapshot snapshot) throws SQLException {
    for (Connection found = poll(snapshot); found != null; found = poll(snapshot)) {
      if (found.isValid(VALIDATION_SECONDS)) {
        return found;
      }
      closeQuietly(found);
    }
    return open(snapshot, null);
  }

  private static @Nullable Connection poll(Snapshot snapshot) {
    synchronized (ALL) {
      SnapshotSessions sessions = ALL.get(key(snapshot));
      return sessions == null ? null : sessions.idle.pollFirst();
    }
  }

  public static void giveBack(Snapshot snapshot, Connection connection) {
    synchronized (ALL) {
      ALL.computeIfAbsent(key(snapshot), key -> new SnapshotSessions()).idle.addFirst(connection);
    }
  }

  /** Keeps the connections of a snapshot until {@link #end}. */
  public static void keep(Snapshot snapshot) {
    synchronized (ALL) {
      ALL.computeIfAbsent(key(snapshot), key -> new SnapshotSessions()).kept = true;
    }
  }

  /** Closes the idle connections of a snapshot, unless its keeper is in this JVM. */
  public static void closeIdle(Snapshot snapshot) {
    close(snapshot, false);
  }

  /** Closes the idle connections of a snapshot. */
  public static void end(Snapshot snapshot) {
    close(snapshot, true);
  }

  private static void close(Snapshot snapshot, boolean evenKept) {
    SnapshotSessions sessions;
    synchronized (ALL) {
      sessions = ALL.get(key(snapshot));
      if (sessions == null || (sessions.kept && !evenKept)) {
        return;
      }
      ALL.remove(key(snapshot));
    }
    sessions.idle.forEach(SnapshotSessions::closeQuietly);
  }

  private static String key(Snapshot snapshot) {
    return snapshot.database() + " " + snapshot.id();
  }

  /**
   * Opens a connection for a snapshot and locks the relations that are read.
   *
   * @param lockTimeout how long it waits for a lock, or null for the default
   */
  public static Connection open(Snapshot snapshot, @Nullable Duration lockTimeout)
      throws SQLException {
    HeldConnection held = HeldConnection.toAny(snapshot.database());
    boolean done = false;
    try {
      Connection connection = held.use();
      begin(snapshot, connection);
      ReadSession.makePatient(connection);
      lock(connection, snapshot.relations(), lockTimeout);
      done = true;
      return connection;
    } finally {
      if (!done) {
        held.close();
      }
    }
  }

  private static void begin(Snapshot snapshot, Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      statement.execute("SET TRANSACTION SNAPSHOT " + PostgresSql.literal(snapshot.id()));
    } catch (SQLException fault) {
      throw NO_SNAPSHOT_STATES.contains(String.valueOf(fault.getSQLState()))
          ? new SnapshotLostException(snapshot.database(), fault)
          : fault;
    }
  }

  /**
   * Locks relations by selecting from them, which needs only the privilege to read and includes
   * partitions, and the tables of views.
   */
  public static void lock(
      Connection connection, Iterable<String> relations, @Nullable Duration lockTimeout)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (lockTimeout != null) {
        statement.execute("SET LOCAL lock_timeout = " + lockTimeout.toMillis());
      }
      for (String relation : relations) {
        statement.execute("SELECT * FROM " + relation + " LIMIT 0");
      }
    }
  }

  public static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // The server rolls back its open transaction.
    }
  }
}
