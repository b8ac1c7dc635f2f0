package dev.diagonal.internal.transfer.sink;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.io.Serializable;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A target and its stage, in which rows wait until all of them are written. The stage consists of
 * two logged tables of the internal schema: the rows, each with the attempt that wrote it and its
 * place in the input; and the acknowledged ranges, each with its attempt.
 *
 * @param database the database of both
 * @param target the table that receives the rows; the publication creates it if it is missing
 * @param mode how the publication treats existing rows
 * @param rows the name of the table of rows
 * @param ranges the name of the table of ranges
 */
public record StagedTable(JdbcTarget database, Table target, Mode mode, String rows, String ranges)
    implements Serializable {

  /** How the publication treats existing rows of the target. */
  public enum Mode {
    /** Inserts the rows. */
    INSERT,
    /** Inserts the rows, or replaces those of the same key. */
    UPSERT,
    /** Deletes all rows of the target first. */
    REPLACE
  }

  private static final int OWN_COLUMNS = 3;

  /** The number of a row that counts the ranges: without it, the ranges are incomplete. */
  static final int SEAL = -1;

  private static final String CREATE_RANGES =
      "CREATE TABLE IF NOT EXISTS %s (range int PRIMARY KEY, attempt bigint NOT NULL,"
          + " rows bigint NOT NULL, checksum bigint NOT NULL)";

  /**
   * @throws IllegalArgumentException if {@code target} has too many columns for a stage
   */
  public StagedTable {
    PostgresSql.checkStagedColumns(target.name(), target.columns().size(), OWN_COLUMNS);
  }

  /** Returns the table of rows: our columns, then those of the target, without a key. */
  Table stage() {
    List<Column> columns = new ArrayList<>();
    for (String own : List.of(attempt(), place(), line())) {
      columns.add(Column.of(own, "bigint"));
    }
    target
        .columns()
        .forEach(column -> columns.add(new Column(column.name(), column.type(), "", false)));
    return new Table(rows, columns);
  }

  /** Returns the column of the attempt that wrote a row. */
  String attempt() {
    return own("attempt");
  }

  /** Returns the column of a row's place in its range: its byte in the file, or its number. */
  String place() {
    return own("place");
  }

  /** Returns the column of the line in the range that a row starts at. */
  String line() {
    return own("line");
  }

  /** Returns a name that no column of the target has. */
  private String own(String name) {
    List<String> taken = target.columns().stream().map(Column::name).toList();
    String free = "diagonal_" + name;
    while (taken.contains(free)) {
      free += "_";
    }
    return free;
  }

  /** Creates an empty stage. */
  void create() throws SQLException, InterruptedException {
    execute(
        "create a stage for table " + target.name(),
        List.of(PostgresSql.create(stage()), CREATE_RANGES.formatted(quoteTable(ranges))));
  }

  /** Drops the stage and its rows. */
  void drop() throws SQLException, InterruptedException {
    execute("drop the stage of table " + target.name(), List.of(dropSql()));
  }

  String dropSql() {
    return "DROP TABLE IF EXISTS %s, %s".formatted(quoteTable(rows), quoteTable(ranges));
  }

  private void execute(String what, List<String> statements)
      throws SQLException, InterruptedException {
    boolean unused =
        RetriedTransaction.in(database, what)
            .withLongStatements()
            .run(
                connection -> {
                  try (Statement statement = connection.createStatement()) {
                    for (String each : statements) {
                      statement.execute(each);
                    }
                  }
                  return true;
                });
  }
}
