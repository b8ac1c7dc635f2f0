package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.transfer.KilledRows.KILLS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.ClusterRun;
import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Transfers on a cluster whose workers are killed at random moments, one after the other. Flink
 * restarts a job four times, so that the fifth kill fails it. A trigger makes transactions slow, so
 * that many of the moments fall between them.
 */
@Tag("large")
@ExtendWith(PostgresExtension.class)
final class TransferWorkerKillsIT {

  private static final KilledRows ROWS = new KilledRows(120_000);
  private static final int STAGED_BYTES = 6_000_000;

  private static FlinkCluster cluster;

  private final Random random = new Random(22);
  private final Path directory;
  private final EdgeDatabase database;
  private final ClusterRun runs;

  TransferWorkerKillsIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
    this.runs = new ClusterRun(cluster);
  }

  /** What is transferred, and how the run after a failed one starts. */
  private enum Way {
    FILES("", "--resume"),
    FILES_BY_KEY("--key=id", "--key=id --resume"),
    FILES_ALL_OR_NOTHING("--transaction=all", "--transaction=all --resume"),
    TABLE("", ""), // refused with --resume
    TABLE_BY_KEY("--key=id --resume", "--key=id --resume");

    private final String first;
    private final String next;

    Way(String first, String next) {
      this.first = first;
      this.next = next;
    }

    boolean isFromTable() {
      return this == TABLE || this == TABLE_BY_KEY;
    }

    /** Stages have no trigger that slows them down. */
    int commitRows() {
      return this == FILES_ALL_OR_NOTHING ? 50 : 500;
    }

    boolean hasKey() {
      return first.contains("--key");
    }
  }

  /** It notices lost workers sooner than by default. */
  @BeforeAll
  static void startCluster() {
    cluster =
        FlinkCluster.configure()
            .withJvmOption("-XX:TieredStopAtLevel=1")
            .withSetting("heartbeat.interval", "500")
            .withSetting("restart-strategy.fixed-delay.delay", "200 ms")
            .withSetting("web.refresh-interval", "100")
            .start(2);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @AfterEach
  void cancelJobs() {
    runs.cancelAll();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void killsOfWorkersLoseAndDoubleNothing(Way way) throws Exception {
    int kills = 0;
    int transfers = 0;
    int failures = 0;
    for (; kills < KILLS / Way.values().length; transfers++) {
      String from = prepare(way);
      String options = way.first;
      for (boolean failed = true; failed; options = way.next) {
        CompletableFuture<ChildJvm> run =
            runs.begin(command(from, options + " --commitRows=" + way.commitRows()));
        kills += killWorkersOf(run, way);
        ChildJvm child = run.join();
        failed = child.status() != 0;
        if (failed) {
          failures++;
          assertThat(child.status()).as("%s", child).isEqualTo(1);
          assertPart(way);
          if (way == Way.TABLE) {
            assertRefused(from);
            database.execute("TRUNCATE killed");
          }
        }
      }
      assertThat(ROWS.found(database)).isEqualTo(ROWS.size());
      KilledRows.assertNothingIsLeft(database);
    }
    System.out.println(
        "%s: %s kills in %s transfers, %s failed runs".formatted(way, kills, transfers, failures));
  }

  /** Returns the source. */
  private String prepare(Way way) throws Exception {
    String key = way.hasKey() ? " PRIMARY KEY" : "";
    database.execute(
        """
        DROP SCHEMA IF EXISTS diagonal CASCADE;
        DROP TABLE IF EXISTS killed, killed_source;
        CREATE TABLE killed (id bigint%s, n bigint);
        CREATE OR REPLACE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql
          AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$;
        CREATE TRIGGER slowly AFTER INSERT ON killed EXECUTE FUNCTION slowly();
        """
            .formatted(key));
    if (!way.isFromTable()) {
      return "csv:" + ROWS.writeFiles(directory);
    }
    database.execute(
        """
        CREATE TABLE killed_source (id bigint%s, n bigint);
        INSERT INTO killed_source SELECT i, 2 * i + 1 FROM generate_series(0, %d) AS i;
        """
            .formatted(key, ROWS.size() - 1));
    return "jdbc:killed_source";
  }

  private String command(String from, String options) {
    return "transfer --from=%s --to=jdbc:killed --jdbcUrl=%s --jdbcUser=%s %s"
        .formatted(from, database.postgres().jdbcUrl(), database.postgres().user(), options.trim());
  }

  /** Kills workers until the run ends, and returns how many kills hit its job. */
  private int killWorkersOf(CompletableFuture<ChildJvm> run, Way way) throws Exception {
    int kills = 0;
    while (!run.isDone()) {
      long from = progress(way);
      long whole = way == Way.FILES_ALL_OR_NOTHING ? STAGED_BYTES : ROWS.size();
      long until = from + (long) (random.nextDouble() * Math.max(1, whole - from));
      boolean unused =
          Eventually.within(
              KilledRows.BOUND,
              () ->
                  run.isDone()
                      || (progress(way) >= until && runs.runningNow("transfer").isPresent()));
      Optional<String> job = runs.runningNow("transfer");
      List<FlinkCluster.Worker> workers = cluster.workers();
      if (job.isPresent()
          && runs.isHitByLossOf(workers.get(random.nextInt(workers.size())), job.get())) {
        kills++;
        assertPart(way);
      }
    }
    return kills;
  }

  /** Rows, or bytes of rows that are not published. */
  private long progress(Way way) {
    return way == Way.FILES_ALL_OR_NOTHING
        ? KilledRows.stagedBytes(database)
        : database.numberNow("SELECT count(*) FROM killed");
  }

  /** Workers may go on writing meanwhile. */
  private void assertPart(Way way) throws Exception {
    int found = ROWS.found(database);
    if (way == Way.FILES_ALL_OR_NOTHING) {
      assertThat(found).isIn(0, ROWS.size());
    }
  }

  private void assertRefused(String from) throws Exception {
    int before = ROWS.found(database);
    ChildJvm refused = runs.run(command(from, "--resume"));
    assertThat(refused.status()).as("%s", refused).isEqualTo(2);
    assertThat(ROWS.found(database)).isEqualTo(before);
  }
}
