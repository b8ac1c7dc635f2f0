package dev.diagonal.internal.jdbc.table;

import static java.util.stream.Collectors.joining;

import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL table as the catalogue describes it: its types, keys and privileges. Every user may
 * read the catalogue, so this needs no privilege on the table.
 *
 * @param name {@code table} or {@code schema.table}, without quotes
 * @param kind what kind of relation it is
 * @param rowSecurity whether row-level security applies to the current user
 * @param showsNewRows whether the user may read the system columns of written rows
 * @param columns its columns, in order
 * @param keys its unique indexes
 */
public record FoundTable(
    String name,
    Kind kind,
    boolean rowSecurity,
    boolean showsNewRows,
    List<FoundColumn> columns,
    List<UniqueKey> keys) {

  private static final String TABLE =
      """
      SELECT c.oid::bigint, c.relkind, row_security_active(c.oid),
        c.relkind = 'r' AND NOT row_security_active(c.oid) AND has_table_privilege(c.oid, 'SELECT')
      FROM pg_class c WHERE c.oid = to_regclass(?)
      """;

  private static final String KEYS =
      """
      SELECT i.indexrelid::regclass::text,
             (SELECT array_agg(a.attname::text) FROM pg_attribute a
              WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])),
             pg_get_expr(i.indpred, i.indrelid), i.indexprs IS NOT NULL,
             NOT i.indimmediate, NOT i.indisvalid
      FROM pg_index i WHERE i.indrelid = ? AND i.indisunique
      """;

  /** The kind of a relation. */
  public enum Kind {
    /** A table, partitioned or not. */
    TABLE,
    /** A foreign table. */
    FOREIGN,
    /** A view, a sequence or another relation, which COPY cannot write to. */
    OTHER;

    private static Kind of(String relkind) {
      return switch (relkind) {
        case "r", "p" -> TABLE;
        case "f" -> FOREIGN;
        default -> OTHER;
      };
    }
  }

  /**
   * A unique index.
   *
   * @param columns the plain columns among its keys
   * @param condition of a partial index, or null
   */
  public record UniqueKey(
      String index,
      Set<String> columns,
      @Nullable String condition,
      boolean hasExpressions,
      boolean deferrable,
      boolean invalid) {

    /** Returns why {@code ON CONFLICT} cannot use it, or null if it can. */
    @Nullable String problem() {
      if (hasExpressions) {
        return "is on an expression";
      }
      if (condition != null) {
        return "is partial (WHERE " + condition + ")";
      }
      if (deferrable) {
        return "is deferrable";
      }
      return invalid ? "is invalid" : null;
    }
  }

  public FoundTable {
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
  }

  /** Returns whether there is a relation of that name. */
  public static boolean exists(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
      statement.setString(1, PostgresSql.quoteTable(name));
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getBoolean(1);
      }
    }
  }

  /** Returns whether the table exists and has a primary key or unique index on its key columns. */
  public static boolean hasKey(Connection connection, Table table) throws SQLException {
    FoundTable found = find(connection, table.name());
    return found != null
        && found.kind == Kind.TABLE
        && found.keyProblem(table.keyColumns()) == null;
  }

  /**
   * Returns the table of that name; null if there is none.
   *
   * @throws SQLException if the database refuses, for example because the user may not use the
   *     schema
   */
  public static @Nullable FoundTable find(Connection connection, String table) throws SQLException {
    TableRights.requireSchema(connection, table);
    try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
      statement.setString(1, PostgresSql.quoteTable(table));
      try (ResultSet found = statement.executeQuery()) {
        if (!found.next()) {
          return null;
        }
        long oid = found.getLong(1);
        return new FoundTable(
            table,
            Kind.of(found.getString(2)),
            found.getBoolean(3),
            found.getBoolean(4),
            FoundColumn.of(connection, oid),
            keys(connection, oid));
      }
    }
  }

  private static List<UniqueKey> keys(Connection connection, long oid) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(KEYS)) {
      statement.setLong(1, oid);
      try (ResultSet found = statement.executeQuery()) {
        List<UniqueKey> keys = new ArrayList<>();
        while (found.next()) {
          java.sql.Array names = found.getArray(2);
          keys.add(
              new UniqueKey(
                  found.getString(1),
                  names == null ? Set.of() : new TreeSet<>(List.of((String[]) names.getArray())),
                  found.getString(3),
                  found.getBoolean(4),
                  found.getBoolean(5),
                  found.getBoolean(6)));
        }
        return keys;
      }
    }
  }

  /** Returns whether COPY can write to it as the current user. */
  public boolean takesCopy() {
    return kind != Kind.OTHER && !rowSecurity;
  }

  /** Returns the column of that name, or null. */
  public @Nullable FoundColumn column(String column) {
    return columns.stream().filter(each -> each.name().equals(column)).findFirst().orElse(null);
  }

  /** Returns why {@code ON CONFLICT} cannot use these key columns. */
  @Nullable
  public String keyProblem(List<Column> keyColumns) {
    Set<String> wanted = new TreeSet<>(keyColumns.stream().map(Column::name).toList());
    // An index on an expression is named too: the user may take it for one on the column.
    List<UniqueKey> onThese =
        keys.stream().filter(key -> key.hasExpressions() || key.columns().equals(wanted)).toList();
    if (wanted.isEmpty() || onThese.stream().anyMatch(key -> key.problem() == null)) {
      return null;
    }
    String others =
        onThese.stream()
            .map(key -> "%s %s".formatted(key.index(), key.problem()))
            .sorted()
            .collect(joining(", "));
    return "no primary key or unique index on (%s)%s"
        .formatted(
            keyColumns.stream().map(Column::name).collect(joining(", ")),
            others.isEmpty() ? "" : " that ON CONFLICT can use: " + others);
  }
}
