package dev.diagonal.transfer.source;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.rows.Columns;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowOrigin;
import dev.diagonal.rows.RowType;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a table or query with their types, from any database with a JDBC driver on the
 * class path. Uses standard SQL (names in double quotes, exactly as in the database); for
 * PostgreSQL use {@link JdbcRows}. Requests one block at a time, but the driver may hold more.
 * Reads ranges of a whole-number key in parallel, each in its own transaction.
 *
 * <p>Arrays, intervals and other types without a counterpart are read as text.
 */
public final class JdbcStandardRows extends RelationRows {

  private JdbcStandardRows(
      JdbcTarget database,
      String relation,
      String shown,
      @Nullable String key,
      int maxRanges,
      RowType type) {
    super(database, relation, shown, key, maxRanges, type);
  }

  /**
   * Reads the columns of a table from the database.
   *
   * @param table {@code table} or {@code schema.table}, exactly as in the database
   * @param rangeKey a whole-number column whose ranges are read; null for the first column of the
   *     primary key, if that holds whole numbers
   * @param maxRanges the maximum number of ranges
   * @throws SQLException if the database cannot be reached or refuses
   */
  public static JdbcStandardRows ofTable(
      JdbcTarget database, String table, @Nullable String rangeKey, int maxRanges)
      throws SQLException, InterruptedException {
    return RetriedTransaction.in(database, "look at table " + table)
        .run(
            connection -> {
              RowType type = typeOf(connection, quoteTable(table));
              String key = rangeKey == null ? firstKey(connection, table, type) : rangeKey;
              return new JdbcStandardRows(
                  database, quoteTable(table), "table " + table, key, maxRanges, type);
            });
  }

  /**
   * Reads the columns of a query from the database.
   *
   * @param rangeKey a whole-number column of the result whose ranges are read, or null for one
   *     reader, which keeps the query's order
   * @throws SQLException if the database cannot be reached or refuses
   */
  public static JdbcStandardRows ofQuery(
      JdbcTarget database, String query, @Nullable String rangeKey, int maxRanges)
      throws SQLException, InterruptedException {
    String relation = relationOf(query);
    RowType type =
        RetriedTransaction.in(database, "prepare the query")
            .run(connection -> typeOf(connection, relation));
    return new JdbcStandardRows(database, relation, "a query", rangeKey, maxRanges, type);
  }

  private static RowType typeOf(Connection connection, String relation) throws SQLException {
    List<Field> fields = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet none = statement.executeQuery("SELECT * FROM " + relation + " WHERE 1 = 0")) {
      ResultSetMetaData columns = none.getMetaData();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        fields.add(
            new Field(
                columns.getColumnLabel(i),
                typeOf(columns.getColumnType(i), columns.getColumnTypeName(i))));
      }
    }
    return new RowType(fields);
  }

  private static FieldType typeOf(int type, String name) {
    return switch (type) {
      case Types.BIT, Types.BOOLEAN -> FieldType.BOOLEAN;
      case Types.TINYINT, Types.SMALLINT -> FieldType.SMALLINT;
      case Types.INTEGER -> FieldType.INTEGER;
      case Types.BIGINT -> FieldType.BIGINT;
      case Types.REAL -> FieldType.REAL;
      case Types.FLOAT, Types.DOUBLE -> FieldType.DOUBLE;
      case Types.NUMERIC, Types.DECIMAL -> FieldType.DECIMAL;
      case Types.DATE -> FieldType.DATE;
      case Types.TIME -> FieldType.TIME;
      case Types.TIMESTAMP -> FieldType.TIMESTAMP;
      case Types.TIMESTAMP_WITH_TIMEZONE -> FieldType.INSTANT;
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
          name.equalsIgnoreCase("uuid") ? FieldType.UUID : FieldType.BYTES;
      default ->
          name.equalsIgnoreCase("uuid")
              ? FieldType.UUID
              : name.equalsIgnoreCase("json") ? FieldType.JSON : FieldType.TEXT;
    };
  }

  private static @Nullable String firstKey(Connection connection, String table, RowType type)
      throws SQLException {
    String[] parts = table.split("\\.", -1);
    try (ResultSet keys =
        connection
            .getMetaData()
            .getPrimaryKeys(null, parts.length == 1 ? null : parts[0], parts[parts.length - 1])) {
      while (keys.next()) {
        String column = keys.getString("COLUMN_NAME");
        if (keys.getInt("KEY_SEQ") == 1 && type.names().contains(column)) {
          return type.field(Columns.indexOf(type, column)).type().isWhole() ? column : null;
        }
      }
      return null;
    }
  }

  @Override
  RowBlockReader read(JdbcTarget database, String relation, int blockRows, RowOrigin origin)
      throws SQLException {
    return new ResultBlocks(database, "SELECT * FROM " + relation, blockType(), blockRows, origin);
  }
}
