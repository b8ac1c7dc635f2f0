package dev.diagonal.internal.jdbc.snapshot;

import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A connection to PostgreSQL in a read-only transaction, which reads a {@link Snapshot} or takes
 * its own. A slow consumer may delay the rows without a limit.
 *
 * <p>Not thread-safe.
 */
public final class ReadSession implements AutoCloseable {

  // Local to the transaction: a pooler gives the connection to other clients afterwards.
  private static final String PATIENT =
      "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL tcp_user_timeout = 0";

  private final HeldConnection held;
  private final @Nullable Snapshot snapshot;
  private @Nullable Connection reading;

  private ReadSession(JdbcTarget database, @Nullable Snapshot snapshot) {
    this.held = new HeldConnection(database);
    this.snapshot = snapshot;
  }

  /** Creates a session that is not open yet, for a snapshot or, without one, for its own. */
  public static ReadSession of(JdbcTarget database, @Nullable Snapshot snapshot) {
    return new ReadSession(database, snapshot);
  }

  /**
   * Returns the connection, in its transaction.
   *
   * @throws SnapshotLostException if the snapshot is no longer held
   * @throws SQLException if the connection cannot be opened, or a lock is not available
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

  /** Disables the limits on how long a transaction waits for its client. */
  public static void makePatient(Connection connection) throws SQLException {
    HeldConnection.awaitRows(connection);
    try (Statement settings = connection.createStatement()) {
      settings.execute(PATIENT);
      settings.execute(
          "SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout'");
    }
  }

  /**
   * Ends the use of a connection after everything was read; other readers of the snapshot may reuse
   * it.
   */
  public void release() {
    Connection open = reading;
    reading = null;
    if (open != null && snapshot != null) {
      SnapshotSessions.giveBack(snapshot, open);
    }
    held.close();
  }

  /** Closes the connection, whatever its state. */
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
