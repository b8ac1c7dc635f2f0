package dev.diagonal.internal.jdbc.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Finds the sessions that hold locks on a PostgreSQL table. */
public final class TableLocks {

  /** The SQLState of a lock timeout. */
  public static final String LOCK_TIMED_OUT = "55P03";

  private static final String HOLDERS =
      """
      SELECT a.pid, a.application_name, coalesce(host(a.client_addr), 'the same machine'),
             a.xact_start, string_agg(DISTINCT l.mode, ', ')
      FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.relation = to_regclass(?) AND l.granted AND a.pid <> pg_backend_pid()
      GROUP BY 1, 2, 3, 4 ORDER BY 4 LIMIT 10
      """;

  private TableLocks() {}

  /**
   * Describes which processes hold which locks, since when, and who they are.
   *
   * @param table its name without quotes, with or without a schema
   */
  public static String holders(Connection connection, String table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HOLDERS)) {
      statement.setString(1, PostgresSql.quoteTable(table));
      try (ResultSet result = statement.executeQuery()) {
        List<String> found = new ArrayList<>();
        while (result.next()) {
          found.add(
              "process %s (%s from %s, in its transaction since %s) holds %s"
                  .formatted(
                      result.getString(1),
                      result.getString(2),
                      result.getString(3),
                      result.getString(4),
                      result.getString(5)));
        }
        return found.isEmpty() ? "no session holds locks on it any more" : String.join("; ", found);
      }
    }
  }
}
