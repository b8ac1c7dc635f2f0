package dev.diagonal.pipelines.edges;

import dev.diagonal.grid.Grid;
import dev.diagonal.internal.transfer.ValueRow;
import dev.diagonal.internal.transfer.ValueRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.statement.RunStatement;

/** Rows, the statement that is run for them, and the grid that separates conflicting ones. */
record StatementLoad(ValueRows rows, RunStatement<ValueRow> statement, Grid<ValueRow> grid) {

  /**
   * @param option the option that names the file of the statement
   * @throws UsageException if the statement is invalid, or the rows lack one of its parameters
   */
  static StatementLoad of(
      JdbcTarget database, ValueRows rows, String text, String option, Grid<ValueRow> grid) {
    try {
      return new StatementLoad(
          rows, RunStatement.in(database, text, rows.parameters()).withLocks(grid), grid);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--%s: %s".formatted(option, e.getMessage()), e);
    }
  }
}
