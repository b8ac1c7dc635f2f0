package dev.diagonal.internal.jdbc.table;

import static java.util.stream.Collectors.joining;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Builds PostgreSQL's SQL for a {@link Table}, and quotes names. */
public final class PostgresSql {

  /** MaxHeapAttributeNumber. */
  private static final int MAX_COLUMNS = 1_600;

  private static final Pattern VARCHAR =
      Pattern.compile("(?i)\\s*(varchar|char(acter)?\\s+varying)\\s*\\(.*\\)\\s*");

  private static final Pattern CHAR = Pattern.compile("(?i)\\s*char(acter)?\\s*(\\(.*\\))?\\s*");

  private static final Pattern BITS =
      Pattern.compile("(?i)\\s*(varbit|bit(\\s+varying)?)\\s*(\\(.*\\))?\\s*");

  private PostgresSql() {}

  /**
   * Checks that a PostgreSQL table can have this many columns.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public static void checkColumns(String table, int columns) {
    checkArgument(
        columns <= MAX_COLUMNS,
        "table %s would have %s columns, but PostgreSQL allows at most %s: select the columns to write in a"
            + " mapping",
        table,
        columns,
        MAX_COLUMNS);
  }

  /**
   * Checks that a stage can have the columns of a table in addition to its own.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public static void checkStagedColumns(String table, int columns, int own) {
    checkArgument(
        columns <= MAX_COLUMNS - own,
        "table %s would have %s columns, but a stage allows at most %s (PostgreSQL allows %s, and the"
            + " stage has %s of its own): select the columns to write in a mapping, or write without a stage",
        table,
        columns,
        MAX_COLUMNS - own,
        MAX_COLUMNS,
        own);
  }

  /** Returns a name quoted for SQL, whatever it contains. */
  public static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** Returns a text as a literal, whatever it contains and however the server reads backslashes. */
  public static String literal(String text) {
    String quoted = "'" + text.replace("'", "''") + "'";
    return text.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
  }

  /**
   * Returns {@code name}, with underscores appended until it differs from every table of the
   * statement. Otherwise {@code diagonal_rows} could mean our temporary table instead of the user's
   * table of that name.
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

  /**
   * Creates a temporary table of the same columns, to read the server's own names of their types.
   */
  static String createWanted(Table table) {
    return "CREATE TEMPORARY TABLE %s (%s) ON COMMIT DROP"
        .formatted(wantedName(table), definitions(table.columns()));
  }

  /** Returns the name of the table that {@link #createWanted} creates, in {@code pg_temp}. */
  static String wantedName(Table table) {
    return unlike("diagonal_wanted", table.name());
  }

  /**
   * Returns the type of a column for casts. A cast to {@code varchar(3)}, {@code char(3)} or {@code
   * bit(3)} would silently cut a value that the column refuses.
   */
  public static String withoutLength(Column column) {
    String type = column.type();
    if (VARCHAR.matcher(type).matches()) {
      return "varchar";
    } else if (BITS.matcher(type).matches()) {
      return "varbit";
    }
    return CHAR.matcher(type).matches() ? "bpchar" : type;
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
