package dev.diagonal.jdbc.relationships;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;

import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.relationships.EndSums.Sum;
import dev.diagonal.jdbc.relationships.EndTable.Total;
import dev.diagonal.jdbc.table.Column;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Builds the SQL that writes relationships and counts their ends: {@linkplain #lock wait for the
 * locks}, then {@linkplain #insert insert and count}.
 *
 * <p>The two statements are sent together and make one transaction. They are separate so that the
 * second one, including its snapshot, starts only when the locks are held.
 */
final class RelationshipSql {

  /** The prefix of the error for an id on both sides; the id follows. */
  static final String BOTH_ENDS = "diagonal: on both sides is id ";

  /** The text after the id. */
  static final String BOTH_ENDS_STOP = " ;diagonal";

  private RelationshipSql() {}

  /**
   * Waits for the locks of its one parameter, an {@code integer[]}, in ascending order. The
   * subquery is sorted before the first lock is taken: PostgreSQL does not pull up a subquery that
   * has an ORDER BY.
   */
  static String lock(RelationshipTables tables, String domain) {
    return "SELECT pg_advisory_xact_lock(%s, lock) FROM".formatted(namespace(tables, domain))
        + " (SELECT lock FROM unnest(?::integer[]) AS lock ORDER BY lock) AS locks";
  }

  /**
   * Returns the other sessions that hold locks of the one parameter, an {@code integer[]}; one row
   * per session.
   */
  static String holders(RelationshipTables tables, String domain) {
    return """
        SELECT pid, application_name, client_addr, xact_start, array_agg(objid ORDER BY objid)
        FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND database =
            (SELECT oid FROM pg_database WHERE datname = current_database())
          AND classid = (%s)::bigint::oid AND objid::bigint::integer = ANY (?::integer[])
        GROUP BY 1, 2, 3, 4 ORDER BY 1
        """
        .formatted("(" + namespace(tables, domain) + ")::bigint & 4294967295");
  }

  /**
   * Returns the first of the two numbers of a lock. It is a hash of the tables' ids in the
   * database, so it does not depend on how the tables are named, and of the domain.
   */
  static String namespace(RelationshipTables tables, String domain) {
    String ends =
        tables.endTables().stream()
            .map(
                table ->
                    PostgresSql.literal(PostgresSql.quoteTable(table.name()))
                        + "::regclass::oid::text")
            .collect(joining(" || ' ' || "));
    return "hashtext(" + ends + " || " + PostgresSql.literal(" " + domain) + ")";
  }

  /**
   * Inserts the new relationships in the order of their keys, the first one per key, and counts
   * only these at their ends. Because of that order, transactions that insert the same keys never
   * deadlock. There is one array parameter per column. Returns how many relationships it has
   * inserted, as a single bigint: the PostgreSQL driver may send a Sync before a statement whose
   * reply has no known bound (flushIfDeadlockRisk). That would end the transaction and release the
   * locks.
   */
  static String insert(RelationshipTables tables, boolean refuseBothEnds) {
    List<EndSums> ends = EndSums.of(tables);
    // A query name hides a table of the same name from the rest of the statement.
    String[] names = names(tables);
    String added = PostgresSql.unlike("added", names);
    String with = "WITH %s AS (%s)".formatted(added, insertEdges(tables));
    String counted = PostgresSql.unlike("counted", names);
    String answer = " SELECT count(*) FROM " + added;
    if (ends.size() == 1) {
      return "%s, %s AS (%s)%s"
          .formatted(
              with, counted, count(ends.get(0), ends.get(0).endsOf(added), refuseBothEnds), answer);
    }
    return "%s, %s AS (%s), %s AS (%s)%s"
        .formatted(
            with,
            counted,
            count(ends.get(0), ends.get(0).endsOf(added), false),
            PostgresSql.unlike("counted_too", names),
            count(ends.get(1), ends.get(1).endsOf(added), false),
            answer);
  }

  /** Returns the names of all tables of a statement. */
  static String[] names(RelationshipTables tables) {
    return new String[] {tables.edges().name(), tables.sources().name(), tables.targets().name()};
  }

  /**
   * Inserts the new relationships in the order of their keys, and returns their ends and the values
   * that are summed. There is one array parameter per column.
   */
  static String insertEdges(RelationshipTables tables) {
    List<Column> columns = tables.edges().columns();
    String arrays =
        columns.stream()
            .map(column -> "?::" + ColumnValues.Kind.of(column).type() + "[]")
            .collect(joining(", "));
    String values =
        range(columns)
            .mapToObj(i -> "c%s::%s".formatted(i, PostgresSql.withoutLength(columns.get(i))))
            .collect(joining(", "));
    return "INSERT INTO %s (%s) SELECT %s FROM unnest(%s) WITH ORDINALITY AS r (%s, n) ORDER BY %s, n"
            .formatted(
                PostgresSql.quoteTable(tables.edges().name()),
                PostgresSql.names(columns),
                values,
                arrays,
                range(columns).mapToObj(i -> "c" + i).collect(joining(", ")),
                range(columns)
                    .filter(i -> columns.get(i).key())
                    .mapToObj(i -> sortedBy(i, columns.get(i)))
                    .collect(joining(", ")))
        + " ON CONFLICT (%s) DO NOTHING RETURNING %s AS source, %s AS target, %s, %s"
            .formatted(
                PostgresSql.names(tables.edges().keyColumns()),
                quote(tables.source()),
                quote(tables.target()),
                value(tables.sources().total()) + " AS source_value",
                value(tables.targets().total()) + " AS target_value");
  }

  /** Sorts text by its bytes: a locale's collation takes longer and has no advantage. */
  private static String sortedBy(int place, Column column) {
    return column.type().equals("text")
        ? "c%s COLLATE \"C\"".formatted(place)
        : "c%s::%s".formatted(place, PostgresSql.withoutLength(column));
  }

  private static String value(@Nullable Total total) {
    return total == null ? "0" : "coalesce(" + quote(total.of()) + ", 0)";
  }

  /**
   * Adds the sums to the rows of one table, in the order of their ids.
   *
   * @param ends a query for what is added: {@code id}, {@code v0}, {@code v1}, …
   */
  static String count(EndSums table, String ends, boolean refuseBothEnds) {
    List<Sum> sums = table.sums();
    List<String> inserted =
        range(sums).mapToObj(i -> "sum(v%s)".formatted(i)).collect(toCollection(ArrayList::new));
    List<String> updated =
        sums.stream().map(RelationshipSql::afterwards).collect(toCollection(ArrayList::new));
    String id = quote(table.id().name());
    if (refuseBothEnds) {
      inserted.set(0, unlessBoth(inserted, "id"));
      updated.set(0, unlessBoth(updated, "n." + id));
    }
    return "INSERT INTO %s AS n (%s, %s) SELECT id, %s FROM (%s) AS ends GROUP BY id ORDER BY id"
            .formatted(
                PostgresSql.quoteTable(table.table().name()),
                id,
                sums.stream().map(Sum::quoted).collect(joining(", ")),
                String.join(", ", inserted),
                ends)
        + " ON CONFLICT (%s) DO UPDATE SET %s"
            .formatted(
                id,
                range(sums)
                    .mapToObj(i -> sums.get(i).quoted() + " = " + updated.get(i))
                    .collect(joining(", ")));
  }

  private static String afterwards(Sum sum) {
    return "coalesce(n.%1$s, 0) + excluded.%1$s".formatted(sum.quoted());
  }

  /**
   * Returns the first of two counters unless both are above 0. In that case the expression raises
   * an error that includes the id, by reading an unknown setting. The SQLState of the error marks
   * neither a transient fault nor a fault of a single row.
   */
  private static String unlessBoth(List<String> counters, String id) {
    return "CASE WHEN %1$s > 0 AND %2$s > 0 THEN current_setting(%3$s || %4$s || %5$s)::bigint ELSE %1$s END"
        .formatted(
            counters.get(0),
            counters.get(1),
            PostgresSql.literal(BOTH_ENDS),
            id,
            PostgresSql.literal(BOTH_ENDS_STOP));
  }

  /** Returns the id that the error for an id on both sides names, or null for any other error. */
  static @Nullable String idOnBothSides(SQLException fault) {
    String message = String.valueOf(fault.getMessage());
    int start = message.indexOf(BOTH_ENDS);
    int end = message.lastIndexOf(BOTH_ENDS_STOP);
    return start < 0 || end < 0 ? null : message.substring(start + BOTH_ENDS.length(), end);
  }

  private static IntStream range(List<?> list) {
    return IntStream.range(0, list.size());
  }

  private static String quote(String identifier) {
    return PostgresSql.quote(identifier);
  }
}
