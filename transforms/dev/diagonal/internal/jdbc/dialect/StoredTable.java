package dev.diagonal.internal.jdbc.dialect;

import static java.util.stream.Collectors.joining;

import dev.diagonal.jdbc.table.Column;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An existing table of MariaDB, SQLite or DuckDB.
 *
 * @param name {@code table} or {@code schema.table}, without quotes
 * @param columns its columns, in order
 * @param keys the columns of its unique keys, by the name of the key
 * @param problem why no row can be written to it safely, or null
 */
public record StoredTable(
    String name,
    List<StoredColumn> columns,
    Map<String, Set<String>> keys,
    @Nullable String problem) {

  public StoredTable {
    columns = List.copyOf(columns);
    keys = Map.copyOf(keys);
  }

  /** Returns the table of that name; null if there is none. */
  public static @Nullable StoredTable find(
      Connection connection, StoreDialect dialect, String table) throws SQLException {
    List<StoredColumn> columns = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(dialect.columnsSql());
        ResultSet found = executed(statement, table)) {
      while (found.next()) {
        columns.add(
            new StoredColumn(
                found.getString(1), found.getString(2), found.getBoolean(3), found.getBoolean(4)));
      }
    }
    if (columns.isEmpty()) {
      return null;
    }
    Map<String, Set<String>> keys = new LinkedHashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(dialect.keysSql());
        ResultSet found = executed(statement, table)) {
      while (found.next()) {
        keys.computeIfAbsent(found.getString(1), name -> new TreeSet<>()).add(found.getString(2));
      }
    }
    return new StoredTable(table, columns, keys, problem(connection, dialect, table));
  }

  private static @Nullable String problem(Connection connection, StoreDialect dialect, String table)
      throws SQLException {
    String sql = dialect.problemSql();
    if (sql == null) {
      return null;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet found = executed(statement, table)) {
      return found.next() ? found.getString(1) : null;
    }
  }

  private static ResultSet executed(PreparedStatement statement, String table) throws SQLException {
    int dot = table.indexOf('.');
    statement.setString(1, dot < 0 ? null : table.substring(0, dot));
    statement.setString(2, table.substring(dot + 1));
    return statement.executeQuery();
  }

  /** Returns the column of that name, or null. */
  public @Nullable StoredColumn column(String column) {
    return columns.stream().filter(each -> each.name().equals(column)).findFirst().orElse(null);
  }

  /**
   * Returns why rows cannot be written by a key, or null if they can.
   *
   * @param onlyThis whether no other unique key may exist, since an upsert would also go by it
   */
  public @Nullable String keyProblem(List<Column> keyColumns, boolean onlyThis) {
    Set<String> wanted = new TreeSet<>(keyColumns.stream().map(Column::name).toList());
    String shown = keyColumns.stream().map(Column::name).collect(joining(", "));
    if (!keys.containsValue(wanted)) {
      return "no primary key or unique constraint on (%s)".formatted(shown);
    }
    String others =
        keys.entrySet().stream()
            .filter(key -> !key.getValue().equals(wanted))
            .map(key -> "%s (%s)".formatted(key.getKey(), String.join(", ", key.getValue())))
            .sorted()
            .collect(joining(", "));
    return onlyThis && !others.isEmpty()
        ? "a row that has the values of another unique key, %s, would replace the row of that key, not the one of (%s): use --mode=insert or update"
            .formatted(others, shown)
        : null;
  }
}
