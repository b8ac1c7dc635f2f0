package dev.diagonal.internal.transfer.sink;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;
import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.jdbc.table.SiftSql;
import dev.diagonal.internal.transfer.sink.StagedTable.Mode;
import dev.diagonal.jdbc.table.Column;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds PostgreSQL's statements that publish a stage. */
final class StageSql {

  private final StagedTable stage;

  /** The key of which the last row is published; empty if all rows are. */
  private final List<Column> key;

  private final String goal;
  private final String rows;
  private final String ranges;
  private final String order;
  private final String badRows;

  StageSql(StagedTable stage) {
    this.stage = stage;
    this.key = stage.mode() == Mode.INSERT ? List.of() : stage.target().keyColumns();
    this.goal = quoteTable(stage.target().name());
    this.rows = quoteTable(stage.rows());
    this.ranges = quoteTable(stage.ranges());
    this.order = "r.range%1$s, s." + quote(stage.place()) + "%1$s";
    this.badRows = SiftSql.badRows(stage.target().name());
  }

  /** Locks abandoned writers out of the stage until the publication is over. */
  String lockStage() {
    return "LOCK TABLE " + rows + " IN SHARE MODE";
  }

  /**
   * Returns each range as it was acknowledged, and how many rows the stage has of it; the seal
   * first.
   */
  String verify() {
    return """
        SELECT r.range, r.rows, r.checksum, coalesce(f.rows, 0), coalesce(f.places, 0)
        FROM %2$s AS r LEFT JOIN (
          SELECT %3$s AS attempt, count(*) AS rows, sum(%4$s) AS places FROM %1$s GROUP BY 1
        ) AS f ON f.attempt = r.attempt AND r.range <> %5$s
        ORDER BY r.range"""
        .formatted(rows, ranges, quote(stage.attempt()), quote(stage.place()), StagedTable.SEAL);
  }

  String createTarget() {
    return PostgresSql.create(stage.target());
  }

  /** Publishes all rows; unless they are inserted, the last one per key in the input's order. */
  String publish() {
    return publish(rows);
  }

  private String publish(String from) {
    String columns = names(stage.target().columns(), "");
    String selected = names(stage.target().columns(), "s.");
    String source = "%s AS s JOIN %s".formatted(from, acknowledged());
    String select =
        key.isEmpty()
            ? "SELECT %s FROM %s".formatted(selected, source)
            : "SELECT DISTINCT ON (%1$s) %2$s FROM %3$s ORDER BY %1$s, %4$s"
                .formatted(names(key, "s."), selected, source, order.formatted(" DESC"));
    String overriding =
        stage.target().columns().stream().anyMatch(StageSql::isAlwaysGenerated)
            ? " OVERRIDING SYSTEM VALUE"
            : "";
    return "INSERT INTO %s (%s)%s %s%s".formatted(goal, columns, overriding, select, onConflict());
  }

  /** Counts the rows that are published; null if the target may keep its own rows of their keys. */
  @Nullable String countApplicable() {
    if (onConflict().endsWith("NOTHING")) {
      return null;
    }
    return "SELECT count(*) FROM (SELECT %s FROM %s AS s JOIN %s) AS applicable"
        .formatted(key.isEmpty() ? "1" : "DISTINCT " + names(key, "s."), rows, acknowledged());
  }

  private String acknowledged() {
    return "%s AS r ON r.attempt = s.%s AND r.range <> %s"
        .formatted(ranges, quote(stage.attempt()), StagedTable.SEAL);
  }

  private String onConflict() {
    if (stage.mode() != Mode.UPSERT) {
      return "";
    }
    String updates =
        stage.target().columns().stream()
            .filter(column -> !column.key() && !isAlwaysGenerated(column))
            .map(column -> quote(column.name()) + " = EXCLUDED." + quote(column.name()))
            .collect(joining(", "));
    return " ON CONFLICT (%s) DO %s"
        .formatted(names(key, ""), updates.isEmpty() ? "NOTHING" : "UPDATE SET " + updates);
  }

  private static boolean isAlwaysGenerated(Column column) {
    return column.constraints().equals(Column.IDENTITY_ALWAYS);
  }

  /** Publishes the good rows in the order of the input, and records the bad ones. */
  String sift(long mostBad) {
    return SiftSql.sift(
        badRows,
        numbered(),
        condition -> publish("(SELECT * FROM %s WHERE %s)".formatted(rows, condition)),
        mostBad);
  }

  /** An insert and an upsert try all rows of a key; a replacement tries only the last one. */
  private String numbered() {
    String source = "%s AS s JOIN %s".formatted(rows, acknowledged());
    if (key.isEmpty() || stage.mode() == Mode.UPSERT) {
      return "SELECT s.ctid AS id, row_number() OVER (ORDER BY %s) - 1 AS place FROM %s"
          .formatted(order.formatted(""), source);
    }
    return """
        SELECT id, row_number() OVER (ORDER BY range, place_in_range) - 1 AS place FROM (
          SELECT DISTINCT ON (%1$s) s.ctid AS id, r.range, s.%2$s AS place_in_range FROM %3$s
          ORDER BY %1$s, %4$s
        ) AS last"""
        .formatted(names(key, "s."), quote(stage.place()), source, order.formatted(" DESC"));
  }

  /** Selects the bad rows, except those that a later good row of the same key has replaced. */
  String bad() {
    String sql =
        """
        SELECT b.id::text, b.reason, r.range, s.%3$s, s.%4$s
        FROM %1$s AS b JOIN %2$s AS s ON s.ctid = b.id JOIN %5$s"""
            .formatted(badRows, rows, quote(stage.place()), quote(stage.line()), acknowledged());
    if (stage.mode() == Mode.UPSERT) {
      sql +=
          """
          \
           WHERE NOT EXISTS (
            SELECT FROM %1$s AS later JOIN %2$s AS l ON l.attempt = later.%3$s
            WHERE %4$s AND (l.range, later.%5$s) > (r.range, s.%5$s)
              AND later.ctid NOT IN (SELECT id FROM %6$s))"""
              .formatted(
                  rows,
                  ranges,
                  quote(stage.attempt()),
                  key.stream()
                      .map(column -> "later.%1$s = s.%1$s".formatted(quote(column.name())))
                      .collect(joining(" AND ")),
                  quote(stage.place()),
                  badRows);
    }
    return sql + " ORDER BY b.place";
  }

  String dropBad() {
    return "DROP TABLE " + badRows;
  }

  /** Selects the target's columns of these rows, in this order. */
  String rowsAt(List<String> ids) {
    return """
        SELECT %s FROM unnest('{%s}'::tid[]) WITH ORDINALITY AS wanted (id, number)
        JOIN %s AS s ON s.ctid = wanted.id ORDER BY wanted.number"""
        .formatted(
            names(stage.target().columns(), "s."),
            ids.stream().map(id -> '"' + id + '"').collect(joining(",")),
            rows);
  }

  private static String names(List<Column> columns, String prefix) {
    return columns.stream().map(column -> prefix + quote(column.name())).collect(joining(", "));
  }
}
