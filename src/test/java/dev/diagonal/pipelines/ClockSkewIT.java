package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PatientUrl;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.ShiftedClock;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Processes whose clocks run a day ahead of the database's, or a day behind. */
@Tag("large") // JVMs of their own, for what the architecture test shows of most code
@ExtendWith(PostgresExtension.class)
final class ClockSkewIT {

  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration SOON = Duration.ofMinutes(2);

  /** When each worker that is not at the gate has last asked something. */
  private static final String ASKED =
      "SELECT pid || ' ' || state_change FROM pg_stat_activity"
          + " WHERE datname = current_database() AND application_name = 'diagonal' AND state = 'idle'";

  private static final String AT_GATE =
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4243 AND NOT granted";

  private final Path directory;
  private final LocalPostgres postgres;

  ClockSkewIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.postgres = postgres;
  }

  @Test
  void leasesFollowTheDatabasesClock() throws Exception {
    JobDatabase jobs = JobDatabase.create(postgres, "clock_skew").withRatings(200);
    assertThat(jobs.plan(100).batches()).isEqualTo(2);
    jobs.gateAfterStaging();
    try (Connection gate = jobs.closeGate();
        CommandJvm behind = work(jobs, DAY.negated(), 1)) {
      awaitAtGate(jobs, 1);
      try (CommandJvm ahead = work(jobs, DAY, 2)) {
        awaitAtGate(jobs, 2);
        awaitWatcher(jobs);
        assertThat(
                jobs.batches(
                    "status, attempts, lease_until > clock_timestamp(),"
                        + " lease_until < clock_timestamp() + interval '2 minutes'"))
            .containsExactly("processing 1 t t", "processing 1 t t");
        gate.rollback();
        assertThat(ahead.await()).as(ahead.said()).isZero();
      }
      assertThat(behind.await()).as(behind.said()).isZero();
    }
    assertThat(jobs.batches("status, attempts, finished_at < clock_timestamp()"))
        .containsExactly("complete 1 t", "complete 1 t");
    assertThat(jobs.publish().batches()).isEqualTo(2);
    jobs.assertExact();
  }

  /** Waits until a worker without a batch has looked several times for one, or at the leases. */
  private static void awaitWatcher(JobDatabase jobs) {
    Map<String, Set<String>> asked = new HashMap<>();
    boolean inTime =
        Eventually.within(
            SOON,
            () -> {
              try {
                for (String each : jobs.query(ASKED)) {
                  String pid = each.substring(0, each.indexOf(' '));
                  asked.computeIfAbsent(pid, unused -> new HashSet<>()).add(each);
                }
                return asked.values().stream().anyMatch(times -> times.size() >= 4);
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(inTime).as("%s", asked).isTrue();
  }

  private static void awaitAtGate(JobDatabase jobs, int sessions) {
    boolean inTime =
        Eventually.within(
            SOON,
            () -> {
              try {
                return jobs.number(AT_GATE) == sessions;
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(inTime).isTrue();
  }

  private CommandJvm work(JobDatabase jobs, Duration shift, int workers) throws IOException {
    return CommandJvm.start(
        directory,
        ShiftedClock.jvmOptions(directory, shift),
        List.of(
            "rating-batches",
            "--steps=work",
            "--targetParallelism=" + workers,
            "--jdbcUrl=" + jobs.target().url() + PatientUrl.OPTIONS,
            "--jdbcUser=" + postgres.user()));
  }

  @Test
  void aRunIsAliveWhateverItsClock() throws Exception {
    EdgeDatabase database = new EdgeDatabase(postgres);
    database.execute("DROP TABLE IF EXISTS skewed");
    String query =
        "SELECT id, CASE WHEN id = 2000 THEN (SELECT 1 FROM (SELECT pg_advisory_lock_shared(4713))"
            + " AS held) END AS last FROM generate_series(1, 2000) AS id";
    List<String> login =
        List.of(
            "--jdbcUrl=" + postgres.jdbcUrl() + PatientUrl.OPTIONS,
            "--jdbcUser=" + postgres.user());
    try (Connection holder = database.connect();
        var statement = holder.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(4713)");
      List<String> args =
          new ArrayList<>(
              List.of(
                  "transfer",
                  "--from=jdbc:",
                  "--query=" + query,
                  "--to=jdbc:skewed",
                  "--transaction=all"));
      args.addAll(login);
      try (CommandJvm ahead =
          CommandJvm.start(
              directory, ShiftedClock.jvmOptions(directory, DAY.multipliedBy(400)), args)) {
        String runs =
            "SELECT run FROM diagonal.runs WHERE command LIKE 'transfer%' AND abs(extract(epoch"
                + " FROM clock_timestamp() - started_at)) < 300";
        String waits =
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4713 AND NOT granted";
        assertThat(Eventually.within(SOON, () -> database.numberNow(waits) == 1))
            .as(ahead.said())
            .isTrue();
        List<String> run = database.query(runs);

        Launched clean =
            Launched.with(
                Main.COMMANDS,
                Stream.concat(Stream.of("clean"), login.stream()).toArray(String[]::new));

        assertThat(run).isNotEmpty();
        assertThat(clean.out())
            .anyMatch(line -> run.stream().anyMatch(line::contains) && line.contains("is alive"));
        statement.execute("SELECT pg_advisory_unlock(4713)");
        assertThat(ahead.await()).as(ahead.said()).isZero();
      }
    }
    assertThat(database.number("SELECT count(*) FROM skewed")).isEqualTo(2_000);
  }
}
