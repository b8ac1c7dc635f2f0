package dev.diagonal.internal.jdbc.table;

import static java.util.stream.Collectors.joining;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.SchemaRights;
import dev.diagonal.internal.jdbc.sql.DatabaseFile;
import dev.diagonal.internal.jdbc.table.TableRights.Needs;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks a database and its tables for a dry run. Missing tables are created in transactions that
 * are rolled back, so that the database checks names, types and rights, and nothing changes.
 *
 * @param database the database
 */
public record TableCheck(JdbcTarget database) {

  /**
   * Logs in, unless that would create the database.
   *
   * @return the product, its version, the URL and the user
   * @throws SQLException if the database cannot be reached, or refuses the user
   */
  public String server() throws SQLException, InterruptedException {
    if (DatabaseFile.isMissing(database.url())) {
      return "no file yet at " + database;
    }
    return RetriedTransaction.in(database, "start a session")
        .run(
            connection -> {
              DatabaseMetaData server = connection.getMetaData();
              return "%s %s at %s"
                  .formatted(
                      server.getDatabaseProductName(),
                      server.getDatabaseProductVersion(),
                      database);
            });
  }

  /**
   * Checks that rows can be written to a table, as {@link dev.diagonal.jdbc.CreateTable} and the
   * writers do.
   *
   * @param needs what is done to its columns, or null if that need not be checked
   * @param anyLayout whether an existing table may have any layout
   * @return what exists, or what would be created
   * @throws TargetMismatchException if it exists with another layout
   * @throws SQLException if the database refuses; the message includes the GRANT if a privilege is
   *     missing
   */
  public String table(Table table, @Nullable Needs needs, boolean anyLayout)
      throws SQLException, InterruptedException {
    return RetriedTransaction.in(database, "check table " + table.name())
        .run(
            connection -> {
              String found = look(connection, table, needs, anyLayout);
              connection.rollback();
              return found;
            });
  }

  /**
   * Checks that stages can be created in Diagonal's schema, which may be missing.
   *
   * @throws SQLException if not; the message includes the GRANT
   */
  public void stages(String schema) throws SQLException, InterruptedException {
    boolean unused =
        RetriedTransaction.in(database, "look at schema " + schema)
            .run(
                connection -> {
                  SchemaRights rights = new InternalSchema(schema).find(connection);
                  if (rights.isUsable() || !rights.mayBeCreated()) {
                    rights.requireTables();
                  }
                  return true;
                });
  }

  private static String look(
      Connection connection, Table table, @Nullable Needs needs, boolean anyLayout)
      throws SQLException {
    FoundTable found = FoundTable.find(connection, table.name());
    if (found == null) {
      TableRights.requireCreate(connection, table.name());
      try (Statement statement = connection.createStatement()) {
        statement.execute(PostgresSql.create(table));
      }
      return "%s would be created: %s"
          .formatted(
              table.name(),
              table.columns().stream()
                  .map(
                      column ->
                          column.name() + " " + column.type() + (column.key() ? " (key)" : ""))
                  .collect(joining(", ")));
    }
    List<String> differences =
        anyLayout ? List.of() : new TableShape(connection).differences(found, table);
    if (!differences.isEmpty()) {
      throw new TargetMismatchException("table " + table.name(), differences);
    }
    if (needs != null) {
      TableRights.require(connection, found, needs, false);
    }
    return "%s exists and fits".formatted(table.name());
  }
}
