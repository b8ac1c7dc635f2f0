package dev.diagonal.internal.jdbc.dialect;

import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;

/** What the row counts of updates and deletes mean, as drivers report them. */
public final class RowCounts {

  private static final String TRIGGERS =
      "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?))";

  private RowCounts() {}

  /**
   * Returns whether a statement that reports no row may have found one: a trigger of SQLite may
   * drop it, and MariaDB counts only changed rows if the URL demands that.
   */
  public static boolean mayHide(Connection connection, WriteMode mode, Table table)
      throws SQLException {
    return switch (DatabaseKind.of(connection)) {
      case MARIADB -> mode == WriteMode.UPDATE && countsChangedRows(connection);
      case SQLITE -> hasTriggers(connection, table.name());
      case POSTGRES, DUCKDB, OTHER -> false;
    };
  }

  private static boolean countsChangedRows(Connection connection) throws SQLException {
    String url = String.valueOf(connection.getMetaData().getURL()).toLowerCase(Locale.ROOT);
    return url.contains("useaffectedrows=true") || url.contains("useaffectedrows=1");
  }

  private static boolean hasTriggers(Connection connection, String table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TRIGGERS)) {
      statement.setString(1, table.substring(table.indexOf('.') + 1));
      try (ResultSet result = statement.executeQuery()) {
        return result.next() && result.getBoolean(1);
      }
    }
  }
}
