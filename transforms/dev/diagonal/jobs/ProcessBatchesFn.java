package dev.diagonal.jobs;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;

/** Runs one worker per element. */
final class ProcessBatchesFn extends DoFn<Integer, ProcessedBatch> {

  private final JdbcTarget database;
  private final JobTables tables;
  private final WorkSettings settings;
  private final boolean tellsBadRows;
  private transient BatchWorker worker;

  ProcessBatchesFn(
      JdbcTarget database, JobTables tables, WorkSettings settings, boolean tellsBadRows) {
    this.database = database;
    this.tables = tables;
    this.settings = settings;
    this.tellsBadRows = tellsBadRows;
  }

  @Setup
  public void setup() {
    worker = new BatchWorker(database, tables, settings);
  }

  @ProcessElement
  public void work(ProcessContext context) throws SQLException, InterruptedException {
    worker.processAll((batch, badRows) -> completed(batch, badRows, context));
  }

  private void completed(ProcessedBatch batch, List<DeadLetter> badRows, ProcessContext context) {
    context.output(batch);
    if (tellsBadRows) {
      badRows.forEach(row -> context.output(BadRecordRouter.BAD_RECORD_TAG, row.toBadRecord()));
    }
    Counted.ROWS_READ.add(batch.rows() - batch.badRows());
    Counted.BAD_RECORDS.add(batch.badRows());
    Counted.BATCHES_WRITTEN.add(1);
    Counted.ROWS_WRITTEN.add(batch.movies());
  }

  @Teardown
  public void teardown() {
    worker.close();
  }
}
