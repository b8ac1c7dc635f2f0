package dev.diagonal.jdbc.relationships;

import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.relationships.EndTable.Total;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One table of ends and what new relationships add to its rows. If both ends share a table, it
 * covers both.
 *
 * @param table the table, with all columns that it is created with
 * @param id the column of the id
 * @param sums the counter of each end, then the totals
 */
record EndSums(Table table, Column id, List<Sum> sums) {

  static final String SOURCE = "source";
  static final String TARGET = "target";

  /**
   * A column of the table and what is added to it.
   *
   * @param column its name
   * @param type its SQL type
   * @param end the end whose ids it is summed for: {@link #SOURCE} or {@link #TARGET}
   * @param value what one new relationship adds: 1, or a column of the rows that {@code RETURNING}
   *     returns
   * @param of the column of the relationship that is summed, or null for a counter
   */
  record Sum(String column, String type, String end, String value, @Nullable String of) {

    boolean isCounter() {
      return of == null;
    }

    String quoted() {
      return PostgresSql.quote(column);
    }
  }

  EndSums {
    sums = List.copyOf(sums);
  }

  /** Returns the tables of ends, one or two. */
  static List<EndSums> of(RelationshipTables tables) {
    List<Table> ends = tables.endTables();
    List<Sum> ofSources = sums(tables.sources(), SOURCE, "source_value");
    List<Sum> ofTargets = sums(tables.targets(), TARGET, "target_value");
    if (!tables.isOneTable()) {
      return List.of(of(ends.get(0), ofSources), of(ends.get(1), ofTargets));
    }
    // Counters go first: `unlessBoth` reads positions 0 and 1.
    List<Sum> both = new ArrayList<>(List.of(ofSources.get(0), ofTargets.get(0)));
    both.addAll(ofSources.subList(1, ofSources.size()));
    both.addAll(ofTargets.subList(1, ofTargets.size()));
    return List.of(of(ends.get(0), both));
  }

  private static EndSums of(Table table, List<Sum> sums) {
    return new EndSums(table, table.keyColumns().get(0), sums);
  }

  private static List<Sum> sums(EndTable table, String end, String value) {
    Sum counter = new Sum(table.counter(), "bigint", end, "1", null);
    Total total = table.total();
    return total == null
        ? List.of(counter)
        : List.of(counter, new Sum(total.column(), total.type(), end, value, total.of()));
  }

  /** Returns the columns that the table is created with but that are never written. */
  List<Column> further() {
    List<String> written = sums.stream().map(Sum::column).toList();
    return table.otherColumns().stream()
        .filter(column -> !written.contains(column.name()))
        .toList();
  }

  /** Returns the ends that this table counts. */
  List<String> ends() {
    return sums.stream().map(Sum::end).distinct().toList();
  }

  /**
   * Returns a query for what each new relationship adds: {@code id}, {@code v0}, {@code v1}, …
   *
   * @param added the name of the new relationships
   */
  String endsOf(String added) {
    return endsOf(added, "");
  }

  /**
   * Returns the query of {@link #endsOf(String)} for some of the ends.
   *
   * @param condition a WHERE clause on {@code %1$s}, the column of the end; empty for all
   */
  String endsOf(String added, String condition) {
    return ends().stream()
        .map(
            end ->
                "SELECT %s AS id, %s FROM %s".formatted(end, valuesAt(end), added)
                    + condition.formatted(end))
        .collect(joining(" UNION ALL "));
  }

  private String valuesAt(String end) {
    return IntStream.range(0, sums.size())
        .mapToObj(i -> (sums.get(i).end().equals(end) ? sums.get(i).value() : "0") + " AS v" + i)
        .collect(joining(", "));
  }
}
