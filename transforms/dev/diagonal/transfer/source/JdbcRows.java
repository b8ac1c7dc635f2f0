package dev.diagonal.transfer.source;

import static dev.diagonal.jdbc.table.PostgresSql.quote;
import static dev.diagonal.jdbc.table.PostgresSql.quoteTable;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.RetriedTransaction;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowOrigin;
import dev.diagonal.rows.RowType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a PostgreSQL table or query, with their types, by binary COPY: never more of the
 * result is in memory than a block. They are read in parallel by ranges of a whole-numbered key,
 * each in a transaction of its own: what changes meanwhile may be seen by one and not by another.
 */
public final class JdbcRows extends RelationRows {

  private static final String KEY =
      """
      SELECT a.attname FROM pg_index i
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indrelid = to_regclass(?) AND i.indisprimary
        AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
      """;

  /** What stands in the select list for each column. */
  private final List<String> expressions;

  private JdbcRows(
      JdbcTarget database,
      String relation,
      String shown,
      @Nullable String key,
      int maxRanges,
      RowType type,
      List<String> expressions) {
    super(database, relation, shown, key, maxRanges, type);
    this.expressions = List.copyOf(expressions);
  }

  /**
   * Asks the database for the columns of a table.
   *
   * @param table {@code table} or {@code schema.table}, exactly as the database has it
   * @param rangeKey a whole-numbered column to read ranges of; null for the first one of the
   *     primary key, if that is such
   * @param maxRanges how many ranges there are at most
   * @throws SQLException if the database cannot be reached, or refuses
   */
  public static JdbcRows ofTable(
      JdbcTarget database, String table, @Nullable String rangeKey, int maxRanges)
      throws SQLException, InterruptedException {
    return RetriedTransaction.in(database, "look at table " + table)
        .run(
            connection -> {
              String key = rangeKey == null ? firstKey(connection, quoteTable(table)) : rangeKey;
              return of(database, connection, quoteTable(table), "table " + table, key, maxRanges);
            });
  }

  /**
   * Asks the database for the columns of a query.
   *
   * @param rangeKey a whole-numbered column of the result to read ranges of, or null for one
   *     reader, which keeps the query's order
   * @throws SQLException if the database cannot be reached, or refuses
   */
  public static JdbcRows ofQuery(
      JdbcTarget database, String query, @Nullable String rangeKey, int maxRanges)
      throws SQLException, InterruptedException {
    return RetriedTransaction.in(database, "prepare the query")
        .run(
            connection ->
                of(database, connection, relationOf(query), "a query", rangeKey, maxRanges));
  }

  private static @Nullable String firstKey(Connection connection, String quotedTable)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(KEY)) {
      statement.setString(1, quotedTable);
      try (ResultSet result = statement.executeQuery()) {
        return result.next() ? result.getString(1) : null;
      }
    }
  }

  private static JdbcRows of(
      JdbcTarget database,
      Connection connection,
      String relation,
      String shown,
      @Nullable String key,
      int maxRanges)
      throws SQLException {
    List<Field> fields = new ArrayList<>();
    List<String> expressions = new ArrayList<>();
    // A prepared statement would take an operator such as ? of jsonb for a parameter.
    try (Statement statement = connection.createStatement();
        ResultSet none = statement.executeQuery("SELECT * FROM " + relation + " LIMIT 0")) {
      ResultSetMetaData columns = none.getMetaData();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        String name = columns.getColumnName(i);
        FieldType type = typeOf(columns.getColumnTypeName(i));
        fields.add(new Field(name, type == null ? FieldType.TEXT : type));
        boolean binary = type != null && type != FieldType.DECIMAL && type != FieldType.UUID;
        boolean isText = !binary || columns.getColumnTypeName(i).equals("jsonb");
        String number = columns.getColumnTypeName(i).equals("money") ? "::numeric" : "";
        expressions.add(quote(name) + number + (isText ? "::text" : ""));
      }
    }
    return new JdbcRows(
        database, relation, shown, key, maxRanges, new RowType(fields), expressions);
  }

  private static @Nullable FieldType typeOf(String sqlType) {
    return switch (sqlType) {
      case "bool" -> FieldType.BOOLEAN;
      case "int2", "smallserial" -> FieldType.SMALLINT;
      case "int4", "serial" -> FieldType.INTEGER;
      case "int8", "bigserial" -> FieldType.BIGINT;
      case "float4" -> FieldType.REAL;
      case "float8" -> FieldType.DOUBLE;
      // The spelling of money differs between databases.
      case "numeric", "money" -> FieldType.DECIMAL;
      case "text", "varchar" -> FieldType.TEXT;
      case "bytea" -> FieldType.BYTES;
      case "date" -> FieldType.DATE;
      case "time" -> FieldType.TIME;
      case "timestamp" -> FieldType.TIMESTAMP;
      case "timestamptz" -> FieldType.INSTANT;
      case "uuid" -> FieldType.UUID;
      case "json", "jsonb" -> FieldType.JSON;
      default -> null;
    };
  }

  @Override
  RowBlockReader read(JdbcTarget database, String relation, int blockRows, RowOrigin origin)
      throws SQLException {
    return new CopyBlocks(
        database,
        "COPY (SELECT %s FROM %s) TO STDOUT (FORMAT binary)"
            .formatted(String.join(", ", expressions), relation),
        blockType(),
        blockRows,
        origin);
  }
}
