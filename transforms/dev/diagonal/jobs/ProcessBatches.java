package dev.diagonal.jobs;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.block.SpreadParts;
import dev.diagonal.internal.fault.DeadLetterOutput;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Processes the batches of a job table, and emits those that it completes, in the global window and
 * in no order.
 *
 * <p>The elements that the runner distributes are not batches but {@link BatchWorker}s. Each
 * processes batches until none is left and none can become available, so a batch whose worker has
 * died is processed in the same run. Any number of pipelines may process one job table.
 *
 * <p>A batch that keeps failing does not fail the pipeline: it stays failed in the job table, which
 * {@link JobStatus} reads. A database that cannot be reached does fail it. Batches that failed in
 * an earlier run are retried only after {@link BatchWorker#beginRun}; call that once, before the
 * pipeline runs.
 *
 * <p>A bad row is reported once, when its batch is complete: if the pipeline fails after that, the
 * handler may not receive it. The job table counts the rows that were left out ({@link
 * JobStatus#badRows}). The limit here is per batch; {@link Publication#publish(JdbcTarget,
 * JobTables, boolean, long)} takes a limit for all batches together.
 *
 * <p>Counts {@code rows_read}, {@code bad_records}, {@code batches_written} and {@code
 * rows_written}, per batch.
 */
public final class ProcessBatches extends PTransform<PBegin, PCollection<ProcessedBatch>> {

  private static final int DEFAULT_WORKERS = 32;

  private final JdbcTarget database;
  private final JobTables tables;
  private final WorkSettings settings;
  private final int workers;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private ProcessBatches(
      JdbcTarget database,
      JobTables tables,
      WorkSettings settings,
      int workers,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.database = database;
    this.tables = tables;
    this.settings = settings;
    this.workers = workers;
    this.errorHandler = errorHandler;
  }

  /**
   * Processes the batches planned in the job table of {@code tables}, which must exist: see {@link
   * CreateJobTables#ifMissing} and {@link BatchPlan#plan}.
   */
  public static ProcessBatches in(JdbcTarget database, JobTables tables) {
    return new ProcessBatches(database, tables, WorkSettings.DEFAULT, DEFAULT_WORKERS, null);
  }

  /** Sets lease, attempts and bad rows; {@link WorkSettings#DEFAULT} by default. */
  public ProcessBatches with(WorkSettings settings) {
    return new ProcessBatches(database, tables, settings, workers, errorHandler);
  }

  /**
   * Sets how many workers the runner distributes; 32 by default. Use about 16 per slot: a runner
   * that distributes unevenly then still keeps all of its slots busy. A worker that starts when no
   * batch is left costs one query.
   *
   * @throws IllegalArgumentException if {@code workers} is below 1
   */
  public ProcessBatches withWorkers(int workers) {
    checkArgument(workers >= 1, "workers must be >= 1, got %s", workers);
    return new ProcessBatches(database, tables, settings, workers, errorHandler);
  }

  /** Skips bad rows, up to {@code maxBadRows} per batch, and sends them to a handler. */
  public ProcessBatches withBadRecordErrorHandler(
      ErrorHandler<BadRecord, ?> errorHandler, long maxBadRows) {
    return new ProcessBatches(
        database, tables, settings.skippingBadRows(maxBadRows), workers, errorHandler);
  }

  @Override
  public PCollection<ProcessedBatch> expand(PBegin input) {
    TupleTag<ProcessedBatch> completed = new TupleTag<>() {};
    PCollectionTuple processed =
        input
            .apply("Workers", SpreadParts.of(new Numbers(workers), VarIntCoder.of()))
            .apply(
                "Work",
                ParDo.of(new ProcessBatchesFn(database, tables, settings, errorHandler != null))
                    .withOutputTags(completed, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(processed, errorHandler);
    return processed.get(completed).setCoder(ProcessedBatch.coder());
  }

  /** The numbers of the workers. */
  private record Numbers(int workers) implements SpreadParts.Finder<Integer> {
    @Override
    public List<Integer> find() {
      return IntStream.range(0, workers).boxed().toList();
    }
  }
}
