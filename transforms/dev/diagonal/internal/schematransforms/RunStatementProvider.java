package dev.diagonal.internal.schematransforms;

import static dev.diagonal.internal.schematransforms.Settings.required;

import dev.diagonal.grid.Grid;
import dev.diagonal.jdbc.SchemaRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.statement.RowParameters;
import dev.diagonal.statement.RunStatement;
import java.sql.SQLException;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** {@link dev.diagonal.conflictfree.WriteConflictFree} with {@link RunStatement}. */
public final class RunStatementProvider extends Provider {

  public RunStatementProvider() {
    super(
        "run_statement",
        "Runs a statement of SQL or Cypher for batches of rows with two ends, in parallel"
            + " transactions that never share an id. Emits one row per committed transaction.",
        true,
        ConflictFree.and(
            required(
                "statement",
                "The statement; running it twice must have the same effect as running it once. Cypher"
                    + " takes a list of maps, $rows. SQL names fields as :field: arrays of a batch's values in"
                    + " PostgreSQL, single values elsewhere.")));
  }

  @Override
  PCollection<Row> apply(
      PCollectionRowTuple input, Settings settings, @Nullable ErrorHandler<BadRecord, ?> errors)
      throws SQLException {
    PCollection<Row> rows = input.get(INPUT);
    Schema schema = rows.getSchema();
    JdbcTarget database = Database.of(settings);
    Grid<ShownRow> grid = ConflictFree.grid(settings, schema, settings.flag("bipartite", false));
    RowParameters<ShownRow> parameters =
        new RowParameters<>(SchemaRows.table("rows", schema).columns(), ShownRow.binder(schema));
    RunStatement<ShownRow> statement =
        RunStatement.in(database, settings.text("statement"), parameters).withLocks(grid);
    statement.prepare();
    return ConflictFree.write(rows, settings, grid, statement, errors);
  }
}
