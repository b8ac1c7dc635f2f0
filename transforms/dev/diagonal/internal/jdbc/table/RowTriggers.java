package dev.diagonal.internal.jdbc.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Finds triggers that may drop or change a row before it is written, and rules, on a table and its
 * partitions.
 */
public final class RowTriggers {

  private static final int BEFORE_EACH_ROW = 3;
  private static final int INSERT = 4;
  private static final int UPDATE = 16;

  private static final String FIND =
      """
      SELECT EXISTS (SELECT FROM pg_trigger
        WHERE (tgrelid = to_regclass(?) OR tgrelid IN
            (SELECT relid FROM pg_partition_tree(to_regclass(?))))
          AND NOT tgisinternal AND tgenabled <> 'D' AND tgtype & %1$s = %1$s AND tgtype & ? <> 0)
        OR EXISTS (SELECT FROM pg_rules
          WHERE to_regclass(format('%%I.%%I', schemaname, tablename)) = to_regclass(?))
      """
          .formatted(BEFORE_EACH_ROW);

  private RowTriggers() {}

  /**
   * Returns whether there is one for INSERT.
   *
   * @param table {@code table} or {@code schema.table}
   */
  public static boolean onInsert(Connection connection, String table) throws SQLException {
    return exist(connection, table, INSERT);
  }

  /**
   * Returns whether there is one for INSERT or UPDATE.
   *
   * @param table {@code table} or {@code schema.table}
   */
  public static boolean onUpsert(Connection connection, String table) throws SQLException {
    return exist(connection, table, INSERT | UPDATE);
  }

  private static boolean exist(Connection connection, String table, int events)
      throws SQLException {
    String quoted = PostgresSql.quoteTable(table);
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setString(1, quoted);
      statement.setString(2, quoted);
      statement.setInt(3, events);
      statement.setString(4, quoted);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getBoolean(1);
      }
    }
  }
}
