package dev.diagonal.pipelines.edges;

import dev.diagonal.files.InputFiles;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.transfer.ValueRow;
import dev.diagonal.internal.transfer.ValueRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.statement.RunStatement;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rows, the statement that is run for them, and the grid that separates conflicting ones. */
record StatementLoad(
    JdbcTarget database, ValueRows rows, RunStatement<ValueRow> statement, Grid<ValueRow> grid) {

  /**
   * @param option the option that names the file of the statement
   * @throws UsageException if the statement is invalid, or the rows lack one of its parameters
   */
  static StatementLoad of(
      JdbcTarget database, ValueRows rows, String text, String option, Grid<ValueRow> grid) {
    try {
      return new StatementLoad(
          database, rows, RunStatement.in(database, text, rows.parameters()).withLocks(grid), grid);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--%s: %s".formatted(option, e.getMessage()), e);
    }
  }

  /**
   * Returns the files that must not have changed.
   *
   * @param files the files of the rows; null if they come from a query
   */
  Stream<InputFile> compared(@Nullable InputFiles files) {
    return files != null && comparesFiles() ? files.files().stream() : Stream.empty();
  }

  /** Returns whether a changed file would have rows that the statement takes for earlier ones. */
  boolean comparesFiles() {
    return rows.havePlaces() && statement.uses(ValueRows.PLACE);
  }
}
