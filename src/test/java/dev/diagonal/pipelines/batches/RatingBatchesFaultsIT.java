package dev.diagonal.pipelines.batches;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What happens to batches when the JVM that works on them is killed, or sleeps for too long. */
@ExtendWith(PostgresExtension.class)
final class RatingBatchesFaultsIT {

  private static final String WORKER = "rating_batches_worker";
  private static final String FLINK = "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2";

  private final Path directory;
  private final LocalPostgres postgres;
  private JobDatabase database;

  RatingBatchesFaultsIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.postgres = postgres;
  }

  @BeforeEach
  void plan() throws Exception {
    database = JobDatabase.create(postgres, "rating_batches_faults").withRatings(2_000);
    assertThat(database.plan(100).batches()).isEqualTo(20);
  }

  @Test
  @Tag("large")
  void replacesJvmKilledAfterClaim() throws Exception {
    try (CommandJvm killed = begin(LocalPostgres.USER);
        Connection lock = lockRatings()) {
      database.awaitNumber(
          "SELECT least(count(*), 1) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'COPY (SELECT%'",
          1);
      killed.kill();
      lock.rollback();
    }
    assertARunFinishes();
  }

  @Test
  @Tag("large")
  void replacesJvmKilledDuringRead() throws Exception {
    database.gateWhileReading(76, WORKER);
    try (Connection gate = database.closeGate();
        CommandJvm killed = begin(WORKER)) {
      database.awaitAtGate(1);
      killed.kill();
      gate.rollback();
    }
    assertARunFinishes();
  }

  @Test
  void replacesJvmKilledBeforeCommit() throws Exception {
    database.gateAfterStaging(1);
    try (Connection gate = database.closeGate();
        CommandJvm killed = begin(LocalPostgres.USER)) {
      database.awaitAtGate(1);
      killed.kill();
      gate.rollback();
    }
    assertARunFinishes();
  }

  @Test
  @Tag("large")
  void replacesFlinkJvmKilledBeforeCommit() throws Exception {
    database.gateAfterStaging(1);
    try (Connection gate = database.closeGate();
        CommandJvm killed = begin(LocalPostgres.USER, FLINK)) {
      database.awaitAtGate(1);
      killed.kill();
      gate.rollback();
    }
    assertARunFinishes(FLINK);
  }

  @Test
  @Tag("large")
  void wokenWorkersCannotCompleteReassignedBatches() throws Exception {
    database.gateAfterStaging(1);
    try (Connection gate = database.closeGate();
        CommandJvm zombie = begin(LocalPostgres.USER)) {
      database.awaitAtGate(1);
      zombie.pause();
      assertARunFinishes();
      List<String> totals = database.query("SELECT * FROM movie_rating_totals ORDER BY movie_id");
      gate.rollback();
      zombie.resume();
      assertThat(zombie.await()).as(zombie.said()).isZero();
      assertThat(database.batches("status, rows_read")).hasSize(20).containsOnly("complete 100");
      assertThat(database.number("SELECT sum(rating_count) FROM staging.movie_ratings"))
          .isEqualTo(2_000);
      assertThat(run("--steps=publish").out())
          .singleElement()
          .asString()
          .startsWith("published: 0 batches");
      assertThat(database.query("SELECT * FROM movie_rating_totals ORDER BY movie_id"))
          .isEqualTo(totals);
    }
  }

  /** The batch that was left is taken when its lease ends, and no batch is counted twice. */
  private void assertARunFinishes(String... more) throws SQLException {
    assertThat(
            database.number(
                "SELECT count(*) FROM staging.movie_ratings JOIN jobs.aggregation_batches USING (batch_id) WHERE status <> 'complete'"))
        .isZero();
    assertThat(database.batches("status")).contains("processing");
    Launched launched = run(more);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(database.batches("status, rows_read")).hasSize(20).containsOnly("complete 100");
    assertThat(database.batches("attempts")).contains("2").doesNotContain("0", "3");
    database.assertExact();
  }

  private Launched run(String... more) {
    List<String> args = new ArrayList<>(List.of("rating-batches"));
    args.addAll(options(LocalPostgres.USER, more));
    return Launched.with(List.of(new RatingBatches()), args.toArray(String[]::new));
  }

  private CommandJvm begin(String user, String... more) throws IOException {
    List<String> options = options(user, more);
    options.add("--steps=work");
    options.add("--leaseSeconds=1");
    options.add(0, "rating-batches");
    return CommandJvm.start(directory, options);
  }

  private List<String> options(String user, String... more) {
    List<String> options =
        new ArrayList<>(List.of("--jdbcUrl=" + database.target().url(), "--jdbcUser=" + user));
    for (String words : more) {
      options.addAll(List.of(words.split(" ")));
    }
    return options;
  }

  private Connection lockRatings() throws SQLException {
    Connection lock = database.connect();
    lock.setAutoCommit(false);
    try (Statement statement = lock.createStatement()) {
      statement.execute("LOCK TABLE ratings IN ACCESS EXCLUSIVE MODE");
    }
    return lock;
  }
}
