package dev.diagonal.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.jobs.BatchPlan.Planned;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class BatchPlanIT {

  private static final String INSERT =
      "INSERT INTO ratings (user_id, movie_id, rating) VALUES (-1, 5, 2.5)";

  private JobDatabase database;

  @BeforeEach
  void create(LocalPostgres postgres) throws Exception {
    database = JobDatabase.create(postgres, "batch_plan");
  }

  @Test
  void batchesHaveExactSizesDespiteGaps() throws Exception {
    database.withRatings(1_000);
    assertThat(database.plan(64)).isEqualTo(new Planned(16, 1_000, 0));
    assertThat(
            database.query(
                """
                SELECT batch_id, count(r.rating_id), planned_rows,
                       lower_id - coalesce(lag(upper_id) OVER (ORDER BY batch_id), 0)
                FROM jobs.aggregation_batches
                JOIN ratings AS r ON rating_id BETWEEN lower_id AND upper_id
                GROUP BY batch_id, planned_rows ORDER BY batch_id
                """))
        .hasSize(16)
        .startsWith("1 64 64 1", "2 64 64 1")
        .endsWith("15 64 64 1", "16 40 40 1");
  }

  @Test
  void aSecondPlanTakesOnlyWhatIsNew() throws Exception {
    database.withRatings(100);
    assertThat(database.plan(100)).isEqualTo(new Planned(1, 100, 0));
    assertThat(database.plan(10)).isEqualTo(new Planned(0, 0, 0));
    database.addRatings(101, 125);
    assertThat(database.plan(10)).isEqualTo(new Planned(3, 25, 0));
    assertThat(database.batches("batch_id, lower_id, upper_id, planned_rows"))
        .containsExactly("1 1 150 100", "2 151 165 10", "3 166 180 10", "4 181 187 5");
  }

  @Test
  void withoutRatingsThereIsNoBatch() throws Exception {
    database.withRatings(0);
    assertThat(database.plan(10)).isEqualTo(new Planned(0, 0, 0));
    assertThatThrownBy(() -> database.plan(0)).hasMessage("batchRows must be >= 1, got 0");
  }

  @Test
  void waitsForTransactionsThatCommitLowIdsLate() throws Exception {
    database.withRatings(0);
    CompletableFuture<Planned> plan;
    try (Connection late = database.connect();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute(INSERT); // id 1
      database.execute(INSERT.replace("-1", "-2")); // id 2 is there before id 1
      plan = CompletableFuture.supplyAsync(this::planned);
      database.awaitNumber(
          "SELECT count(*) FROM pg_locks WHERE relation = 'ratings'::regclass AND mode = 'ShareLock' AND NOT granted",
          1);
      assertThat(plan).isNotDone();
      late.commit();
    }
    assertThat(plan.join()).isEqualTo(new Planned(1, 2, 0));
    assertThat(database.batches("lower_id, upper_id")).containsExactly("1 2");
  }

  @Test
  void releasesWritersBeforePlanning() throws Exception {
    database.withRatings(10);
    database.gateBeforeBatches();
    CompletableFuture<Planned> plan;
    try (Connection gate = database.closeGate()) {
      plan = CompletableFuture.supplyAsync(this::planned);
      database.awaitAtGate(1);
      database.execute("SET lock_timeout = '5s'; " + INSERT);
      gate.rollback();
    }
    assertThat(plan.join()).isEqualTo(new Planned(1, 10, 0));
    assertThat(planned()).isEqualTo(new Planned(1, 1, 0));
  }

  @Test
  void rowWithExternallyAssignedIdReopensBatch() throws Exception {
    database.withRatings(100);
    Planned unused = database.plan(25);
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(4);
    assertThat(database.publish().batches()).isEqualTo(4);
    database.execute(
        INSERT
            .replace("(user_id", "(rating_id, user_id")
            .replace("VALUES (", "OVERRIDING SYSTEM VALUE VALUES (59, "));
    // Without a recount it is not seen, and that would be wrong.
    assertThat(BatchPlan.plan(database.target(), database.tables(), 25, false))
        .isEqualTo(new Planned(0, 0, 0));
    assertThat(database.plan(25)).isEqualTo(new Planned(0, 0, 1));
    assertThat(database.batches("batch_id, status, planned_rows"))
        .containsExactly("1 complete 25", "2 pending 26", "3 complete 25", "4 complete 25");
    assertThat(database.work(WorkSettings.DEFAULT))
        .singleElement()
        .matches(batch -> batch.rows() == 26 && batch.attempt() == 2);
    assertThat(database.publish().batches()).isEqualTo(1);
    database.assertExact();
    assertThat(database.plan(25)).isEqualTo(new Planned(0, 0, 0));
  }

  @Test
  void lateRowsTakeTheBatchFromItsWorker() throws Exception {
    database.withRatings(10);
    Planned unused = database.plan(10);
    database.gateAfterStaging(1);
    CompletableFuture<BatchWorker.Outcome> worker;
    try (Connection gate = database.closeGate()) {
      worker = CompletableFuture.supplyAsync(() -> outcome(1));
      database.awaitAtGate(1); // it has read all it will
      database.execute(
          INSERT
              .replace("(user_id", "(rating_id, user_id")
              .replace("VALUES (", "OVERRIDING SYSTEM VALUE VALUES (2, "));
      assertThat(database.plan(10)).isEqualTo(new Planned(0, 0, 1));
      gate.rollback();
    }
    assertThat(worker.join()).isEqualTo(BatchWorker.Outcome.LOST);
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(1);
    assertThat(database.plan(10)).isEqualTo(new Planned(0, 0, 0));
    Publication.Published published = database.publish();
    assertThat(published.batches()).isEqualTo(1);
    database.assertExact();
  }

  @Test
  void lowerIdsBecomeBatchesOfTheirOwn() throws Exception {
    database.withRatings(0);
    database.addRatings(100, 109);
    assertThat(database.plan(10)).isEqualTo(new Planned(1, 10, 0));
    database.addRatings(1, 15);
    assertThat(database.plan(10)).isEqualTo(new Planned(2, 15, 0));
    assertThat(database.batches("lower_id, upper_id, planned_rows"))
        .containsExactly("1 15 10", "16 149 5", "150 163 10");
    database.addRatings(50, 50); // in the gap
    assertThat(database.plan(10)).isEqualTo(new Planned(0, 0, 0));
    assertThat(database.batches("planned_rows")).containsExactly("10", "6", "10");
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(3);
    Publication.Published published = database.publish();
    assertThat(published.written()).isPositive();
    database.assertExact();
  }

  @Test
  void concurrentPlansNeverPlanRowTwice() throws Exception {
    database.withRatings(5_000);
    database.gateBeforeBatches();
    CompletableFuture<Planned> first;
    CompletableFuture<Planned> second;
    try (Connection gate = database.closeGate()) {
      first = CompletableFuture.supplyAsync(this::planned);
      database.awaitAtGate(1);
      second = CompletableFuture.supplyAsync(this::planned);
      awaitASecondPlan();
      gate.rollback();
    }
    assertThat(first.join()).isEqualTo(new Planned(50, 5_000, 0));
    assertThat(second.join()).isEqualTo(new Planned(0, 0, 0));
    assertThat(database.number("SELECT sum(planned_rows) FROM jobs.aggregation_batches"))
        .isEqualTo(5_000);
  }

  @Test
  void plansAndPublicationsWaitForLongPlans() throws Exception {
    database.withRatings(0);
    CompletableFuture<String> waiting;
    try (Connection holder = database.connect()) {
      holder.setAutoCommit(false);
      BatchPlan.lock(holder, database.tables());
      waiting = CompletableFuture.supplyAsync(this::lockWithAShortPatience);
      // A hundred times as long as it would wait for any other lock.
      database.awaitNumber(
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LOCK TABLE%' AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '100 milliseconds'",
          1);
      assertThat(waiting).isNotDone();
      holder.rollback();
    }
    assertThat(waiting.join()).isEqualTo("1ms");
  }

  private String lockWithAShortPatience() {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET lock_timeout = '1ms'");
      connection.setAutoCommit(false);
      BatchPlan.lock(connection, database.tables());
      try (ResultSet result = statement.executeQuery("SHOW lock_timeout")) {
        result.next();
        return result.getString(1);
      }
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }

  private void awaitASecondPlan() {
    database.awaitNumber(
        "SELECT count(*) FROM pg_locks WHERE relation = 'jobs.aggregation_batches'::regclass AND mode = 'ShareUpdateExclusiveLock' AND NOT granted",
        1);
  }

  private BatchWorker.Outcome outcome(long batchId) {
    try {
      return database.process(batchId);
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  private Planned planned() {
    try {
      return database.plan(100);
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }
}
