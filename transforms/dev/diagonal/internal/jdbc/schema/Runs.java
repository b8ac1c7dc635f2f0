package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;

/**
 * The runs that have objects in a database. Each process of a run holds the run's advisory lock in
 * shared mode, on its own connection ({@link RunKeeper}). A run without a holder is dead; no clock
 * decides that.
 *
 * <p>The row of a run is also a fence. Ending a run deletes it, and a transaction whose first
 * attempt may be committed is repeated only while the row exists ({@link #fence}).
 *
 * <p>Immutable and thread-safe.
 */
public record Runs(InternalSchema schema) {

  /** The 64-bit key of a run's lock; the text separates it from all other advisory locks. */
  private static final String KEY = "hashtextextended('diagonal: run ' || ?::uuid, 0)";

  /** Registers a run if it is not registered yet. */
  void begin(Connection connection, UUID run, String command) throws SQLException {
    String sql =
        "INSERT INTO %s (run, command) VALUES (?, ?) ON CONFLICT DO NOTHING"
            .formatted(schema.table(connection, "runs"));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, run);
      statement.setString(2, command);
      statement.executeUpdate();
    }
  }

  /** Holds a run for as long as the session of this connection lasts. */
  void hold(Connection connection, UUID run) throws SQLException {
    InternalSchema.executeForRun(
        connection, "SELECT pg_advisory_lock_shared(" + KEY + ") IS NULL", run);
  }

  /** Returns whether a run is registered and has not been ended. */
  public boolean exists(Connection connection, UUID run) throws SQLException {
    return InternalSchema.executeForRun(
        connection,
        "SELECT EXISTS (SELECT FROM %s WHERE run = ?)".formatted(schema.table(connection, "runs")),
        run);
  }

  /**
   * Returns whether a run is registered; if so, it cannot be ended before this transaction is over.
   */
  boolean fence(Connection connection, UUID run) throws SQLException {
    return InternalSchema.executeForRun(
        connection,
        "SELECT true FROM %s WHERE run = ? FOR KEY SHARE"
            .formatted(schema.table(connection, "runs")),
        run);
  }

  /**
   * Returns whether no process holds a run; if so, none can hold it before this transaction is
   * over. Must not be called on a connection that holds the run itself.
   */
  public boolean isGone(Connection connection, UUID run) throws SQLException {
    return InternalSchema.executeForRun(
        connection, "SELECT pg_try_advisory_xact_lock(" + KEY + ")", run);
  }

  /** Ends a run: removes its row and its entries in the ledger. */
  void end(Connection connection, UUID run) throws SQLException {
    // The row goes first: it is the fence.
    InternalSchema.executeForRun(
        connection,
        "DELETE FROM %s WHERE run = ?".formatted(schema.table(connection, "runs")),
        run);
    InternalSchema.executeForRun(
        connection,
        "DELETE FROM %s WHERE run = ?".formatted(schema.table(connection, "ledger")),
        run);
  }
}
