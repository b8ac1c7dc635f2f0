package dev.diagonal.internal.jdbc.table;

import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares a PostgreSQL table with the table to be written. */
public final class TableShape {

  private final Connection connection;

  public TableShape(Connection connection) {
    this.connection = connection;
  }

  /** Returns what must change before {@code table} can be written; empty if it fits. */
  public List<String> differences(FoundTable found, Table table) throws SQLException {
    if (found.kind() != FoundTable.Kind.TABLE) {
      return List.of("it is not a table");
    }
    TableRights.requireTemporary(connection, table.name());
    try (Statement statement = connection.createStatement()) {
      statement.execute(PostgresSql.createWanted(table));
    }
    FoundTable wanted = FoundTable.find(connection, "pg_temp." + PostgresSql.wantedName(table));
    List<String> differences = new ArrayList<>();
    for (FoundColumn column : wanted == null ? List.<FoundColumn>of() : wanted.columns()) {
      compare(column, found.column(column.name()), differences);
    }
    for (FoundColumn column : found.columns()) {
      boolean isWritten =
          table.columns().stream().anyMatch(each -> each.name().equals(column.name()));
      if (!isWritten && column.required()) {
        differences.add(
            "column %s: not written, but neither nullable nor with a default"
                .formatted(column.name()));
      }
    }
    String key = found.keyProblem(table.keyColumns());
    if (key != null) {
      differences.add(key);
    }
    return withAdvice(connection, found, differences);
  }

  /**
   * Returns the differences. If there are any and the table is empty, as after a failed first run,
   * a last line says so and contains the statement that drops the table.
   */
  public static List<String> withAdvice(
      Connection connection, FoundTable found, List<String> differences) throws SQLException {
    if (differences.isEmpty()
        || found.kind() != FoundTable.Kind.TABLE
        || !TableRights.isEmpty(connection, found)) {
      return differences;
    }
    List<String> advised = new ArrayList<>(differences);
    advised.add(
        "the table is empty: to have it created anew, DROP TABLE "
            + PostgresSql.quoteTable(found.name()));
    return advised;
  }

  private static void compare(
      FoundColumn wanted, @Nullable FoundColumn found, List<String> differences) {
    String problem =
        found == null
            ? "none"
            : found.generated()
                ? "a generated one"
                : wanted.type().equals(found.type()) ? null : found.type();
    if (problem != null) {
      differences.add(
          "column %s: expected %s, found %s".formatted(wanted.name(), wanted.type(), problem));
    }
  }
}
