package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The table of transactions that must not be repeated. Each transaction writes its own row. A retry
 * first inserts the same {@link Token}: the unique key makes it wait for the earlier attempt, and
 * shows whether that one is committed.
 *
 * <p>Immutable and thread-safe.
 */
public record Ledger(InternalSchema schema) {

  /** Makes COMMIT wait for the disk if the user's default does not; keeps stronger settings. */
  private static final String SYNCHRONOUS =
      """
      SELECT set_config('synchronous_commit', 'on', true)
      WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');
      """;

  private static final String INSERT =
      """
      INSERT INTO %s (token, run, target, range, rows) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """;

  /** What an attempt to insert a token has found. */
  public enum Inserted {
    /** The token is new. */
    NEW,
    /** An earlier attempt with this token is committed. */
    COMMITTED_BEFORE,
    /** Another process has claimed or ended the transfer. */
    NOT_CLAIMED
  }

  /**
   * Inserts a token. Waits for an earlier attempt that is still open, at most for the session's
   * {@code lock_timeout}.
   *
   * @param synchronously whether the transaction's commit waits for the disk, whatever the
   *     session's {@code synchronous_commit}
   * @param claim to the transfer that the token belongs to, or null; no other process can claim or
   *     end the transfer before this transaction is over
   */
  public Inserted insert(
      Connection connection, Token token, boolean synchronously, @Nullable UUID claim)
      throws SQLException {
    // All statements in one round trip.
    String sql =
        (synchronously ? SYNCHRONOUS : "")
            + INSERT.formatted(schema.table(connection, "ledger"))
            + (claim == null ? "" : ";" + schema.unfinishedTransfers().claimQuery(connection));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, token.id());
      statement.setObject(2, token.run());
      statement.setString(3, token.target());
      statement.setString(4, token.range());
      statement.setLong(5, token.rows());
      if (claim != null) {
        statement.setObject(6, claim);
        statement.setObject(7, token.run());
      }
      if (statement.execute()) {
        statement.getMoreResults();
      }
      boolean isNew = statement.getUpdateCount() == 1;
      if (!isNew) {
        return Inserted.COMMITTED_BEFORE;
      }
      return claim == null || claims(statement) ? Inserted.NEW : Inserted.NOT_CLAIMED;
    }
  }

  private static boolean claims(PreparedStatement statement) throws SQLException {
    statement.getMoreResults();
    try (ResultSet result = statement.getResultSet()) {
      return result.next() && result.getBoolean(1);
    }
  }

  /** Returns whether the ledger has a token with the same range and number of rows. */
  boolean hasSame(Connection connection, Token token) throws SQLException {
    String sql =
        "SELECT range IS NOT DISTINCT FROM ? AND rows = ? FROM %s WHERE token = ?"
            .formatted(schema.table(connection, "ledger"));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, token.range());
      statement.setLong(2, token.rows());
      statement.setObject(3, token.id());
      try (ResultSet result = statement.executeQuery()) {
        return result.next() && result.getBoolean(1);
      }
    }
  }

  /**
   * Returns how many numbered transactions of a part of the input are committed whose numbers are
   * not below {@code number}.
   */
  public int numberedFrom(Connection connection, UUID run, String part, int number)
      throws SQLException {
    String sql =
        """
        SELECT count(*) FROM %s WHERE run = ? AND left(range, length(?)) = ?
          AND split_part(substr(range, length(?) + 1), ' ', 1)::int >= ?
        """
            .formatted(schema.table(connection, "ledger"));
    String before = part + " #";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, run);
      statement.setString(2, before);
      statement.setString(3, before);
      statement.setString(4, before);
      statement.setInt(5, number);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getInt(1);
      }
    }
  }

  /** Returns how many rows the transactions of a run have committed. */
  public long rowsOf(Connection connection, UUID run) throws SQLException {
    String sql =
        "SELECT coalesce(sum(rows), 0) FROM %s WHERE run = ? AND range NOT LIKE '%s%%'"
            .formatted(schema.table(connection, "ledger"), FinishedRanges.PREFIX);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, run);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getLong(1);
      }
    }
  }

  /** Returns which of these tokens are committed. */
  public Set<UUID> committed(Connection connection, Collection<UUID> tokens) throws SQLException {
    String sql =
        "SELECT token FROM %s WHERE token = ANY (?)".formatted(schema.table(connection, "ledger"));
    Set<UUID> found = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("uuid", tokens.toArray()));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          found.add(result.getObject(1, UUID.class));
        }
      }
    }
    return found;
  }

  /** Deletes these tokens. */
  public void delete(Connection connection, Collection<UUID> tokens) throws SQLException {
    delete(connection, tokens, "");
  }

  /** Deletes tokens that are no longer needed, without waiting for the disk. */
  void forget(Connection connection, Collection<UUID> tokens) throws SQLException {
    delete(connection, tokens, "SELECT set_config('synchronous_commit', 'off', true);");
  }

  private void delete(Connection connection, Collection<UUID> tokens, String before)
      throws SQLException {
    String sql =
        before
            + "DELETE FROM %s WHERE token = ANY (?)".formatted(schema.table(connection, "ledger"));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("uuid", tokens.toArray()));
      statement.execute();
    }
  }
}
