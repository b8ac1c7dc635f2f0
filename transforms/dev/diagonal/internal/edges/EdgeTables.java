package dev.diagonal.internal.edges;

import dev.diagonal.internal.edges.Edge.IdKind;
import dev.diagonal.jdbc.relationships.EndTable;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The tables of edges in PostgreSQL: {@code edges(edge_id, source, target, further columns)} and
 * {@code nodes(id, out_degree, in_degree)}.
 */
public final class EdgeTables {

  private EdgeTables() {}

  /**
   * Returns the tables of edges of a format: ids as {@code bigint} or {@code text}, the edge id as
   * {@code uuid} if it is the place of a line, further columns as {@code text}. A column given by
   * position is named {@code column_<position>}.
   *
   * @throws IllegalArgumentException if a further column has the name of one of the first three, or
   *     an invalid name
   */
  public static RelationshipTables of(EdgeFormat format, String edgesTable, String nodesTable) {
    return of(format, edgesTable, nodesTable, nodesTable);
  }

  /**
   * Returns the tables of {@link #of(EdgeFormat, String, String)}, with a separate table for
   * targets.
   */
  public static RelationshipTables of(
      EdgeFormat format, String edgesTable, String sourcesTable, String targetsTable) {
    String ends = (format.textIds() ? IdKind.TEXT : IdKind.NUMBER).sqlType();
    List<Column> columns = new ArrayList<>();
    columns.add(Column.key("edge_id", format.idKind().sqlType()));
    columns.add(Column.of("source", ends));
    columns.add(Column.of("target", ends));
    for (String column : format.columns()) {
      boolean position = EdgeFormat.position(column) != null;
      columns.add(Column.of(position ? "column_" + column : column, "text"));
    }
    return new RelationshipTables(
        new Table(edgesTable, columns),
        "source",
        "target",
        EndTable.of(sourcesTable, "id", "out_degree"),
        EndTable.of(targetsTable, "id", "in_degree"));
  }

  /** Returns a binder for rows of the table of edges. */
  public static RowBinder<Edge> binder() {
    return (edge, values) -> {
      switch (edge.idKind()) {
        case PLACE -> values.putUuid((UUID) edge.id());
        case NUMBER -> values.putLong((Long) edge.id());
        case TEXT -> values.putText((String) edge.id());
      }
      if (edge.isNamed()) {
        values.putText((String) edge.source()).putText((String) edge.target());
      } else {
        values.putLong(edge.sourceNumber()).putLong(edge.targetNumber());
      }
      edge.columns().forEach(values::putText);
    };
  }
}
