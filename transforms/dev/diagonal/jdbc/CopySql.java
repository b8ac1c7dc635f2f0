package dev.diagonal.jdbc;

import static dev.diagonal.jdbc.PostgresSql.names;
import static dev.diagonal.jdbc.PostgresSql.quote;
import static dev.diagonal.jdbc.PostgresSql.quoteTable;
import static java.util.stream.Collectors.joining;

import java.util.List;

/** PostgreSQL's statements for writing a transaction's rows by COPY; text only. */
final class CopySql {

  /** Rows that are tried together before each is tried alone. */
  private static final int PIECE_ROWS = 64;

  private final JdbcWrite<?> write;
  private final Table table;
  private final List<WireColumn> columns;
  private final boolean stageAll;
  private final String stageName;
  private final String stage;
  private final String badRows;

  CopySql(JdbcWrite<?> write, List<WireColumn> columns) {
    this(write, columns, false);
  }

  private CopySql(JdbcWrite<?> write, List<WireColumn> columns, boolean stageAll) {
    this.write = write;
    this.table = write.table();
    this.columns = columns;
    this.stageAll = stageAll;
    this.stageName = PostgresSql.unlike("diagonal_rows", table.name());
    this.stage = "pg_temp." + stageName;
    this.badRows = PostgresSql.unlike("diagonal_bad", table.name());
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
    return "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA"
        .formatted(
            stageName,
            columns.stream()
                .map(column -> name(column) + (column.isCast() ? "::text" : ""))
                .collect(joining(", ")),
            quoteTable(table.name()));
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
    return apply(stage);
  }

  /**
   * Applies the staged rows in pieces and, where a piece fails, row by row; records the place and
   * the fault of each row that fails alone. Takes one round trip however many rows are bad.
   *
   * <p>The user's columns appear in the two statements in the middle. There, a name without a
   * qualifier is always a column, and the variables carry the label of the block.
   */
  String siftStage() {
    String block =
        """

        #variable_conflict use_column
        <<diagonal>>
        DECLARE
          piece tid[];
          one tid[];
          earlier_rows int := 0;
        BEGIN
          FOR piece IN
            SELECT array_agg(ctid ORDER BY ctid) FROM (
              SELECT ctid, (row_number() OVER (ORDER BY ctid) - 1) / %1$d AS number FROM %2$s
            ) AS numbered GROUP BY number ORDER BY number
          LOOP
            BEGIN
              %4$s;
            EXCEPTION
              WHEN data_exception OR integrity_constraint_violation OR cardinality_violation THEN
                FOR i IN 1 .. array_length(piece, 1) LOOP
                  one := piece[i:i];
                  BEGIN
                    %5$s;
                  EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
                    INSERT INTO pg_temp.%3$s VALUES (earlier_rows + i - 1, SQLERRM);
                  END;
                END LOOP;
            END;
            earlier_rows := earlier_rows + array_length(piece, 1);
          END LOOP;
        END
        """
            .formatted(
                PIECE_ROWS,
                stage,
                badRows,
                apply(piece("diagonal.piece")),
                apply(piece("diagonal.one")));
    return "CREATE TEMPORARY TABLE %s (place int, reason text) ON COMMIT DROP; DO %s"
        .formatted(badRows, PostgresSql.dollarQuote(block));
  }

  /** The bad rows that {@link #siftStage} has recorded. */
  String sifted() {
    return "SELECT place, reason FROM pg_temp.%s ORDER BY place".formatted(badRows);
  }

  private String piece(String rows) {
    return "(SELECT ctid, * FROM %s WHERE ctid = ANY (%s)) AS staged".formatted(stage, rows);
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
                      table.otherColumns().isEmpty()
                          ? "NOTHING"
                          : "UPDATE SET "
                              + table.otherColumns().stream()
                                  .map(c -> quote(c.name()) + " = EXCLUDED." + quote(c.name()))
                                  .collect(joining(", "))));
      case UPDATE ->
          "UPDATE %s AS stored SET %s FROM (%s) AS given WHERE %s"
              .formatted(quoteTable(table.name()), settings(), select(from), sameKey());
      case DELETE ->
          "DELETE FROM %s AS stored USING (%s) AS given WHERE %s"
              .formatted(quoteTable(table.name()), select(from), sameKey());
    };
  }

  private String insert(String from, String onConflict) {
    // The alias keeps a table called "excluded" apart from the row of that name.
    return "INSERT INTO %s AS stored (%s) %s%s"
        .formatted(quoteTable(table.name()), names(table.columns()), select(from), onConflict);
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
        columns.stream().filter(c -> c.column().key()).map(this::value).collect(joining(", "));
    return "SELECT DISTINCT ON (%s) %s FROM %s ORDER BY %s, ctid%s"
        .formatted(keyValues, values(), from, keyValues, write.mode().lastWins() ? " DESC" : "");
  }

  /**
   * Whether a key has one spelling in bytes, so that equal ones can be told without the database.
   */
  boolean keysAreEqualByBytes() {
    return columns.stream()
        .filter(column -> column.column().key())
        .allMatch(column -> !column.array() && column.type().isEqualByBytes());
  }

  private String values() {
    return columns.stream()
        .map(column -> value(column) + (column.isCast() ? " AS " + name(column) : ""))
        .collect(joining(", "));
  }

  private String value(WireColumn column) {
    return column.isCast() ? name(column) + "::" + quote(column.typeName()) : name(column);
  }

  private String settings() {
    return table.otherColumns().stream()
        .map(column -> quote(column.name()) + " = given." + quote(column.name()))
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
