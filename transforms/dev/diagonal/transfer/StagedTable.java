package dev.diagonal.transfer;

import static dev.diagonal.jdbc.PostgresSql.quote;
import static dev.diagonal.jdbc.PostgresSql.quoteTable;
import static java.util.stream.Collectors.joining;

import dev.diagonal.jdbc.Column;
import dev.diagonal.jdbc.HeldConnection;
import dev.diagonal.jdbc.JdbcTarget;
import dev.diagonal.jdbc.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A table beside a target in which rows wait until all are there; then one transaction puts them
 * into the target, those of several targets together if they are in one database. What a killed run
 * has left is dropped by the next run to the same target; nobody else sees it.
 *
 * @param database which database
 * @param target the table in the end, created if it is missing then
 * @param mode what is done with the rows in the end
 */
public record StagedTable(JdbcTarget database, Table target, Mode mode) {

  /** What becomes of the target. */
  public enum Mode {
    /** Rows are inserted. */
    INSERT,
    /** Rows are inserted, or put in place of those of their keys. */
    UPSERT,
    /** All rows that were there go first. */
    REPLACE
  }

  /** What PostgreSQL keeps of a name, less what is put behind it. */
  private static final int NAME_CHARACTERS = 40;

  /** Returns the table that rows wait in, without a key. */
  public Table stage() {
    String[] parts = target.name().split("\\.", -1);
    String last = parts[parts.length - 1];
    String name = last.substring(0, Math.min(NAME_CHARACTERS, last.length())) + "_diagonal_stage";
    return new Table(
        parts.length == 1 ? name : parts[0] + "." + name,
        target.columns().stream().map(column -> Column.of(column.name(), column.type())).toList());
  }

  /** Makes the stage, empty. */
  public void prepare() throws SQLException {
    execute(
        database,
        List.of(
            "DROP TABLE IF EXISTS " + quoteTable(stage().name()),
            TargetTable.createSql(stage(), "UNLOGGED TABLE", stage().name())));
  }

  /** Drops the stage, with all that waits there. */
  public void abandon() throws SQLException {
    execute(database, List.of("DROP TABLE IF EXISTS " + quoteTable(stage().name())));
  }

  /**
   * Puts the rows of all stages into their targets and drops the stages, in one transaction.
   *
   * @param all stages of one database
   */
  public static void publish(List<StagedTable> all) throws SQLException {
    if (all.isEmpty()) {
      return;
    }
    execute(
        all.get(0).database,
        all.stream().flatMap(staged -> staged.publication().stream()).toList());
  }

  private List<String> publication() {
    List<Column> key = target.columns().stream().filter(Column::key).toList();
    String columns = names(target.columns());
    String stage = quoteTable(stage().name());
    String goal = quoteTable(target.name());
    // Of rows with the same key the one that was written last stays.
    String rows =
        key.isEmpty()
            ? "SELECT %s FROM %s".formatted(columns, stage)
            : "SELECT DISTINCT ON (%1$s) %2$s FROM %3$s ORDER BY %1$s, ctid DESC"
                .formatted(names(key), columns, stage);
    String updates =
        target.columns().stream()
            .filter(column -> !column.key())
            .map(column -> quote(column.name()) + " = EXCLUDED." + quote(column.name()))
            .collect(joining(", "));
    String onConflict =
        mode != Mode.UPSERT
            ? ""
            : " ON CONFLICT (%s) DO %s"
                .formatted(names(key), updates.isEmpty() ? "NOTHING" : "UPDATE SET " + updates);
    return List.of(
        TargetTable.createSql(target, "TABLE IF NOT EXISTS", target.name()),
        mode == Mode.REPLACE ? "DELETE FROM " + goal : "SELECT 1",
        "INSERT INTO %s (%s) %s%s".formatted(goal, columns, rows, onConflict),
        "DROP TABLE " + stage);
  }

  private static String names(List<Column> columns) {
    return columns.stream().map(column -> quote(column.name())).collect(joining(", "));
  }

  private static void execute(JdbcTarget database, List<String> statements) throws SQLException {
    try (HeldConnection held = new HeldConnection(database)) {
      Connection connection = held.use();
      connection.setNetworkTimeout(Runnable::run, 0); // however long it takes
      try (Statement statement = connection.createStatement()) {
        for (String each : statements) {
          statement.execute(each);
        }
      }
      connection.commit();
    }
  }
}
