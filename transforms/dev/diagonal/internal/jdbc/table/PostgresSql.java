package dev.diagonal.internal.jdbc.table;

import static java.util.stream.Collectors.joining;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.util.Arrays;
import java.util.List;

/** PostgreSQL's words for what is done to a {@link Table}, and how names are quoted; text only. */
public final class PostgresSql {

  /** MaxHeapAttributeNumber. */
  private static final int MAX_COLUMNS = 1_600;

  private PostgresSql() {}

  /**
   * Checks that PostgreSQL can hold a table of so many columns.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public static void checkColumns(String table, int columns) {
    checkArgument(
        columns <= MAX_COLUMNS,
        "table %s would have %s columns, and PostgreSQL allows at most %s: name those to write in a"
            + " mapping",
        table,
        columns,
        MAX_COLUMNS);
  }

  /**
   * Checks that a stage can hold the columns of a table beside columns of its own.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public static void checkStagedColumns(String table, int columns, int own) {
    checkArgument(
        columns <= MAX_COLUMNS - own,
        "table %s would have %s columns, and a stage holds at most %s (PostgreSQL allows %s, and the"
            + " stage has %s of its own): name those to write in a mapping, or write without a stage",
        table,
        columns,
        MAX_COLUMNS - own,
        MAX_COLUMNS,
        own);
  }

  /** Returns a name as SQL has it, whatever is in it. */
  public static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /**
   * Returns {@code name}, with underscores appended until it differs from every table of the
   * statement. Without this, {@code diagonal_rows} would mean our temporary table where the user's
   * table of that name is meant.
   *
   * @param tables names without quotes, with or without a schema
   */
  public static String unlike(String name, String... tables) {
    String free = name;
    while (List.of(tables).contains(free)) {
      free += "_";
    }
    return free;
  }

  /** Quotes {@code table} or {@code schema.table}. */
  public static String quoteTable(String name) {
    return Arrays.stream(name.split("\\.", -1)).map(PostgresSql::quote).collect(joining("."));
  }

  public static String create(Table table) {
    return "CREATE TABLE IF NOT EXISTS %s (%s%s)%s"
        .formatted(
            quoteTable(table.name()),
            definitions(table.columns()),
            table.keyColumns().isEmpty() ? "" : ", PRIMARY KEY (" + names(table.keyColumns()) + ")",
            table.fillfactor() == Table.FULL
                ? ""
                : " WITH (fillfactor = " + table.fillfactor() + ")");
  }

  /** A temporary table of the same columns: the server's own spelling of the wanted types. */
  static String createWanted(Table table) {
    return "CREATE TEMPORARY TABLE %s (%s) ON COMMIT DROP"
        .formatted(wantedName(table), definitions(table.columns()));
  }

  /** The name of the table that {@link #createWanted} creates, in {@code pg_temp}. */
  static String wantedName(Table table) {
    return unlike("diagonal_wanted", table.name());
  }

  public static String names(List<Column> columns) {
    return columns.stream().map(column -> quote(column.name())).collect(joining(", "));
  }

  private static String definitions(List<Column> columns) {
    return columns.stream()
        .map(column -> quote(column.name()) + " " + column.definition())
        .collect(joining(", "));
  }
}
