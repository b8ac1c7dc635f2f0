package dev.diagonal.internal.transfer.source;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.dialect.Dialect;
import dev.diagonal.internal.jdbc.dialect.ReadColumn;
import dev.diagonal.internal.jdbc.sql.DatabaseFile;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a table or query with their types, from any database with a JDBC driver on the
 * class path. Knows the types of MariaDB, SQLite and DuckDB, and uses standard SQL for all others
 * (names in double quotes, exactly as in the database); for PostgreSQL use {@link JdbcRows}.
 * Requests one block at a time, but the driver may hold more. Reads ranges of a whole-number key in
 * parallel, each in its own transaction. A value that its type cannot hold makes a bad record.
 *
 * <p>Arrays, intervals and other types without a counterpart are read as text.
 */
public final class JdbcStandardRows extends RelationRows {

  /** The select list. */
  private final String selected;

  private JdbcStandardRows(
      JdbcTarget database,
      String relation,
      String shown,
      @Nullable String key,
      int maxRanges,
      List<ReadColumn> columns) {
    super(database, relation, shown, key, maxRanges, typeOf(columns));
    this.selected = columns.stream().map(ReadColumn::expression).collect(Collectors.joining(", "));
  }

  private static RowType typeOf(List<ReadColumn> columns) {
    return new RowType(columns.stream().map(ReadColumn::field).toList());
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
    checkExists(database);
    return RetriedTransaction.in(database, "look at table " + table)
        .run(
            connection -> {
              List<ReadColumn> columns = columns(connection, quoteTable(table));
              String key =
                  rangeKey == null ? firstKey(connection, table, typeOf(columns)) : rangeKey;
              return new JdbcStandardRows(
                  database, quoteTable(table), "table " + table, key, maxRanges, columns);
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
    checkExists(database);
    String relation = relationOf(query);
    List<ReadColumn> columns =
        RetriedTransaction.in(database, "prepare the query")
            .run(connection -> columns(connection, relation));
    return new JdbcStandardRows(database, relation, "a query", rangeKey, maxRanges, columns);
  }

  private static void checkExists(JdbcTarget database) {
    if (DatabaseFile.isMissing(database.url())) {
      throw new BadInputException("there is no file for database %s".formatted(database));
    }
  }

  private static List<ReadColumn> columns(Connection connection, String relation)
      throws SQLException {
    Dialect dialect = Dialect.of(DatabaseKind.of(connection));
    List<ReadColumn> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet sample = statement.executeQuery("SELECT * FROM " + relation + dialect.sample())) {
      ResultSetMetaData columns = sample.getMetaData();
      boolean hasRow = sample.next();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        found.add(dialect.read(columns, i, hasRow ? sample.getObject(i) : null));
      }
    }
    return found;
  }

  private static @Nullable String firstKey(Connection connection, String table, RowType type)
      throws SQLException {
    String[] parts = table.split("\\.", -1);
    String schema = parts.length == 1 ? null : parts[0];
    // A database of MariaDB is a catalog.
    boolean isCatalog = DatabaseKind.of(connection) == DatabaseKind.MARIADB;
    String catalog = !isCatalog ? null : schema == null ? connection.getCatalog() : schema;
    try (ResultSet keys =
        connection
            .getMetaData()
            .getPrimaryKeys(catalog, isCatalog ? null : schema, parts[parts.length - 1])) {
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
    return new ResultBlocks(
        database, "SELECT " + selected + " FROM " + relation, blockType(), blockRows, origin);
  }
}
