package dev.diagonal.internal.transfer.sink;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.jdbc.table.RowTriggers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A table whose rows are all replaced: none of another table may be lost with them, and none of its
 * own may stay.
 *
 * @param name {@code table} or {@code schema.table}
 */
record ReplacedTable(String name) {

  private static final String HEIRS =
      """
      SELECT c.oid::regclass::text FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
      WHERE i.inhparent = to_regclass(?) AND NOT c.relispartition ORDER BY 1""";

  private static final String ROW_SECURITY =
      """
      SELECT current_user FROM pg_class
      WHERE oid = to_regclass(?) AND relkind IN ('r', 'p') AND row_security_active(oid)""";

  private static final String MAY_READ =
      "SELECT 'yes' WHERE has_any_column_privilege(to_regclass(?), 'SELECT')";

  /**
   * Checks that a deletion of all rows is one of this table's rows, and of all of them. Readers of
   * a table also see the rows of those that inherit from it: to delete them would empty tables that
   * were not named, and to keep them would not be a replacement.
   *
   * @throws TargetMismatchException if it is not; a missing table fits
   */
  void require(Connection connection) throws SQLException {
    List<String> problems = new ArrayList<>();
    for (String heir : found(connection, HEIRS)) {
      problems.add(
          "table %1$s inherits from it, and would lose its rows too: write to a table without heirs, detach it (ALTER TABLE %1$s NO INHERIT %2$s), or use another mode"
              .formatted(heir, PostgresSql.quoteTable(name)));
    }
    for (String user : found(connection, ROW_SECURITY)) {
      problems.add(
          "row-level security applies to user %s, and rows that it hides would stay: replace the rows as its owner or as a user with BYPASSRLS, or use another mode"
              .formatted(user));
    }
    if (!problems.isEmpty()) {
      throw new TargetMismatchException("table " + name, problems);
    }
  }

  /**
   * Deletes all rows, and locks out other writers until the transaction ends.
   *
   * @throws TargetMismatchException if rows of another table would be lost, or rows stay
   */
  void empty(Connection connection) throws SQLException {
    String goal = PostgresSql.quoteTable(name);
    try (Statement statement = connection.createStatement()) {
      // Readers are not locked out.
      statement.execute("LOCK TABLE " + goal + " IN SHARE ROW EXCLUSIVE MODE");
      require(connection);
      statement.execute("DELETE FROM " + goal);
      // Whoever may delete rows need not have the right to read them.
      if (found(connection, MAY_READ).isEmpty()
          && !RowTriggers.of(name).onChange(connection, true)) {
        return;
      }
      try (ResultSet left = statement.executeQuery("SELECT FROM " + goal + " LIMIT 1")) {
        if (left.next()) {
          throw new TargetMismatchException(
              "table " + name,
              List.of(
                  "rows are left after DELETE FROM %s, kept by a trigger or a rule of it: disable that (ALTER TABLE ... DISABLE TRIGGER or DISABLE RULE), or use another mode"
                      .formatted(goal)));
        }
      }
    }
  }

  private List<String> found(Connection connection, String query) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, PostgresSql.quoteTable(name));
      try (ResultSet result = statement.executeQuery()) {
        List<String> found = new ArrayList<>();
        while (result.next()) {
          found.add(result.getString(1));
        }
        return found;
      }
    }
  }
}
