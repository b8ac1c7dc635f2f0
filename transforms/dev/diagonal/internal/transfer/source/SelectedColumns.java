package dev.diagonal.internal.transfer.source;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;

import dev.diagonal.internal.jdbc.sql.SqlScript;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
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
 * The columns of a PostgreSQL table or query, and the expressions that select them for decoding.
 *
 * @param type their names and types
 * @param expressions the expression in the select list for each column
 */
record SelectedColumns(RowType type, List<String> expressions) {

  private static final String KEY =
      """
      SELECT a.attname FROM pg_index i
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indrelid = to_regclass(?) AND i.indisprimary
        AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
      """;

  /**
   * Reads the columns from the database.
   *
   * @param relation what follows {@code FROM}
   */
  static SelectedColumns of(Connection connection, String relation) throws SQLException {
    List<Field> fields = new ArrayList<>();
    List<String> expressions = new ArrayList<>();
    // A prepared statement would take an operator such as ? of jsonb for a parameter.
    try (Statement statement = connection.createStatement();
        ResultSet none =
            statement.executeQuery(SqlScript.forDriver("SELECT * FROM " + relation + " LIMIT 0"))) {
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
    return new SelectedColumns(new RowType(fields), expressions);
  }

  /** Returns the first column of the primary key if it holds whole numbers, otherwise null. */
  static @Nullable String firstKey(Connection connection, String quotedTable) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(KEY)) {
      statement.setString(1, quotedTable);
      try (ResultSet result = statement.executeQuery()) {
        return result.next() ? result.getString(1) : null;
      }
    }
  }

  private static @Nullable FieldType typeOf(String sqlType) {
    return switch (sqlType) {
      case "bool" -> FieldType.BOOLEAN;
      case "int2", "smallserial" -> FieldType.SMALLINT;
      case "int4", "serial" -> FieldType.INTEGER;
      case "int8", "bigserial" -> FieldType.BIGINT;
      case "float4" -> FieldType.REAL;
      case "float8" -> FieldType.DOUBLE;
      // The text format of money differs between databases.
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
}
