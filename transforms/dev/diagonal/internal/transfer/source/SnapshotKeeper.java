package dev.diagonal.internal.transfer.source;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.snapshot.OldestTransaction;
import dev.diagonal.internal.jdbc.snapshot.ReadSession;
import dev.diagonal.internal.jdbc.snapshot.Snapshot;
import dev.diagonal.internal.jdbc.snapshot.SnapshotSessions;
import dev.diagonal.internal.jdbc.snapshot.StoredTables;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.sql.UnreachableWarning;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds a {@link Snapshot} of PostgreSQL by a connection and a thread of its own.
 *
 * <p>The keeper first locks everything that is read in {@code ACCESS SHARE} mode, partitions and
 * the tables of views included, and then exports the snapshot: a snapshot alone does not protect
 * from {@code TRUNCATE} or a rewrite, after which a reader would find no rows and no error. Until
 * the keeper is closed such statements wait; inserts, updates and deletes do not.
 *
 * <p>When the keeper's connection is lost, connections that are at the snapshot already go on, and
 * others fail with a message that says so.
 *
 * <p>Thread-safe.
 */
public final class SnapshotKeeper implements AutoCloseable {

  private static final Duration BEAT = Duration.ofSeconds(10);

  /** A session waits for a lock only if another process, which waits for the keeper, is first. */
  private static final Duration SESSION_LOCK_TIMEOUT = Duration.ofSeconds(2);

  /** Of pages as small as these there is one reader. */
  static final long PAGES_PER_SESSION = 512;

  private static final String TABLES_CHANGED = "40001";

  private final JdbcTarget database;
  private final Connection connection;
  private final @Nullable Snapshot snapshot;
  private final Map<String, StoredTables> tables;
  private final Thread thread;
  private boolean closed;

  private SnapshotKeeper(
      JdbcTarget database,
      Connection connection,
      @Nullable Snapshot snapshot,
      Map<String, StoredTables> tables) {
    this.database = database;
    this.connection = connection;
    this.snapshot = snapshot;
    this.tables = Map.copyOf(tables);
    this.thread = new Thread(this::keep, "keeper of a snapshot of " + database);
    thread.setDaemon(true);
  }

  /**
   * Something to read.
   *
   * @param relation what follows {@code FROM}
   * @param table the name without quotes if it is a table or view, else null
   * @param shown what messages call it
   */
  public record Source(String relation, @Nullable String table, String shown) {}

  /**
   * Takes a snapshot, and opens connections of this JVM that read it.
   *
   * @param sources all that will be read from it
   * @param readers how many connections may read at the same time in this JVM; 0 if others do
   * @throws SQLException if one of the sources cannot be read
   */
  public static SnapshotKeeper open(JdbcTarget database, List<Source> sources, int readers)
      throws SQLException, InterruptedException {
    Retry retry = Retry.defaults();
    SnapshotKeeper keeper;
    try {
      keeper =
          retry.call(
              () -> attempt(database, sources, readers),
              UnreachableWarning.with(retry, SqlFaults::isRetryable));
    } catch (InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new SQLException(
          "cannot look at %s in %s: %s"
              .formatted(
                  String.join(", ", sources.stream().map(Source::shown).toList()),
                  database,
                  fault.getMessage()),
          SqlFaults.state(fault),
          fault);
    }
    keeper.thread.start();
    return keeper;
  }

  private static SnapshotKeeper attempt(JdbcTarget database, List<Source> sources, int readers)
      throws SQLException {
    List<String> relations = sources.stream().map(Source::relation).toList();
    HeldConnection held = HeldConnection.toAny(database);
    boolean done = false;
    try {
      Connection connection = held.use();
      OldestTransaction oldest = oldest(connection);
      try (Statement statement = connection.createStatement()) {
        // So that the snapshot is newer than the locks.
        statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY");
      }
      ReadSession.makePatient(connection);
      SnapshotSessions.lock(connection, relations, null);
      String id = export(connection);
      SnapshotKeeper keeper =
          id == null
              ? new SnapshotKeeper(database, connection, null, Map.of())
              : filled(connection, new Snapshot(database, id, relations, oldest), sources, readers);
      done = true;
      return keeper;
    } finally {
      if (!done) {
        held.close();
      }
    }
  }

  /** Returns the oldest transaction, or null if the server does not report it. */
  private static @Nullable OldestTransaction oldest(Connection connection) throws SQLException {
    try {
      return OldestTransaction.of(connection);
    } catch (SQLException fault) {
      if (SqlFaults.isRetryable(fault)) {
        throw fault;
      }
      return null;
    } finally {
      connection.rollback();
    }
  }

  /** Returns the name of a new snapshot, or null if the server cannot export one. */
  private static @Nullable String export(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet id = statement.executeQuery("SELECT pg_export_snapshot()")) {
      id.next();
      return id.getString(1);
    } catch (SQLException fault) {
      if (SqlFaults.isRetryable(fault)) {
        throw fault;
      }
      Warnings.warn(
          "the database cannot export a snapshot (%s): one reader reads each table or query"
              .formatted(fault.getMessage()));
      connection.rollback();
      return null;
    }
  }

  /** Looks at the tables from the snapshot, and opens connections to read them. */
  private static SnapshotKeeper filled(
      Connection connection, Snapshot snapshot, List<Source> sources, int readers)
      throws SQLException {
    Map<String, StoredTables> tables = new HashMap<>();
    List<Connection> sessions = new ArrayList<>();
    boolean done = false;
    try {
      sessions.add(SnapshotSessions.open(snapshot, SESSION_LOCK_TIMEOUT));
      long useful = 0;
      for (Source source : sources) {
        String table = source.table();
        StoredTables stored = table == null ? null : StoredTables.of(sessions.get(0), table);
        if (table != null && stored != null && !stored.areLockedBy(connection)) {
          throw new SQLException(
              "partitions of " + source.shown() + " change just now", TABLES_CHANGED);
        } else if (table != null && stored != null) {
          tables.put(table, stored);
        }
        useful +=
            stored == null || !stored.inPages() ? readers : 1 + stored.pages() / PAGES_PER_SESSION;
      }
      while (sessions.size() < Math.min(readers, useful)) {
        sessions.add(SnapshotSessions.open(snapshot, SESSION_LOCK_TIMEOUT));
      }
      done = readers > 0;
    } finally {
      if (!done) {
        sessions.forEach(SnapshotSessions::closeQuietly);
      }
    }
    if (readers > 0) {
      SnapshotSessions.keep(snapshot);
      sessions.forEach(session -> SnapshotSessions.giveBack(snapshot, session));
    }
    return new SnapshotKeeper(snapshot.database(), connection, snapshot, tables);
  }

  /** Returns the snapshot, or null if the database cannot export one. */
  @Nullable Snapshot snapshot() {
    return snapshot;
  }

  /** Returns the tables that store the rows of a table that is read, or null if it is unknown. */
  @Nullable StoredTables tables(String table) {
    return tables.get(table);
  }

  private synchronized void keep() {
    try {
      while (!closed) {
        wait(BEAT.toMillis());
        if (!closed) {
          try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
          }
        }
      }
    } catch (InterruptedException e) {
      // Nobody does.
    } catch (SQLException fault) {
      Warnings.warn(
          "the connection that holds the snapshot of %s is lost (%s): readers that are connected continue, but no others can start"
              .formatted(database, fault.getMessage()));
    }
  }

  /** Gives up the snapshot, its locks and the connections of this JVM that wait for a reader. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      notifyAll();
      SnapshotSessions.closeQuietly(connection);
      if (snapshot != null) {
        SnapshotSessions.end(snapshot);
      }
    }
  }
}
