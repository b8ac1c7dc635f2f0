package dev.diagonal.internal.jdbc.table;

import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Finds the privileges on a PostgreSQL table that a user lacks, and the GRANTs that add them. */
public final class TableRights {

  private static final String DENIED = "42501";

  private static final String SCHEMA =
      """
      SELECT has_schema_privilege(oid, 'USAGE'), has_schema_privilege(oid, 'CREATE'),
             quote_ident(nspname), quote_ident(current_user)
      FROM pg_namespace WHERE nspname = coalesce(?, current_schema())
      """;

  private static final String TABLE =
      """
      SELECT has_table_privilege(oid, 'DELETE'), quote_ident(current_user),
             has_database_privilege(current_database(), 'TEMPORARY'), quote_ident(current_database())
      FROM pg_class WHERE oid = to_regclass(?)
      """;

  private static final String TEMPORARY =
      """
      SELECT has_database_privilege(current_database(), 'TEMPORARY'), quote_ident(current_user),
             quote_ident(current_database())
      """;

  private TableRights() {}

  /**
   * Checks that the user may use the schema of a table, which may be missing.
   *
   * @throws SQLException if not; the message includes the GRANT
   */
  static void requireSchema(Connection connection, String table) throws SQLException {
    schema(connection, table, false);
  }

  /**
   * Checks that the user may create a missing table.
   *
   * @throws SQLException if not; the message includes the GRANT
   */
  public static void requireCreate(Connection connection, String table) throws SQLException {
    schema(connection, table, true);
  }

  private static void schema(Connection connection, String table, boolean creates)
      throws SQLException {
    int dot = table.indexOf('.');
    try (PreparedStatement statement = connection.prepareStatement(SCHEMA)) {
      statement.setString(1, dot < 0 ? null : table.substring(0, dot));
      try (ResultSet found = statement.executeQuery()) {
        if (!found.next()) {
          return; // the database's own message is clear
        }
        String schema = found.getString(3);
        String user = found.getString(4);
        if (!found.getBoolean(1) && dot >= 0) {
          throw denied(
              "user %2$s may not use schema %1$s: GRANT USAGE ON SCHEMA %1$s TO %2$s"
                  .formatted(schema, user));
        }
        if (creates && !found.getBoolean(2)) {
          throw denied(
              "table %s is missing, and user %3$s may not create it: GRANT CREATE ON SCHEMA %2$s TO %3$s"
                  .formatted(table, schema, user));
        }
      }
    }
  }

  /**
   * What a statement does to the columns of a table.
   *
   * @param read the columns that it reads: an insert that names its conflict reads the key, one
   *     that updates also reads what it writes
   * @param inserted the columns that it inserts into
   * @param updated the columns that it sets
   * @param deletes whether it deletes rows
   */
  public record Needs(
      List<String> read, List<String> inserted, List<String> updated, boolean deletes) {

    /** Returns what a write of this mode does to the columns of a table. */
    public static Needs of(WriteMode mode, Table table) {
      List<String> all = namesOf(table.columns());
      List<String> key = namesOf(table.keyColumns());
      List<String> others = namesOf(table.otherColumns());
      return switch (mode) {
        case INSERT -> new Needs(List.of(), all, List.of(), false);
        case INSERT_IGNORE -> new Needs(key, all, List.of(), false);
        case UPSERT -> new Needs(others.isEmpty() ? key : all, all, others, false);
        case UPDATE -> new Needs(key, List.of(), others, false);
        case DELETE -> new Needs(key, List.of(), List.of(), true);
      };
    }

    private static List<String> namesOf(List<Column> columns) {
      return columns.stream().map(Column::name).toList();
    }

    /** Returns these needs for a statement that follows the deletion of all rows. */
    public Needs withDelete() {
      return new Needs(read, inserted, updated, true);
    }
  }

  /**
   * Checks that the user may write to a table.
   *
   * @param staged whether rows are staged in a temporary table
   * @throws SQLException if a privilege is missing; the message includes the GRANTs
   */
  public static void require(Connection connection, FoundTable table, Needs needs, boolean staged)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
      statement.setString(1, PostgresSql.quoteTable(table.name()));
      try (ResultSet found = statement.executeQuery()) {
        if (!found.next()) {
          return;
        }
        List<String> missing = missing(table, needs, found.getBoolean(1));
        List<String> grants = new ArrayList<>();
        String user = found.getString(2);
        if (!missing.isEmpty()) {
          grants.add(
              "GRANT %s ON %s TO %s"
                  .formatted(
                      String.join(", ", missing), PostgresSql.quoteTable(table.name()), user));
        }
        if (staged && !found.getBoolean(3)) {
          grants.add("GRANT TEMPORARY ON DATABASE %s TO %s".formatted(found.getString(4), user));
        }
        if (!grants.isEmpty()) {
          throw denied(
              "user %s may not write table %s: %s"
                  .formatted(user, table.name(), String.join("; ", grants)));
        }
      }
    }
  }

  /**
   * Checks that the user may create temporary tables, by which the layout of a table is checked.
   *
   * @throws SQLException if not; the message includes the GRANT
   */
  static void requireTemporary(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(TEMPORARY)) {
      found.next();
      if (!found.getBoolean(1)) {
        throw denied(
            "user %s may not create the temporary tables that writing table %s needs: GRANT TEMPORARY ON DATABASE %s TO %s"
                .formatted(found.getString(2), table, found.getString(3), found.getString(2)));
      }
    }
  }

  private static List<String> missing(FoundTable table, Needs needs, boolean mayDelete) {
    List<String> missing = new ArrayList<>();
    if (lacks(table, needs.read(), FoundColumn::maySelect)) {
      missing.add("SELECT");
    }
    if (lacks(table, needs.inserted(), FoundColumn::mayInsert)) {
      missing.add("INSERT");
    }
    if (lacks(table, needs.updated(), FoundColumn::mayUpdate)) {
      missing.add("UPDATE");
    }
    if (needs.deletes() && !mayDelete) {
      missing.add("DELETE");
    }
    return missing;
  }

  private static boolean lacks(FoundTable table, List<String> names, Predicate<FoundColumn> may) {
    return table.columns().stream()
        .anyMatch(column -> names.contains(column.name()) && !may.test(column));
  }

  /** Returns whether a table is empty; false also if the user may not read it. */
  static boolean isEmpty(Connection connection, FoundTable table) throws SQLException {
    if (!table.columns().stream().allMatch(FoundColumn::maySelect)) {
      return false;
    }
    try (Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT NOT EXISTS (SELECT FROM %s)"
                    .formatted(PostgresSql.quoteTable(table.name())))) {
      return found.next() && found.getBoolean(1);
    }
  }

  private static SQLException denied(String message) {
    return new SQLException(message, DENIED);
  }
}
