package dev.diagonal.statement;

import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.internal.statement.StatementReport;
import dev.diagonal.jdbc.table.Column;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An SQL statement and the columns of its parameters. On PostgreSQL it runs once with all rows, and
 * each parameter is an array. Elsewhere it runs for each row, in one JDBC batch.
 *
 * @param text the statement
 * @param columns the columns of the rows
 * @param arrays whether parameters are arrays
 */
record SqlCall(SqlText text, List<Column> columns, boolean arrays) {

  /** The name of the update count. */
  private static final String UPDATES = "rows_updated";

  /** Runs the statement and returns what it reports; {@code rows} may be empty. */
  Map<String, Long> execute(Connection connection, List<BoundRow> rows) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(text.sql())) {
      return arrays ? once(connection, statement, rows) : batch(statement, rows);
    }
  }

  private Map<String, Long> once(
      Connection connection, PreparedStatement statement, List<BoundRow> rows) throws SQLException {
    for (int i = 0; i < text.columns().size(); i++) {
      int column = text.columns().get(i);
      statement.setArray(i + 1, connection.createArrayOf(typeOf(column), values(column, rows)));
    }
    return statement.execute()
        ? StatementReport.of(statement.getResultSet())
        : StatementReport.of(UPDATES, statement.getUpdateCount());
  }

  /** The driver takes binary values only as an array of that type. */
  private @Nullable Object[] values(int column, List<BoundRow> rows) {
    return columns.get(column).type().equals("bytea")
        ? rows.stream().map(row -> row.value(column)).toArray(byte[][]::new)
        : rows.stream().map(row -> row.value(column)).toArray();
  }

  /**
   * Refuses arrays, which {@code unnest} would flatten.
   *
   * @throws IllegalArgumentException if a parameter would be an array of arrays
   */
  void check() {
    for (int column : arrays ? text.columns() : List.<Integer>of()) {
      if (columns.get(column).type().endsWith("[]")) {
        throw new IllegalArgumentException(
            "the parameter :%s is of type %s, and PostgreSQL's unnest would mix the arrays of all rows: make it a column of type jsonb"
                .formatted(columns.get(column).name(), columns.get(column).type()));
      }
    }
  }

  /** Returns the catalogue's name of a type, by which the driver knows it. */
  private String typeOf(int column) {
    String type = columns.get(column).type();
    return switch (type) {
      case "bigint" -> "int8";
      case "integer" -> "int4";
      case "smallint" -> "int2";
      case "double precision" -> "float8";
      case "real" -> "float4";
      case "boolean" -> "bool";
      case "timestamp with time zone" -> "timestamptz";
      default -> type.startsWith("numeric") ? "numeric" : type;
    };
  }

  private Map<String, Long> batch(PreparedStatement statement, List<BoundRow> rows)
      throws SQLException {
    for (BoundRow row : rows) {
      for (int i = 0; i < text.columns().size(); i++) {
        statement.setObject(i + 1, row.value(text.columns().get(i)));
      }
      statement.addBatch();
    }
    Map<String, Long> report = new HashMap<>();
    if (!rows.isEmpty()) {
      for (int count : statement.executeBatch()) {
        StatementReport.add(report, UPDATES, count);
      }
    }
    return report;
  }
}
