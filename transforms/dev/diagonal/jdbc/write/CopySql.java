package dev.diagonal.jdbc.write;

import static dev.diagonal.internal.jdbc.table.PostgresSql.names;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;
import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.jdbc.copy.WireColumn;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.jdbc.table.SiftSql;
import dev.diagonal.jdbc.table.Column;
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
      return apply(stage, false);
    }
    // xmax is 0 in a row that no transaction has locked or updated, that is in a new one.
    return "WITH %1$s AS (%2$s RETURNING (xmax = 0) AS is_new) SELECT count(*) FILTER (WHERE is_new), count(*) FROM %1$s"
        .formatted(PostgresSql.unlike("diagonal_applied", table.name()), apply(stage, false));
  }

  /** Counts the rows of {@link #applyStage}, one per key. */
  String stagedKeys() {
    return "SELECT count(*) FROM (%s) AS %s"
        .formatted(select(stage, false), PostgresSql.unlike("diagonal_keys", table.name()));
  }

  /**
   * Returns the statement that applies the staged rows of an update or a delete, and returns the
   * numbers of those whose keys the table did not have. Staged rows are numbered from 0.
   */
  String applyAndFindMissing() {
    String applied = PostgresSql.unlike("diagonal_applied", table.name());
    boolean folded = keysAreEqualByBytes() && write.mode() == WriteMode.UPDATE;
    return """
        WITH %1$s AS (%2$s RETURNING given.%3$s AS place) %4$s
          AND (SELECT count(DISTINCT place) FROM %1$s) < (SELECT count(*) FROM %5$s)"""
        .formatted(applied, apply(stage, true), placeName(), missing(applied, folded), stage);
  }

  /**
   * Applies the staged rows and records the bad ones; see {@link SiftSql}.
   *
   * @param finds whether to record the rows of an update or a delete whose keys the table has
   */
  String siftStage(boolean finds) {
    String sift =
        SiftSql.sift(
            badRows,
            "SELECT ctid AS id, row_number() OVER (ORDER BY ctid) - 1 AS place FROM " + stage,
            rows -> {
              String from = "(SELECT ctid, * FROM %s WHERE %s) AS staged".formatted(stage, rows);
              return finds ? record(apply(from, true)) : apply(from, false);
            },
            Long.MAX_VALUE);
    return finds
        ? "CREATE TEMPORARY TABLE %s (place tid) ON COMMIT DROP; %s".formatted(foundRows(), sift)
        : sift;
  }

  private String record(String apply) {
    return "WITH %1$s AS (%2$s RETURNING given.%3$s AS place) INSERT INTO %4$s SELECT place FROM %1$s"
        .formatted(
            PostgresSql.unlike("diagonal_applied", table.name()), apply, placeName(), foundRows());
  }

  private String foundRows() {
    return "pg_temp." + PostgresSql.unlike("diagonal_found", table.name());
  }

  /** Returns the numbers of the staged rows whose keys {@link #siftStage} has not found. */
  String siftedMissing() {
    return missing(foundRows(), false);
  }

  /**
   * Selects the numbers of the staged rows of whose key none is among the found ones.
   *
   * @param folded whether each row has a key of its own
   */
  private String missing(String found, boolean folded) {
    String isFound = placeName() + " IS NOT NULL";
    // A join, since IN may look through all found rows for each staged one.
    return """
        SELECT number FROM (
          SELECT row_number() OVER (ORDER BY ctid) - 1 AS number, %1$s AS is_found
          FROM (SELECT ctid, * FROM %2$s) AS given
            LEFT JOIN (SELECT DISTINCT place FROM %3$s) AS found (%4$s) ON ctid = %4$s
        ) AS staged
        WHERE NOT is_found"""
        .formatted(
            folded ? isFound : "bool_or(%s) OVER (PARTITION BY %s)".formatted(isFound, keyValues()),
            stage,
            found,
            placeName());
  }

  /** Returns the bad rows that {@link #siftStage} has recorded. */
  String sifted() {
    return "SELECT place, reason FROM " + badRows + " ORDER BY place";
  }

  /**
   * @param places whether the given rows have the place of the staged ones
   */
  private String apply(String from, boolean places) {
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
              .formatted(
                  quoteTable(table.name()), settings("given"), select(from, places), sameKey());
      case DELETE ->
          "DELETE FROM %s AS stored USING (%s) AS given WHERE %s"
              .formatted(quoteTable(table.name()), select(from, places), sameKey());
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
            select(from, false),
            onConflict);
  }

  /**
   * Selects the staged rows. They are in key order, one row per key. If only the database can
   * decide which keys are equal, they are in input order, and the query picks the last (or first)
   * row of each key. So it does for an update of rows that are sifted, which are not folded.
   */
  private String select(String from, boolean places) {
    String values = values() + (places ? ", ctid AS " + placeName() : "");
    boolean folded =
        keysAreEqualByBytes() && (write.mode() != WriteMode.UPDATE || from.equals(stage));
    if (write.mode() == WriteMode.INSERT || folded) {
      return "SELECT " + values + " FROM " + from;
    }
    return "SELECT DISTINCT ON (%s) %s FROM %s ORDER BY %s, ctid%s"
        .formatted(keyValues(), values, from, keyValues(), write.mode().lastWins() ? " DESC" : "");
  }

  private String keyValues() {
    return columns.stream()
        .filter(each -> each.column().key())
        .map(WireColumn::value)
        .collect(joining(", "));
  }

  /** Returns a name that no column has, quoted. */
  private String placeName() {
    return quote(
        PostgresSql.unlike(
            "diagonal_place", table.columns().stream().map(Column::name).toArray(String[]::new)));
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
