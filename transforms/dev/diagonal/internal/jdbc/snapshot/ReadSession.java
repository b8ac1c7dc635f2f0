package dev.diagonal.internal.jdbc.snapshot;

import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A connection to PostgreSQL in a read-only transaction: at the moment of a {@link Snapshot}, or at
 * a moment of its own. A slow consumer may hold the rows back for as long as it likes.
 *
 * <p>Not thread-safe.
 */
public final class ReadSession implements AutoCloseable {

  private static final String PATIENT =
      "SET idle_in_transaction_session_timeout = 0; SET tcp_user_timeout = 0";

  private final HeldConnection held;
  private final @Nullable Snapshot snapshot;
  private @Nullable Connection reading;

  private ReadSession(JdbcTarget database, @Nullable Snapshot snapshot) {
    this.held = new HeldConnection(database);
    this.snapshot = snapshot;
  }

  /** Makes a session that is not open yet, at a snapshot or else at a moment of its own. */
  public static ReadSession of(JdbcTarget database, @Nullable Snapshot snapshot) {
    return new ReadSession(database, snapshot);
  }

  /**
   * Returns the connection, in its transaction.
   *
   * @throws SnapshotLostException if nobody holds the snapshot any more
   * @throws SQLException if the connection cannot be opened, or a lock cannot be had
   */
  public Connection use() throws SQLException {
    Connection open = reading;
    if (open == null) {
      open = snapshot == null ? ownMoment() : SnapshotSessions.take(snapshot);
      reading = open;
    }
    return open;
  }

  private Connection ownMoment() throws SQLException {
    Connection open = held.use();
    HeldConnection.awaitRows(open);
    try (Statement settings = open.createStatement()) {
      settings.execute("SET TRANSACTION READ ONLY; " + PATIENT);
    }
    return open;
  }

  /** Makes a transaction wait for its client without a limit. */
  public static void makePatient(Connection connection) throws SQLException {
    HeldConnection.awaitRows(connection);
    try (Statement settings = connection.createStatement()) {
      settings.execute(PATIENT);
      settings.execute(
          "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout'");
    }
  }

  /** Ends the use of a connection on which all was read: others may read the snapshot on it. */
  public void release() {
    Connection open = reading;
    reading = null;
    if (open != null && snapshot != null) {
      SnapshotSessions.giveBack(snapshot, open);
    }
    held.close();
  }

  /** Closes the connection, whatever it is doing. */
  @Override
  public void close() {
    Connection open = reading;
    reading = null;
    if (open != null) {
      SnapshotSessions.closeQuietly(open);
    }
    held.close();
  }
}
