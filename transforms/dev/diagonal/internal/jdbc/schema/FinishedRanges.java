package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The ranges of a source all of whose rows an unfinished transfer has committed. Each is an entry
 * of the ledger. Immutable and thread-safe.
 *
 * @param run the transfer
 */
public record FinishedRanges(InternalSchema schema, UUID run) {

  static final String PREFIX = "finished range ";

  private static final int HEX = 16;

  /**
   * Adds a range.
   *
   * @param table the table that its rows are in
   * @param rows how many rows it has
   * @param claim to the transfer, without which the range is not added
   * @throws IllegalStateException if another process has claimed or ended the transfer
   */
  public void add(Connection connection, String table, int range, long rows, @Nullable UUID claim)
      throws SQLException {
    Token token = Token.numbered(run, table, PREFIX + range, 0, 0, rows);
    if (schema.ledger().insert(connection, token, false, claim) == Ledger.Inserted.NOT_CLAIMED) {
      connection.rollback();
      throw new IllegalStateException(
          "range %s of run %s: another process has resumed or ended this transfer"
              .formatted(range, run));
    }
  }

  /** Returns how many rows each of them has, by the number of the range. */
  public Map<Integer, Long> find(Connection connection) throws SQLException {
    String sql =
        "SELECT range FROM %s WHERE run = ? AND range LIKE ?"
            .formatted(schema.table(connection, "ledger"));
    Map<Integer, Long> found = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, run);
      statement.setString(2, PREFIX + "%");
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          String entry = result.getString(1);
          found.put(
              Integer.valueOf(entry.substring(PREFIX.length(), entry.indexOf(" #"))),
              Long.parseLong(entry, entry.length() - HEX, entry.length(), 16));
        }
      }
    }
    return found;
  }
}
