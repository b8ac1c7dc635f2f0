package dev.diagonal.pipelines.batches;

import dev.diagonal.files.InputFiles;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.internal.jobs.schema.JobSchemaCheck;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.dryrun.ShownRows;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --dryRun} finds in the database and the input of {@link RatingBatches}. It changes
 * nothing.
 *
 * @param input the files of the step load, or null
 * @param skipped which lines of the files are not records
 */
record RatingBatchesDryRun(
    RatingBatchesOptions options,
    RatingBatchesRequest request,
    JdbcTarget database,
    @Nullable InputFiles input,
    SkippedLines skipped) {

  /** Adds what the tables are, the first rows, and what the run would fail with. */
  void report(Findings findings) throws InterruptedException {
    JobTables tables = request.tables();
    InputFiles files = input;
    boolean reached = findings.check(() -> "server:  " + new TableCheck(database).server());
    if (reached && !request.steps().equals(EnumSet.of(BatchStep.STATUS))) {
      boolean unused =
          findings.check(
              () ->
                  "tables:  "
                      + new JobSchemaCheck(database, tables)
                          .look(files != null, options.getOnePerUserAndMovie()));
      if (files != null) {
        LoadStep load = new LoadStep(options, skipped, database, tables);
        boolean unusedToo = findings.check(() -> "files:   " + load.look(files));
      }
    }
    if (files != null) {
      findings.rows(
          "the input",
          () ->
              ShownRows.of(
                  List.of(tables.userColumn(), tables.movieColumn(), tables.ratingColumn()),
                  LoadStep.firstRecords(options, files, request.formatIn(files, skipped))));
    }
  }
}
