package dev.diagonal.transfer.source;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;

import dev.diagonal.internal.jdbc.sql.SqlScript;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowType;
import java.sql.Connection;
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
