package dev.diagonal.internal.transfer.resume;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Looks at the table that a transfer writes. */
public final class TargetRows {

  private TargetRows() {}

  /**
   * Checks that no run has already published rows, which inserts would double.
   *
   * @throws IllegalArgumentException if the table exists and has rows
   */
  public static void checkNone(JdbcTarget database, String table)
      throws SQLException, InterruptedException {
    boolean found =
        RetriedTransaction.in(database, "look for rows of table " + table)
            .run(connection -> FoundTable.exists(connection, table) && any(connection, table));
    if (found) {
      throw new IllegalArgumentException(
          "table %s has rows, and no transfer to it is unfinished, as --transaction=all writes all rows at the end or none: without --resume, all rows are inserted"
              .formatted(table));
    }
  }

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
