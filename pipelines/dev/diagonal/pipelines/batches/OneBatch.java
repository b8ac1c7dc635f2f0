package dev.diagonal.pipelines.batches;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.jobs.BatchesFailedException;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.BatchWorker;
import dev.diagonal.jobs.JobStatus;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.run.OutputRuns;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.textfile.WriteDeadLetters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.values.PCollection;

/** Processes the batch of {@code --batchId} in this process. */
final class OneBatch {

  private final RatingBatchesOptions options;
  private final JdbcTarget database;
  private final RatingBatchesRequest request;
  private final List<DeadLetter> badRows = new ArrayList<>();

  OneBatch(RatingBatchesOptions options, JdbcTarget database, RatingBatchesRequest request) {
    this.options = options;
    this.database = database;
    this.request = request;
  }

  /** Returns how many of its rows were left out. */
  long badRows() {
    return badRows.size();
  }

  /**
   * Processes the batch, and writes its bad rows to the file of dead letters, if there is one.
   *
   * @return the report, one line per fact
   * @throws BatchesFailedException if it is not complete afterwards
   */
  List<String> process() throws Exception {
    List<String> done = new ArrayList<>();
    try (BatchWorker worker = new BatchWorker(database, request.tables(), request.settings())) {
      BatchWorker.Outcome outcome = process(worker, done);
      writeBadRows();
      switch (outcome) {
        case COMPLETED -> {}
        case WAS_COMPLETE -> say(done, "batch %s: was already complete", options.getBatchId());
        case TAKEN ->
            throw new BatchesFailedException(
                request.tables(),
                options.getBatchId(),
                "another worker is processing it, and its lease has not ended");
        case LOST ->
            throw new BatchesFailedException(
                request.tables(),
                options.getBatchId(),
                "its lease ended, and another worker took it");
        case FAILED ->
            throw new BatchesFailedException(
                request.tables(),
                1,
                JobStatus.failureOf(database, request.tables(), options.getBatchId()).stream()
                    .toList());
      }
    }
    return done;
  }

  private BatchWorker.Outcome process(BatchWorker worker, List<String> done) throws Exception {
    try {
      return worker.processBatch(
          options.getBatchId(),
          (batch, skipped) -> {
            say(
                done,
                "batch %d: complete, %,d ratings of %,d movies, %,d bad, attempt %d",
                batch.batchId(),
                batch.rows(),
                batch.movies(),
                batch.badRows(),
                batch.attempt());
            badRows.addAll(skipped);
          });
    } catch (IllegalArgumentException e) {
      throw new UsageException("--batchId: " + e.getMessage(), e);
    }
  }

  /** Writes the bad rows in the format and order of a pipeline. */
  private void writeBadRows() {
    String file = options.getBadRecords();
    if (file == null) {
      return;
    }
    Pipeline pipeline = Pipeline.create(options);
    PCollection<Written> unused =
        pipeline
            .apply(
                "Bad rows",
                Create.of(badRows.stream().map(DeadLetter::toBadRecord).toList())
                    .withCoder(BadRecord.getCoder(pipeline)))
            .apply(
                "Dead letters",
                WriteDeadLetters.to(file, options.getMaxBadRecords())
                    .withRun(OutputRuns.of(options)));
    Runners.Read unusedToo = Runners.runToItsEnd(pipeline);
  }

  private static void say(List<String> done, String line, Object... values) {
    done.add(String.format(Locale.ROOT, line, values));
  }
}
