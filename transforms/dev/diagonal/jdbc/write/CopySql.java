package dev.diagonal.jdbc.write;

import static dev.diagonal.internal.jdbc.table.PostgresSql.names;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;
import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.jdbc.copy.WireColumn;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.jdbc.table.SiftSql;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import java.util.List;

/** PostgreSQL's statements for writing a transaction's rows by COPY; text only. */
final class CopySql {

  private final JdbcWrite<?> write;
  private final Table table;
  private final List<WireColumn> columns;
  private final boolean stageAll;
  private final boolean tellsNew;
  private final String stageName;
  private final String stage;
  private final String badRows;

  /**
   * @param stageAll whether even plain inserts go by the temporary table
   */
  CopySql(JdbcWrite<?> write, List<WireColumn> columns, boolean stageAll) {
    this(write, columns, stageAll, false);
  }

  private CopySql(
      JdbcWrite<?> write, List<WireColumn> columns, boolean stageAll, boolean tellsNew) {
    this.tellsNew = tellsNew;
    this.write = write;
    this.table = write.table();
    this.columns = columns;
    this.stageAll = stageAll;
    this.stageName = PostgresSql.unlike("diagonal_rows", table.name());
    this.stage = "pg_temp." + stageName;
    this.badRows = SiftSql.badRows(table.name());
  }

  /**
   * Returns statements whose upserts {@linkplain #tellsNew tell} new rows from those that were
   * there: the table has system columns that the user may read.
   */
  CopySql tellingNew() {
    return new CopySql(write, columns, stageAll, true);
  }

  /** Whether {@link #applyStage} is a query for two counts: of new rows, and of all. */
  boolean tellsNew() {
    return tellsNew && write.mode() == WriteMode.UPSERT && !updated().isEmpty();
  }

  /** Returns the statements with which even plain inserts go by the temporary table. */
  CopySql staged() {
    return new CopySql(write, columns, true);
  }

  /** Whether rows go by a temporary table: all but inserts whose values are all binary. */
  boolean isStaged() {
    return stageAll
        || write.mode() != WriteMode.INSERT
        || columns.stream().anyMatch(WireColumn::isCast);
  }

  /** A temporary table of the columns that are written, text for those that are cast. */
  String createStage() {
    return "CREATE TEMPORARY TABLE %s (%s) ON COMMIT DROP"
        .formatted(stageName, columns.stream().map(WireColumn::staged).collect(joining(", ")));
  }

  String clearStage() {
    return "TRUNCATE " + stage;
  }

  String copy() {
    return "COPY %s (%s) FROM STDIN (FORMAT binary)"
        .formatted(isStaged() ? stage : quoteTable(table.name()), names(table.columns()));
  }

  /** The statement that does with all staged rows what is to be done. */
  String applyStage() {
    if (!tellsNew()) {
      return apply(stage);
    }
    // xmax is 0 in a row that nobody has locked or updated: in a new one.
    return "WITH %1$s AS (%2$s RETURNING (xmax = 0) AS is_new) SELECT count(*) FILTER (WHERE is_new), count(*) FROM %1$s"
        .formatted(PostgresSql.unlike("diagonal_applied", table.name()), apply(stage));
  }

  /** Applies the staged rows and records the bad ones; see {@link SiftSql}. */
  String siftStage() {
    return SiftSql.sift(
        badRows,
        "SELECT ctid AS id, row_number() OVER (ORDER BY ctid) - 1 AS place FROM " + stage,
        rows -> apply("(SELECT ctid, * FROM %s WHERE %s) AS staged".formatted(stage, rows)),
        Long.MAX_VALUE);
  }

  /** The bad rows that {@link #siftStage} has recorded. */
  String sifted() {
    return "SELECT place, reason FROM " + badRows + " ORDER BY place";
  }

  private String apply(String from) {
    return switch (write.mode()) {
      case INSERT -> insert(from, "");
      case INSERT_IGNORE -> insert(from, " ON CONFLICT (" + keys() + ") DO NOTHING");
      case UPSERT ->
          insert(
              from,
              " ON CONFLICT (%s) DO %s"
                  .formatted(
                      keys(),
                      updated().isEmpty() ? "NOTHING" : "UPDATE SET " + settings("EXCLUDED")));
      case UPDATE ->
          "UPDATE %s AS stored SET %s FROM (%s) AS given WHERE %s"
              .formatted(quoteTable(table.name()), settings("given"), select(from), sameKey());
      case DELETE ->
          "DELETE FROM %s AS stored USING (%s) AS given WHERE %s"
              .formatted(quoteTable(table.name()), select(from), sameKey());
    };
  }

  private String insert(String from, String onConflict) {
    // The alias keeps a table called "excluded" apart from the row of that name.
    return "INSERT INTO %s AS stored (%s)%s %s%s"
        .formatted(
            quoteTable(table.name()),
            names(table.columns()),
            columns.stream().anyMatch(column -> column.found().identityAlways())
                ? " OVERRIDING SYSTEM VALUE"
                : "",
            select(from),
            onConflict);
  }

  /**
   * Staged rows lie in key order, one a key. Where only the database can tell which keys are equal
   * they lie as they came, and it picks the last (or the first) of each.
   */
  private String select(String from) {
    if (write.mode() == WriteMode.INSERT || keysAreEqualByBytes()) {
      return "SELECT " + values() + " FROM " + from;
    }
    String keyValues =
        columns.stream()
            .filter(c -> c.column().key())
            .map(WireColumn::value)
            .collect(joining(", "));
    return "SELECT DISTINCT ON (%s) %s FROM %s ORDER BY %s, ctid%s"
        .formatted(keyValues, values(), from, keyValues, write.mode().lastWins() ? " DESC" : "");
  }

  /**
   * Whether a key has one spelling in bytes, so that equal ones can be told without the database.
   */
  boolean keysAreEqualByBytes() {
    return columns.stream()
        .filter(column -> column.column().key())
        .allMatch(WireColumn::isEqualByBytes);
  }

  private String values() {
    return columns.stream()
        .map(column -> column.value() + (column.isCast() ? " AS " + name(column) : ""))
        .collect(joining(", "));
  }

  /**
   * The columns that an update sets; nobody can set an identity column that is always generated.
   */
  private List<WireColumn> updated() {
    return columns.stream()
        .filter(column -> !column.column().key() && !column.found().identityAlways())
        .toList();
  }

  private String settings(String source) {
    return updated().stream()
        .map(column -> "%1$s = %2$s.%1$s".formatted(name(column), source))
        .collect(joining(", "));
  }

  private String sameKey() {
    return table.keyColumns().stream()
        .map(column -> "stored.%1$s = given.%1$s".formatted(quote(column.name())))
        .collect(joining(" AND "));
  }

  private String keys() {
    return names(table.keyColumns());
  }

  private static String name(WireColumn column) {
    return quote(column.column().name());
  }
}
