package dev.diagonal.internal.transfer.resume;

import dev.diagonal.internal.jdbc.table.PostgresSql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Looks at the table that a transfer writes. */
final class TargetRows {

  private TargetRows() {}

  /** Returns whether a table has rows. */
  static boolean any(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT EXISTS (SELECT FROM %s)".formatted(PostgresSql.quoteTable(table)))) {
      rows.next();
      return rows.getBoolean(1);
    }
  }
}
