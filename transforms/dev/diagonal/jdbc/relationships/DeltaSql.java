package dev.diagonal.jdbc.relationships;

import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.relationships.EndSums.Sum;
import dev.diagonal.jdbc.table.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collector;
import java.util.stream.IntStream;

/**
 * Builds the SQL for deltas. Batches store what they add to a table of ends in a table of deltas; a
 * fold moves it into the table of ends.
 *
 * <p>A row of deltas holds arrays: the ids, and what is added to each. Measured with 860,000 deltas
 * of 20 batches against one row per id: copying takes 60 % of the CPU time, folding half of it, and
 * the write-ahead log a third of the size.
 */
final class DeltaSql {

  /** The maximum number of ids in one row. */
  static final int MAX_IDS = 50_000;

  private DeltaSql() {}

  /**
   * Inserts new relationships and the deltas they add, and returns how many relationships are new.
   * The parameters are those of {@link RelationshipSql#insertEdges}.
   */
  static String insert(RelationshipTables tables, List<DeltaTable> deltas) {
    String[] names = RelationshipSql.names(tables);
    String added = PostgresSql.unlike("added", names);
    List<String> queries = new ArrayList<>();
    queries.add(added + " AS (" + RelationshipSql.insertEdges(tables) + ")");
    for (int i = 0; i < deltas.size(); i++) {
      queries.add(
          "%s AS (%s)"
              .formatted(
                  PostgresSql.unlike("deltas_" + i, names),
                  insertDeltas(deltas.get(i), deltas.get(i).of().endsOf(added))));
    }
    return "WITH %s SELECT count(*) FROM %s".formatted(String.join(", ", queries), added);
  }

  /**
   * Inserts new relationships and counts them at their ends, but stores a delta for some of the
   * ends. The first two parameters are arrays of these sources and targets; those of {@link
   * RelationshipSql#insertEdges} follow. Returns one count, for the same reason as {@link
   * RelationshipSql#insert}.
   */
  static String insertMixed(
      RelationshipTables tables, List<DeltaTable> deltas, boolean refuseBothEnds) {
    String[] names = RelationshipSql.names(tables);
    String added = PostgresSql.unlike("added", names);
    String late = PostgresSql.unlike("late", names);
    List<String> queries = new ArrayList<>();
    queries.add(
        "%s AS (SELECT %s AS source, %s AS target)"
            .formatted(late, array(tables, tables.source()), array(tables, tables.target())));
    queries.add(added + " AS (" + RelationshipSql.insertEdges(tables) + ")");
    String isLate = " WHERE %1$s IN (SELECT unnest(l.%1$s) FROM " + late + " AS l)";
    for (int i = 0; i < deltas.size(); i++) {
      DeltaTable each = deltas.get(i);
      queries.add(
          "%s AS (%s)"
              .formatted(
                  PostgresSql.unlike("deltas_" + i, names),
                  insertDeltas(each, each.of().endsOf(added, isLate))));
    }
    String last = "";
    for (int i = 0; i < deltas.size(); i++) {
      EndSums ends = deltas.get(i).of();
      last =
          RelationshipSql.count(
              ends, ends.endsOf(added, isLate.replace(" IN ", " NOT IN ")), refuseBothEnds);
      if (i + 1 < deltas.size()) {
        queries.add("%s AS (%s)".formatted(PostgresSql.unlike("counted", names), last));
      }
    }
    return "WITH %s %s".formatted(String.join(", ", queries), last);
  }

  private static String array(RelationshipTables tables, String column) {
    Column of =
        tables.edges().columns().stream()
            .filter(each -> each.name().equals(column))
            .findFirst()
            .orElseThrow();
    return "?::%s[]::%s[]".formatted(ColumnValues.Kind.of(of).type(), of.type());
  }

  /**
   * Inserts rows of at most {@value #MAX_IDS} ids each; no row if nothing is added.
   *
   * @param ends a query for what is added: {@code id}, {@code v0}, {@code v1}, …
   */
  static String insertDeltas(DeltaTable deltas, String ends) {
    List<Sum> sums = deltas.of().sums();
    String summed = range(sums).mapToObj(i -> "sum(v%1$s) AS v%1$s".formatted(i)).collect(commas());
    String arrays =
        range(sums)
            .mapToObj(i -> "array_agg(v%s::%s)".formatted(i, DeltaTable.elementOf(sums.get(i))))
            .collect(commas());
    return "INSERT INTO %s (%s) SELECT array_agg(id), %s, count(*) FROM (SELECT id, %s, (row_number() OVER () - 1) / %s AS part FROM (%s) AS ends GROUP BY id) AS summed GROUP BY part"
        .formatted(
            PostgresSql.quoteTable(deltas.table().name()),
            PostgresSql.names(deltas.table().columns()),
            arrays,
            summed,
            MAX_IDS,
            ends);
  }

  /**
   * Waits for a running fold. A separate statement, so that the snapshot of the next one includes
   * the fold.
   */
  static String lockFold(RelationshipTables tables) {
    return "SELECT pg_advisory_xact_lock(%s, 0)".formatted(foldOf(tables));
  }

  /** Takes the fold lock if no other fold holds it, and returns whether it did. */
  static String tryLockFold(RelationshipTables tables) {
    return "SELECT pg_try_advisory_xact_lock(%s, 0)".formatted(foldOf(tables));
  }

  private static String foldOf(RelationshipTables tables) {
    return RelationshipSql.namespace(tables, "fold");
  }

  /**
   * Returns how many ids are pending, in how many rows, and the size of the table of ends in bytes.
   */
  static String waiting(DeltaTable deltas) {
    return "SELECT coalesce(sum(%s), 0), count(*), pg_relation_size(%s) FROM %s"
        .formatted(
            PostgresSql.quote(deltas.entries()),
            PostgresSql.literal(PostgresSql.quoteTable(deltas.of().table().name())) + "::regclass",
            PostgresSql.quoteTable(deltas.table().name()));
  }

  /**
   * Moves all committed deltas into the table of ends. At READ COMMITTED, deltas committed
   * meanwhile are neither lost nor added twice.
   */
  static String fold(DeltaTable deltas, boolean refuseBothEnds) {
    List<Sum> sums = deltas.of().sums();
    String moved = PostgresSql.unlike("moved", deltas.table().name(), deltas.of().table().name());
    // Set-returning functions in the select list, not in FROM, avoid a copy: a third less time
    // (measured).
    String ends =
        "SELECT unnest(%s) AS id, %s FROM %s"
            .formatted(
                PostgresSql.quote(deltas.of().id().name()),
                range(sums)
                    .mapToObj(i -> "unnest(%s) AS v%s".formatted(sums.get(i).quoted(), i))
                    .collect(commas()),
                moved);
    return "WITH %s AS (DELETE FROM %s RETURNING %s) %s"
        .formatted(
            moved,
            PostgresSql.quoteTable(deltas.table().name()),
            PostgresSql.names(deltas.table().columns()),
            RelationshipSql.count(deltas.of(), ends, refuseBothEnds));
  }

  /** Returns up to {@code limit} ids that would be on both sides after a fold, as text. */
  static String bothSides(DeltaTable deltas, int limit) {
    List<Sum> sums = deltas.of().sums();
    String id = PostgresSql.quote(deltas.of().id().name());
    return "SELECT %s::text FROM %s WHERE %s > 0 AND %s > 0 AND %1$s IN (SELECT unnest(%1$s) FROM %s) ORDER BY 1 LIMIT %s"
        .formatted(
            id,
            PostgresSql.quoteTable(deltas.view()),
            sums.get(0).quoted(),
            sums.get(1).quoted(),
            PostgresSql.quoteTable(deltas.table().name()),
            limit);
  }

  /** Creates a view of the table of ends as it will be after the next fold. */
  static String createView(DeltaTable deltas) {
    EndSums of = deltas.of();
    String id = PostgresSql.quote(of.id().name());
    List<Column> further = of.further();
    StringBuilder wanted = new StringBuilder();
    StringBuilder ofEnds = new StringBuilder();
    StringBuilder ofDeltas = new StringBuilder();
    for (Column column : further) {
      String name = PostgresSql.quote(column.name());
      wanted.append(
          ", (array_agg(%1$s) FILTER (WHERE %1$s IS NOT NULL))[1] AS %1$s".formatted(name));
      ofEnds.append(", ").append(name);
      ofDeltas.append(", NULL::").append(column.type());
    }
    for (Sum sum : of.sums()) {
      wanted.append(", coalesce(sum(%1$s), 0)::%2$s AS %1$s".formatted(sum.quoted(), sum.type()));
      ofEnds.append(", ").append(sum.quoted());
      ofDeltas.append(", u.").append(sum.quoted());
    }
    String arrays = of.sums().stream().map(sum -> "d." + sum.quoted()).collect(commas());
    String names = of.sums().stream().map(Sum::quoted).collect(commas());
    // The function is in FROM, not in the select list, so that a condition on the id can use the
    // key.
    return "CREATE VIEW %s AS SELECT %s%s FROM (SELECT %2$s%s FROM %s UNION ALL SELECT u.%2$s%s FROM %s AS d, unnest(d.%2$s, %s) AS u (%2$s, %s)) AS ends GROUP BY %2$s"
        .formatted(
            PostgresSql.quoteTable(deltas.view()),
            id,
            wanted,
            ofEnds,
            PostgresSql.quoteTable(of.table().name()),
            ofDeltas,
            PostgresSql.quoteTable(deltas.table().name()),
            arrays,
            names);
  }

  private static IntStream range(List<?> list) {
    return IntStream.range(0, list.size());
  }

  private static Collector<CharSequence, ?, String> commas() {
    return joining(", ");
  }
}
