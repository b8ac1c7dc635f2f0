package dev.diagonal.pipelines.edges;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.jdbc.relationships.StatementFiles;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.transfer.ValueRow;
import dev.diagonal.internal.transfer.ValueRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.statement.RunStatement;
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
   * Lets the database parse the statement, creates the slot locks, and refuses changed files.
   *
   * @param files the files of the rows; null if they come from a query
   * @param schema Diagonal's schema, if the database is PostgreSQL
   * @throws BadInputException if a file has changed since its rows were written
   */
  void prepare(@Nullable InputFiles files, InternalSchema schema) throws Exception {
    statement.prepare();
    if (files != null && comparesFiles()) {
      StatementFiles.of(database, schema).compare(files);
    }
  }

  /** Returns whether a changed file would have rows that the statement takes for earlier ones. */
  boolean comparesFiles() {
    return rows.havePlaces() && statement.uses(ValueRows.PLACE);
  }
}
