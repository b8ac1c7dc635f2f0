package dev.diagonal.jdbc.table;

import static dev.diagonal.jdbc.table.PostgresSql.quoteTable;
import static java.util.stream.Collectors.joining;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.RetriedTransaction;
import dev.diagonal.rows.Columns;
import dev.diagonal.rows.NearestName;
import dev.diagonal.rows.RowType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table of a PostgreSQL database that rows are to be written to. */
public final class TargetTable {

  private static final String COLUMNS =
      """
      SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
      WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
      """;

  private TargetTable() {}

  /** Returns the table that rows of a type make, with the key columns as its primary key. */
  public static Table of(String name, RowType rows, List<String> key) {
    for (String column : key) {
      int unused = Columns.indexOf(rows, column);
    }
    return new Table(
        name,
        rows.fields().stream()
            .map(field -> new Column(field.name(), field.sqlType(), key.contains(field.name())))
            .toList());
  }

  /**
   * Returns the columns of a table as the database has it, those that rows have; or the table that
   * rows make if it has none of that name, which is then not created yet.
   *
   * @throws TargetMismatchException if the table lacks a column
   */
  public static Table find(JdbcTarget database, String name, RowType rows, List<String> key)
      throws SQLException, InterruptedException {
    CreateTable.checkTarget(database);
    PostgresSql.checkColumns(name, rows.size());
    Table wanted = of(name, rows, key);
    Map<String, String> found =
        RetriedTransaction.in(database, "look at table " + name)
            .run(connection -> columns(connection, name));
    if (found.isEmpty()) {
      return wanted;
    }
    List<String> missing =
        rows.names().stream().filter(column -> !found.containsKey(column)).toList();
    if (!missing.isEmpty()) {
      throw new TargetMismatchException(
          "table " + name,
          missing.stream()
              .map(
                  column ->
                      "column '"
                          + column
                          + "': it has none"
                          + NearestName.hint(column, found.keySet()))
              .toList());
    }
    List<Column> columns = new ArrayList<>();
    for (Column column : wanted.columns()) {
      columns.add(
          new Column(column.name(), String.valueOf(found.get(column.name())), column.key()));
    }
    return new Table(name, columns);
  }

  /**
   * Creates a table unless it is there; one with a key must have a unique index on that.
   *
   * @throws TargetMismatchException if it does not fit
   */
  public static void create(JdbcTarget database, Table table)
      throws SQLException, InterruptedException {
    if (table.columns().stream().anyMatch(Column::key)) {
      CreateTable.ifMissing(database, table);
      return;
    }
    RetriedTransaction.in(database, "create table " + table.name())
        .run(
            connection -> {
              try (Statement statement = connection.createStatement()) {
                return statement.execute(createSql(table, "TABLE IF NOT EXISTS", table.name()));
              }
            });
  }

  private static Map<String, String> columns(Connection connection, String table)
      throws SQLException {
    Map<String, String> columns = new LinkedHashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, quoteTable(table));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          columns.put(result.getString(1), result.getString(2));
        }
      }
    }
    return columns;
  }

  public static String createSql(Table table, String what, String name) {
    String key =
        table.columns().stream()
            .filter(Column::key)
            .map(column -> PostgresSql.quote(column.name()))
            .collect(joining(", "));
    String columns =
        table.columns().stream()
            .map(column -> PostgresSql.quote(column.name()) + " " + column.type())
            .collect(joining(", "));
    return "CREATE %s %s (%s%s)"
        .formatted(
            what, quoteTable(name), columns, key.isEmpty() ? "" : ", PRIMARY KEY (" + key + ")");
  }
}
