package dev.diagonal.pipelines.edges;

import dev.diagonal.grid.Grid;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.internal.transfer.ValueRow;
import dev.diagonal.internal.transfer.ValueRows;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.List;

/**
 * The grids that separate conflicting rows of a statement.
 *
 * @param tableSize the number of rows and columns of a grid
 */
record StatementGrids(LoadEdgesOptions options, ScheduleKind kind, int tableSize) {

  /**
   * Returns the grid of edges.
   *
   * @throws UsageException if the input lacks a column that the options name
   */
  Grid<ValueRow> edges(ValueRows rows) {
    List<String> names = rows.names();
    if (kind == ScheduleKind.COMPONENTS) {
      int column = position(String.valueOf(options.getComponentColumn()), names);
      return Grid.components(tableSize, row -> row.get(column));
    }
    int source = position(options.getSourceColumn(), names);
    int target = position(options.getTargetColumn(), names);
    Grid.Ends ends =
        kind == ScheduleKind.BIPARTITE ? Grid.bipartite(tableSize) : Grid.monopartite(tableSize);
    return ends.by(row -> row.get(source), row -> row.get(target));
  }

  /**
   * Returns the grid of nodes. Batches that run at the same time share no id, even if an id occurs
   * twice. They take the same locks as edges that have the id at either end.
   */
  Grid<ValueRow> nodes() {
    return Grid.monopartite(tableSize).by(row -> row.get(0), row -> row.get(0));
  }

  private static int position(String column, List<String> names) {
    int named = names.indexOf(column);
    if (named >= 0) {
      return named;
    }
    if (column.matches("[1-9][0-9]{0,3}") && Integer.parseInt(column) <= names.size()) {
      return Integer.parseInt(column) - 1;
    }
    throw new UsageException(
        "the input has no column '%s': its columns are %s"
            .formatted(column, String.join(", ", names)));
  }
}
