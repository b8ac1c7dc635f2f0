package dev.diagonal.internal.jdbc.snapshot;

import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.sql.SqlScript;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;

/**
 * Finds out whether row-level security may hide rows of PostgreSQL from the user who reads them.
 */
public final class HiddenRows {

  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  private HiddenRows() {}

  /**
   * Returns a sentence if policies apply, also to a table below a view, else nothing. The server
   * decides: it refuses the query when it must not filter rows.
   *
   * @param connection in a transaction, by which the relation can be read
   * @param relation what follows {@code FROM}
   */
  public static List<String> remarks(Connection connection, String relation) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL row_security = off");
      statement.execute(SqlScript.forDriver("SELECT FROM " + relation + " LIMIT 0"));
      return List.of();
    } catch (SQLException refused) {
      if (SqlFaults.isRetryable(refused)) {
        throw refused;
      }
      // Another fault is that of a server without this setting.
      return INSUFFICIENT_PRIVILEGE.equals(SqlFaults.state(refused))
          ? List.of(
              "row-level security applies to user %s: rows that it hides are not read (%s)"
                  .formatted(connection.getMetaData().getUserName(), refused.getMessage()))
          : List.of();
    } finally {
      connection.rollback(before);
    }
  }
}
