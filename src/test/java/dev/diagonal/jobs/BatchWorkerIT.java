package dev.diagonal.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.metrics.BatchTotals;
import dev.diagonal.internal.metrics.LeaseUse;
import dev.diagonal.internal.metrics.RecordedBatch;
import dev.diagonal.internal.metrics.RunRecorder;
import dev.diagonal.jobs.BatchWorker.Outcome;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class BatchWorkerIT {

  private static final String END_OF_LEASE =
      "UPDATE jobs.aggregation_batches SET lease_until = clock_timestamp() - interval '1 second' WHERE status = 'processing'";

  private static final String READER = "batch_worker_reader";

  private JobDatabase database;

  @BeforeEach
  void create(LocalPostgres postgres) throws Exception {
    database = JobDatabase.create(postgres, "batch_worker");
  }

  @Test
  void everyBatchIsCompletedInOneAttempt() throws Exception {
    planned(1_000, 100);
    assertThat(database.work(WorkSettings.DEFAULT))
        .hasSize(10)
        .allMatch(batch -> batch.rows() == 100 && batch.attempt() == 1 && batch.badRows() == 0);
    assertThat(database.batches("status, attempts, failures, rows_read, bad_rows"))
        .containsOnly("complete 1 0 100 0");
    assertThat(
            database.number(
                "SELECT count(*) FROM jobs.aggregation_batches WHERE worker IS NULL OR lease_until IS NOT NULL OR finished_at < started_at OR error IS NOT NULL"))
        .isZero();
    assertThat(
            database.query(
                """
                SELECT batch_id FROM jobs.aggregation_batches AS b
                WHERE movies <> (SELECT count(*) FROM staging.movie_ratings AS s
                                 WHERE s.batch_id = b.batch_id AND s.attempt = b.attempts)
                """))
        .isEmpty();
    Publication.Published unused = database.publish();
    database.assertExact();
  }

  @Test
  void eightWorkersCompleteEachOf200BatchesOnce() throws Exception {
    planned(20_000, 100);
    database.gateAfterStaging(1);
    CyclicBarrier start = new CyclicBarrier(9);
    List<CompletableFuture<List<ProcessedBatch>>> workers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      workers.add(
          async(
              () -> {
                start.await();
                return database.work(WorkSettings.DEFAULT);
              }));
    }
    // Whoever is at batch 1 is kept there: the others do the rest, and it does no other.
    try (Connection gate = database.closeGate()) {
      start.await();
      database.awaitAtGate(1);
      database.awaitNumber(
          "SELECT count(*) FROM jobs.aggregation_batches WHERE status = 'complete'", 199);
      gate.rollback();
    }
    List<Long> completed =
        workers.stream()
            .flatMap(worker -> worker.join().stream())
            .map(ProcessedBatch::batchId)
            .toList();
    assertThat(completed).hasSize(200).doesNotHaveDuplicates();
    assertThat(database.batches("status, attempts")).hasSize(200).containsOnly("complete 1");
    assertThat(database.number("SELECT count(DISTINCT worker) FROM jobs.aggregation_batches"))
        .isBetween(2L, 8L);
    assertThat(database.number("SELECT sum(rating_count) FROM staging.movie_ratings"))
        .isEqualTo(20_000);
    Publication.Published unused = database.publish();
    database.assertExact();
  }

  @Test
  void oneBatchIsProcessedWhateverTheOthersDo() throws Exception {
    planned(30, 10);
    assertThat(database.process(2)).isEqualTo(Outcome.COMPLETED);
    assertThat(database.process(2)).isEqualTo(Outcome.WAS_COMPLETE);
    assertThat(database.batches("status")).containsExactly("pending", "complete", "pending");
    assertThatThrownBy(() -> database.process(9))
        .hasMessage("batchId must be a batch of jobs.aggregation_batches, got 9");
  }

  @Test
  void workerCannotCompleteAfterItsLeaseEnds() throws Exception {
    planned(10, 10);
    database.gateAfterStaging(1);
    CompletableFuture<Outcome> zombie;
    try (Connection gate = database.closeGate()) {
      zombie = async(() -> database.process(1));
      database.awaitAtGate(1);
      assertThat(database.process(1)).isEqualTo(Outcome.TAKEN);
      database.execute(END_OF_LEASE);
      // The zombie's rows in the staging table are uncommitted, and block no other worker.
      assertThat(database.work(WorkSettings.DEFAULT))
          .singleElement()
          .matches(batch -> batch.attempt() == 2);
      gate.rollback();
    }
    assertThat(zombie.join()).isEqualTo(Outcome.LOST);
    assertThat(database.batches("status, attempts, rows_read")).containsExactly("complete 2 10");
    assertThat(database.query("SELECT DISTINCT attempt FROM staging.movie_ratings"))
        .containsExactly("2");
    Publication.Published unused = database.publish();
    database.assertExact();
  }

  @Test
  void reportsCountRenewedAndLostLeases() throws Exception {
    planned(10, 10);
    database.gateAfterStaging();
    WorkSettings shortLease = WorkSettings.DEFAULT.withLease(Duration.ofMillis(600));
    try (RunRecorder recorder = RunRecorder.start()) {
      CompletableFuture<Outcome> zombie;
      CompletableFuture<List<ProcessedBatch>> slow;
      try (Connection gate = database.closeGate()) {
        zombie = async(() -> database.process(1));
        database.awaitAtGate(1);
        database.execute(END_OF_LEASE);
        slow = async(() -> database.work(shortLease));
        database.awaitAtGate(2);
        database.awaitNumber(
            "SELECT count(*) FROM jobs.aggregation_batches WHERE attempts = 2 AND lease_until > started_at + interval '2 seconds'",
            1);
        gate.rollback();
      }
      assertThat(zombie.join()).isEqualTo(Outcome.LOST);
      assertThat(slow.join()).hasSize(1);
      BatchTotals totals =
          Objects.requireNonNull(recorder.totals().get("job table " + database.tables().batches()));
      assertThat(totals.leases()).isEqualTo(2);
      assertThat(totals.lostLeases()).isEqualTo(1);
      assertThat(totals.retries()).isEqualTo(1);
      assertThat(totals.renewals()).isPositive();
      assertThat(recorder.batches())
          .extracting(RecordedBatch::lease)
          .filteredOn(LeaseUse::lost)
          .containsExactly(new LeaseUse(1, 1, 0, true));
    }
  }

  @Test
  void abandonedLeaseIsLostEvenIfUntaken() throws Exception {
    planned(10, 10);
    database.gateAfterStaging(1);
    CompletableFuture<Outcome> zombie;
    try (Connection gate = database.closeGate()) {
      zombie = async(() -> database.process(1));
      database.awaitAtGate(1);
      database.execute(END_OF_LEASE);
      // Within a run a lease that ended is a failure: it has failed as often as it may.
      assertThat(database.work(WorkSettings.DEFAULT.withMaxAttempts(1))).isEmpty();
      gate.rollback();
    }
    assertThat(zombie.join()).isEqualTo(Outcome.LOST);
    assertThat(database.batches("status, attempts, failures")).containsExactly("failed 1 1");
    assertThat(database.batches("error").get(0))
        .matches("attempt 1 of worker \\d+@.* was not over when its lease ended at .*");
    assertThat(database.number("SELECT count(*) FROM staging.movie_ratings")).isZero();
  }

  @Test
  void lostLeasesCostNextRunNoAttempts() throws Exception {
    planned(20, 10);
    WorkSettings once = WorkSettings.DEFAULT.withMaxAttempts(1);
    database.gateAfterStaging(1);
    CompletableFuture<Outcome> killed;
    try (Connection gate = database.closeGate()) {
      killed = async(() -> database.process(1));
      database.awaitAtGate(1);
      BatchWorker.beginRun(database.target(), database.tables());
      database.execute(END_OF_LEASE);
      assertThat(database.work(once))
          .extracting(ProcessedBatch::batchId, ProcessedBatch::attempt)
          .containsExactly(tuple(2L, 1), tuple(1L, 2));
      gate.rollback();
    }
    assertThat(killed.join()).isEqualTo(Outcome.LOST);
    Publication.Published unused = database.publish();
    database.assertExact();
  }

  @Test
  void workerThatLosesItsClaimContinues() throws Exception {
    planned(60_000, 30_000);
    WorkSettings settings = WorkSettings.DEFAULT.withLease(Duration.ofMillis(300));
    database.gateWhileReading(1, READER);
    CompletableFuture<List<ProcessedBatch>> loser;
    try (Connection gate = database.closeGate()) {
      loser = async(() -> database.as(READER).work(settings));
      database.awaitAtGate(1);
      database.execute(
          "UPDATE jobs.aggregation_batches SET status = 'failed', failures = 1, error = 'given up', lease_until = NULL, finished_at = clock_timestamp() WHERE batch_id = 1");
      assertThat(database.process(1)).isEqualTo(Outcome.COMPLETED);
      // It knows, before it goes on.
      database.awaitNumber(
          "SELECT least(count(*), 1) FROM pg_stat_activity WHERE usename = '%s' AND query LIKE 'UPDATE %% SET lease_until%%' AND state = 'idle' AND query_start > (SELECT finished_at FROM jobs.aggregation_batches WHERE batch_id = 1)"
              .formatted(READER),
          1);
      gate.rollback();
    }
    assertThat(loser.join())
        .extracting(ProcessedBatch::batchId, ProcessedBatch::attempt, ProcessedBatch::rows)
        .containsExactly(tuple(2L, 1, 30_000L));
    assertThat(database.batches("status, attempts, rows_read"))
        .containsExactly("complete 2 30000", "complete 1 30000");
    Publication.Published unused = database.publish();
    database.assertExact();
  }

  @Test
  void waitsForABrieflyLockedBatch() throws Exception {
    planned(10, 10);
    CompletableFuture<Outcome> worker;
    try (Connection other = database.connect()) {
      other.setAutoCommit(false);
      other.createStatement().execute("SELECT 1 FROM jobs.aggregation_batches FOR UPDATE");
      worker = async(() -> database.process(1));
      database.awaitNumber("SELECT count(*) FROM pg_locks WHERE NOT granted", 1);
      other.rollback();
    }
    assertThat(worker.join()).isEqualTo(Outcome.COMPLETED);
  }

  @Test
  void aWorkerMayBeClosedTwice() throws Exception {
    planned(10, 10);
    BatchWorker worker = database.worker(WorkSettings.DEFAULT);
    assertThat(worker.processBatch(1, (batch, badRows) -> {})).isEqualTo(Outcome.COMPLETED);
    worker.close();
    assertThatCode(worker::close).doesNotThrowAnyException();
  }

  @Test
  void renewsLeaseOfLiveWorker() throws Exception {
    planned(10, 10);
    database.gateAfterStaging(1);
    // Whose heartbeats would be conflicts.
    database.execute(
        "ALTER DATABASE batch_worker SET default_transaction_isolation = 'repeatable read'");
    CompletableFuture<List<ProcessedBatch>> slow;
    try (Connection gate = database.closeGate()) {
      slow = async(() -> database.work(WorkSettings.DEFAULT.withLease(Duration.ofMillis(600))));
      database.awaitAtGate(1);
      database.awaitNumber(
          "SELECT count(*) FROM jobs.aggregation_batches WHERE lease_until > started_at + interval '2 seconds'",
          1);
      assertThat(database.process(1)).isEqualTo(Outcome.TAKEN);
      gate.rollback();
    }
    assertThat(slow.join()).singleElement().matches(batch -> batch.attempt() == 1);
  }

  @Test
  void statusShowsTheOldestLease() throws Exception {
    planned(20, 10);
    database.gateAfterStaging(1);
    CompletableFuture<Outcome> worker;
    try (Connection gate = database.closeGate()) {
      worker = async(() -> database.process(1));
      database.awaitAtGate(1);
      JobStatus.Lease lease = Objects.requireNonNull(status().oldestLease());
      assertThat(lease.batchId()).isEqualTo(1);
      assertThat(database.batches("worker").get(0)).isEqualTo(lease.worker());
      assertThat(lease.age()).isGreaterThanOrEqualTo(Duration.ZERO);
      assertThat(lease.left()).isBetween(Duration.ofMillis(1), Duration.ofMinutes(1));
      gate.rollback();
    }
    assertThat(worker.join()).isEqualTo(Outcome.COMPLETED);
    assertThat(status().oldestLease()).isNull();
    assertThat(status().incomplete()).isEqualTo(1);
  }

  private JobStatus status() throws Exception {
    return JobStatus.of(database.target(), database.tables());
  }

  @Test
  void jobTableKeepsStartOfLongReasons() throws Exception {
    planned(10, 10);
    database.execute(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'refused %', repeat('x', 3000); END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON staging.movie_ratings
          FOR EACH STATEMENT EXECUTE FUNCTION refuse();
        """);
    assertThat(database.process(1)).isEqualTo(Outcome.FAILED);
    assertThat(database.query("SELECT error FROM jobs.aggregation_batches"))
        .singleElement()
        .asString()
        .contains("refused xxx")
        .endsWith("x…")
        .hasSize(1_001);
  }

  @Test
  void workersWaitForBatchesThatOthersMayRelease() throws Exception {
    planned(10, 10);
    database.gateAfterStaging(1);
    CompletableFuture<Outcome> first;
    CompletableFuture<List<ProcessedBatch>> second;
    try (Connection gate = database.closeGate()) {
      first = async(() -> database.process(1));
      database.awaitAtGate(1);
      second = async(() -> database.work(WorkSettings.DEFAULT));
      database.awaitNumber(
          "SELECT count(*) FROM pg_stat_activity WHERE datname = 'batch_worker' AND application_name = 'diagonal' AND query = 'COMMIT'",
          1);
      assertThat(second).isNotDone();
      terminateAtGate();
      gate.rollback();
    }
    assertThat(first.join()).isEqualTo(Outcome.FAILED);
    assertThat(second.join()).singleElement().matches(batch -> batch.attempt() == 2);
  }

  @Test
  void terminatedSessionFailsOnlyItsBatch() throws Exception {
    planned(50, 10);
    WorkSettings once = WorkSettings.DEFAULT.withMaxAttempts(1);
    CompletableFuture<List<ProcessedBatch>> worker;
    database.gateWhileReading(6, READER);
    try (Connection gate = database.closeGate()) {
      worker = async(() -> database.as(READER).work(once));
      database.awaitAtGate(1);
      terminateAtGate();
      gate.rollback();
    }
    assertThat(worker.join()).hasSize(4);
    assertThat(database.batches("status")).startsWith("failed").hasSize(5);
    assertThat(database.batches("error").get(0))
        // What the server said last may be lost with the connection.
        .matches(
            "FATAL: terminating connection due to administrator command|Database connection failed when reading from copy: .*");
    assertThat(database.number("SELECT count(*) FROM staging.movie_ratings WHERE batch_id = 1"))
        .isZero();
    assertThatThrownBy(database::publish)
        .hasMessage(
            "1 of the 5 batches of jobs.aggregation_batches are not complete; nothing is published");

    BatchWorker.beginRun(database.target(), database.tables());
    assertThat(database.work(once)).singleElement().matches(batch -> batch.batchId() == 1);
    Publication.Published unused = database.publish();
    database.assertExact();
  }

  @Test
  void stagingErrorsAreReportedAndARerunFinishes() throws Exception {
    planned(500, 100);
    database.execute(
        "ALTER TABLE staging.movie_ratings ADD CONSTRAINT no_room CHECK (batch_id <> 3 OR movie_id < 90)");
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(4);
    assertThat(database.batches("status, attempts, failures"))
        .containsExactly(
            "complete 1 0", "complete 1 0", "failed 3 3", "complete 1 0", "complete 1 0");
    assertThat(database.query("SELECT error FROM jobs.aggregation_batches WHERE batch_id = 3"))
        .singleElement()
        .asString()
        .contains("new row for relation \"movie_ratings\" violates check constraint \"no_room\"")
        .doesNotContain("Failing row");
    assertThat(database.number("SELECT count(*) FROM staging.movie_ratings WHERE batch_id = 3"))
        .isZero();
    assertThat(database.work(WorkSettings.DEFAULT)).isEmpty();

    database.execute("ALTER TABLE staging.movie_ratings DROP CONSTRAINT no_room");
    BatchWorker.beginRun(database.target(), database.tables());
    assertThat(database.work(WorkSettings.DEFAULT))
        .containsExactly(new ProcessedBatch(3, 4, 100, 0, 97));
    Publication.Published unused = database.publish();
    database.assertExact();
  }

  @Test
  void invalidRatingFailsItsBatchAndIsNamed() throws Exception {
    planned(50, 10);
    makeBad();
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(3);
    // Trying again would be of no use.
    assertThat(database.batches("status, attempts"))
        .containsExactly("complete 1", "failed 1", "complete 1", "failed 1", "complete 1");
    assertThat(
            database.query(
                "SELECT error FROM jobs.aggregation_batches WHERE status = 'failed' ORDER BY batch_id"))
        .containsExactly(
            "2 bad record(s), the first: row 16 of public.ratings: the movie is null",
            "1 bad record(s), the first: row 52 of public.ratings: the rating is beyond 1,000,000 or has more than 3 fraction digits");
  }

  @Test
  void invalidRatingsAreSkippedAndReportedOnRequest() throws Exception {
    planned(50, 10);
    makeBad();
    List<DeadLetter> reported = new ArrayList<>();
    List<ProcessedBatch> completed = new ArrayList<>();
    try (BatchWorker worker = database.worker(WorkSettings.DEFAULT.skippingBadRows(2))) {
      worker.processAll(
          (batch, badRows) -> {
            completed.add(batch);
            reported.addAll(badRows);
          });
    }
    assertThat(completed).hasSize(5);
    assertThat(reported)
        .extracting(DeadLetter::record, DeadLetter::reason)
        .containsExactly(
            tuple("16", "row 16 of public.ratings: the movie is null"),
            tuple("18", "row 18 of public.ratings: the rating is null"),
            tuple(
                "52",
                "row 52 of public.ratings: the rating is beyond 1,000,000 or has more than 3 fraction digits"));
    assertThat(database.batches("status, rows_read, bad_rows"))
        .containsExactly(
            "complete 10 0", "complete 10 2", "complete 10 0", "complete 10 1", "complete 10 0");
    // A recount finds as many rows as were read.
    assertThat(database.plan(10)).isEqualTo(new BatchPlan.Planned(0, 0, 0));
    Publication.Published unused = database.publish();
    database.execute("DELETE FROM ratings WHERE rating_id IN (16, 18, 52)");
    database.assertExact();
  }

  @Test
  void tooManyBadRowsFailTheBatch() throws Exception {
    planned(50, 10);
    makeBad();
    assertThat(database.work(WorkSettings.DEFAULT.skippingBadRows(1))).hasSize(4);
    assertThat(database.batches("status"))
        .containsExactly("complete", "failed", "complete", "complete", "complete");
  }

  @Test
  void skippingZeroBadRowsIsNotSkipping() throws Exception {
    planned(50, 10);
    makeBad();
    assertThat(database.work(WorkSettings.DEFAULT.skippingBadRows(0))).hasSize(3);
    assertThat(database.batches("status, attempts, coalesce(error, '')"))
        .contains(
            "failed 1 2 bad record(s), the first: row 16 of public.ratings: the movie is null");
  }

  private void makeBad() throws Exception {
    database.execute(
        """
        ALTER TABLE ratings ALTER movie_id DROP NOT NULL, ALTER rating DROP NOT NULL,
          ALTER rating TYPE numeric;
        UPDATE ratings SET movie_id = NULL WHERE rating_id = 16;
        UPDATE ratings SET rating = NULL WHERE rating_id = 18;
        UPDATE ratings SET rating = 0.0001 WHERE rating_id = 52;
        """);
  }

  private void terminateAtGate() throws Exception {
    assertThat(
            database.query(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4243 AND NOT granted"))
        .containsExactly("t");
  }

  private void planned(int ratings, int batchRows) throws Exception {
    database.withRatings(ratings);
    assertThat(database.plan(batchRows).rows()).isEqualTo(ratings);
  }

  private interface Call<T> {
    T run() throws Exception;
  }

  private static <T> CompletableFuture<T> async(Call<T> call) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return call.run();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        task -> new Thread(task).start());
  }
}
