package dev.diagonal.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Runner;
import dev.diagonal.textfile.WriteDeadLetters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The transform in a pipeline of its user's. */
@ExtendWith(PostgresExtension.class)
final class ProcessBatchesIT {

  private JobDatabase database;

  @BeforeEach
  void create(LocalPostgres postgres) throws Exception {
    database = JobDatabase.create(postgres, "process_batches");
  }

  @ParameterizedTest
  @EnumSource
  void everyBatchThatWasCompletedIsAnElement(Runner runner) throws Exception {
    database.withRatings(1_000);
    assertThat(database.plan(150).batches()).isEqualTo(7);
    assertThat(database.process(4)).isEqualTo(BatchWorker.Outcome.COMPLETED);
    TestPipeline pipeline = runner.pipeline();
    PCollection<ProcessedBatch> completed =
        pipeline.apply(ProcessBatches.in(database.target(), database.tables()).withWorkers(5));
    List<ProcessedBatch> expected = new ArrayList<>();
    for (long batchId : new long[] {1, 2, 3, 5, 6}) {
      expected.add(new ProcessedBatch(batchId, 1, 150, 0, 97));
    }
    expected.add(new ProcessedBatch(7, 1, 100, 0, 97));
    PAssert.that(completed).containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();
    assertThat(database.publish().batches()).isEqualTo(7);
    database.assertExact();
  }

  @Test
  void nextRunRetriesFailedBatches() throws Exception {
    database.withRatings(100);
    assertThat(database.plan(50).batches()).isEqualTo(2);
    database.execute(
        "ALTER TABLE staging.movie_ratings ADD CONSTRAINT no_room CHECK (batch_id <> 2)");
    run(new ProcessedBatch(1, 1, 50, 0, 50));
    assertThat(database.batches("status, attempts")).containsExactly("complete 1", "failed 1");
    database.execute("ALTER TABLE staging.movie_ratings DROP CONSTRAINT no_room");
    run();
    BatchWorker.beginRun(database.target(), database.tables());
    run(new ProcessedBatch(2, 2, 50, 0, 50));
  }

  private void run(ProcessedBatch... expected) {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<ProcessedBatch> completed =
        pipeline.apply(
            ProcessBatches.in(database.target(), database.tables())
                .withWorkers(1)
                .with(WorkSettings.DEFAULT.withMaxAttempts(1)));
    PAssert.that(completed).containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void badRowsGoToTheHandler(@TempDir Path directory) throws Exception {
    database.withRatings(100);
    database.execute(
        "ALTER TABLE ratings ALTER rating DROP NOT NULL; UPDATE ratings SET rating = NULL WHERE rating_id IN (1, 150)");
    assertThat(database.plan(50).batches()).isEqualTo(2);
    Path file = directory.resolve("bad.jsonl");
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    try (BadRecordErrorHandler<PCollection<Written>> handler =
        pipeline.registerBadRecordErrorHandler(WriteDeadLetters.to(file.toString(), 10))) {
      PCollection<ProcessedBatch> completed =
          pipeline.apply(
              ProcessBatches.in(database.target(), database.tables())
                  .withBadRecordErrorHandler(handler, 1));
      PAssert.that(completed)
          .containsInAnyOrder(
              new ProcessedBatch(1, 1, 50, 1, 49), new ProcessedBatch(2, 1, 50, 1, 49));
    }
    pipeline.run().waitUntilFinish();
    assertThat(Files.readAllLines(file))
        .hasSize(2)
        .anyMatch(line -> line.contains("row 1 of public.ratings: the rating is null"))
        .anyMatch(line -> line.contains("row 150 of public.ratings: the rating is null"));
  }
}
