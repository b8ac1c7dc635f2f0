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

/** Builds PostgreSQL's statements that write the rows of a transaction by COPY. */
final class CopySql {

  private final JdbcWrite<?> write;
  private final Table table;
  private final List<WireColumn> columns;
  private final boolean stageAll;
  private final boolean distinguishesNew;
  private final String stageName;
  private final String stage;
  private final String badRows;

  /**
   * @param stageAll whether even plain inserts use the temporary table
   */
  CopySql(JdbcWrite<?> write, List<WireColumn> columns, boolean stageAll) {
    this(write, columns, stageAll, false);
  }

  private CopySql(
      JdbcWrite<?> write, List<WireColumn> columns, boolean stageAll, boolean distinguishesNew) {
    this.distinguishesNew = distinguishesNew;
    this.write = write;
    this.table = write.table();
    this.columns = columns;
    this.stageAll = stageAll;
    this.stageName = PostgresSql.unlike("diagonal_rows", table.name());
    this.stage = "pg_temp." + stageName;
    this.badRows = SiftSql.badRows(table.name());
  }

  /**
   * Returns statements whose upserts {@linkplain #distinguishesNew distinguish} new rows from
   * updated ones: the table has system columns that the user may read.
   */
  CopySql distinguishingNew() {
    return new CopySql(write, columns, stageAll, true);
  }

  /** Returns whether {@link #applyStage} returns two counts: of new rows, and of all rows. */
  boolean distinguishesNew() {
    return distinguishesNew && write.mode() == WriteMode.UPSERT && !updated().isEmpty();
  }

  /** Returns statements that use the temporary table even for plain inserts. */
  CopySql staged() {
    return new CopySql(write, columns, true);
  }

  /**
   * Returns whether rows are staged in a temporary table: all except inserts whose values are all
   * binary.
   */
  boolean isStaged() {
    return stageAll
        || write.mode() != WriteMode.INSERT
        || columns.stream().anyMatch(WireColumn::isCast);
  }

  /** Creates a temporary table of the written columns; columns that are cast have type text. */
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

  /** Returns the statement that writes all staged rows. */
  String applyStage() {
    if (!distinguishesNew()) {
      return apply(stage);
    }
    // xmax is 0 in a row that no transaction has locked or updated, that is in a new one.
    return "WITH %1$s AS (%2$s RETURNING (xmax = 0) AS is_new) SELECT count(*) FILTER (WHERE is_new), count(*) FROM %1$s"
        .formatted(PostgresSql.unlike("diagonal_applied", table.name()), apply(stage));
  }

  /** Counts the rows of {@link #applyStage}, one per key. */
  String stagedKeys() {
    return "SELECT count(*) FROM (%s) AS %s"
        .formatted(select(stage), PostgresSql.unlike("diagonal_keys", table.name()));
  }

  /** Applies the staged rows and records the bad ones; see {@link SiftSql}. */
  String siftStage() {
    return SiftSql.sift(
        badRows,
        "SELECT ctid AS id, row_number() OVER (ORDER BY ctid) - 1 AS place FROM " + stage,
        rows -> apply("(SELECT ctid, * FROM %s WHERE %s) AS staged".formatted(stage, rows)),
        Long.MAX_VALUE);
  }

  /** Returns the bad rows that {@link #siftStage} has recorded. */
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
    // The alias avoids a clash between a table named "excluded" and the special row of that name.
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
   * Selects the staged rows. They are in key order, one row per key. If only the database can
   * decide which keys are equal, they are in input order, and the query picks the last (or first)
   * row of each key.
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
   * Returns whether equal keys always have equal bytes, so that they can be compared without the
   * database.
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
   * Returns the columns that an update sets: all except keys and identity columns that are always
   * generated.
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
