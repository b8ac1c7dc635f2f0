package dev.diagonal.jdbc.table;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares a table that is there with the one that is wanted, by PostgreSQL's own catalogue. */
final class Catalog {

  private static final String COLUMNS =
      """
      SELECT a.attname, format_type(a.atttypid, a.atttypmod),
             a.attnotnull AND NOT a.atthasdef AND a.attidentity = '', a.attgenerated <> ''
      FROM pg_attribute a
      WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum
      """;

  // What ON CONFLICT can name: whole, valid, immediate unique indexes on plain columns.
  private static final String UNIQUE_KEYS =
      """
      SELECT (SELECT array_agg(a.attname::text) FROM pg_attribute a
              WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]))
      FROM pg_index i
      WHERE i.indrelid = to_regclass(?) AND i.indisunique AND i.indisvalid AND i.indimmediate
        AND i.indpred IS NULL AND i.indexprs IS NULL
      """;

  private static final String KIND = "SELECT relkind FROM pg_class WHERE oid = to_regclass(?)";

  private static final Set<String> WRITABLE_KINDS = Set.of("r", "p"); // tables, partitioned ones

  private final Connection connection;

  Catalog(Connection connection) {
    this.connection = connection;
  }

  boolean exists(Table table) throws SQLException {
    return !strings(KIND, table).isEmpty();
  }

  /** Returns what must change before {@code table} can be written; nothing if it fits. */
  List<String> differences(Table table) throws SQLException {
    if (!WRITABLE_KINDS.containsAll(strings(KIND, table))) {
      return List.of("it is not a table");
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(PostgresSql.createWanted(table));
    }
    Map<String, Found> wanted = columns("pg_temp." + PostgresSql.wanted(table));
    Map<String, Found> found = columns(PostgresSql.quoteTable(table.name()));
    List<String> differences = new ArrayList<>();
    wanted.forEach((name, column) -> column.compare(name, found.get(name), differences));
    found.forEach(
        (name, column) -> {
          if (!wanted.containsKey(name) && column.required()) {
            differences.add(
                "column %s: not written, but neither nullable nor with a default".formatted(name));
          }
        });
    Set<String> key = new TreeSet<>(table.keyColumns().stream().map(Column::name).toList());
    if (!key.isEmpty() && !uniqueKeys(table).contains(key)) {
      differences.add(
          "no primary key or unique index on (%s)"
              .formatted(table.keyColumns().stream().map(Column::name).collect(joining(", "))));
    }
    return differences;
  }

  private Map<String, Found> columns(String quotedTable) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, quotedTable);
      try (ResultSet result = statement.executeQuery()) {
        Map<String, Found> columns = new LinkedHashMap<>();
        while (result.next()) {
          columns.put(
              result.getString(1),
              new Found(result.getString(2), result.getBoolean(3), result.getBoolean(4)));
        }
        return columns;
      }
    }
  }

  private List<Set<String>> uniqueKeys(Table table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UNIQUE_KEYS)) {
      statement.setString(1, PostgresSql.quoteTable(table.name()));
      try (ResultSet result = statement.executeQuery()) {
        List<Set<String>> keys = new ArrayList<>();
        while (result.next()) {
          keys.add(new TreeSet<>(List.of((String[]) result.getArray(1).getArray())));
        }
        return keys;
      }
    }
  }

  private List<String> strings(String query, Table table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, PostgresSql.quoteTable(table.name()));
      try (ResultSet result = statement.executeQuery()) {
        List<String> strings = new ArrayList<>();
        while (result.next()) {
          strings.add(result.getString(1));
        }
        return strings;
      }
    }
  }

  /** A column as the catalogue has it; required if an insert must not leave it out. */
  private record Found(String type, boolean required, boolean generated) {
    void compare(String name, @Nullable Found found, List<String> differences) {
      if (found == null) {
        differences.add("column %s: expected %s, found none".formatted(name, type));
      } else if (found.generated) {
        differences.add("column %s: expected %s, found a generated one".formatted(name, type));
      } else if (!type.equals(found.type)) {
        differences.add("column %s: expected %s, found %s".formatted(name, type, found.type));
      }
    }
  }
}
