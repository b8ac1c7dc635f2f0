package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Tables of the internal schema that not every run needs, created by the first one that does.
 *
 * @param names their names
 * @param create creates those that are missing
 */
record OptionalTables(InternalSchema schema, List<String> names, String create) {

  private static final String EXIST =
      """
      SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ANY (?)
      """;

  private static final String USABLE =
      """
        AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
        AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')
      """;

  /**
   * Creates missing tables if the user may, and returns whether the user may use them.
   *
   * @param rights what {@link InternalSchema#open} returned
   * @param connection without auto-commit and without an open transaction
   */
  boolean open(Connection connection, SchemaRights rights) throws SQLException {
    if (!rights.isUsable() || areUsable(connection)) {
      return rights.isUsable();
    }
    if (!rights.mayCreateTables()) {
      return false;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(InternalSchema.LOCK_CREATION);
      statement.execute(create);
    }
    connection.commit();
    return areUsable(connection);
  }

  /** Returns whether the tables exist, whether or not the user may use them. */
  boolean exist(Connection connection) throws SQLException {
    return isEach(connection, EXIST);
  }

  /** Returns whether the tables exist and the user may use them. */
  boolean areUsable(Connection connection) throws SQLException {
    return isEach(connection, EXIST + USABLE);
  }

  private boolean isEach(Connection connection, String count) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(count)) {
      statement.setString(1, schema.name());
      statement.setArray(2, connection.createArrayOf("text", names.toArray()));
      try (ResultSet result = statement.executeQuery()) {
        return result.next() && result.getInt(1) == names.size();
      }
    }
  }
}
