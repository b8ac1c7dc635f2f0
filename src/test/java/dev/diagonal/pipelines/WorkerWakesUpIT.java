package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.pipelines.local.FlinkCluster.Worker;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A worker of a Flink cluster that is stopped for longer than its heartbeat while it writes a file,
 * and goes on when the job has been repeated elsewhere and has ended. {@link
 * dev.diagonal.internal.transfer.write.JoinPartsFnTest} does the same to the steps, without a
 * cluster.
 */
@Tag("large")
@ExtendWith(PostgresExtension.class)
final class WorkerWakesUpIT {

  private static final int ROWS = 200_000;

  private final Path directory;
  private final EdgeDatabase database;

  WorkerWakesUpIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @ParameterizedTest
  @ValueSource(strings = {"out.csv", "out.csv.gz"})
  void finishedFileStaysAsItIs(String name) throws Exception {
    // The row in the middle waits for a lock.
    database.execute(
        """
        CREATE OR REPLACE VIEW woken AS SELECT id, md5(id::text) AS v, CASE WHEN id = %1$d / 2 THEN (
            SELECT 1 FROM (SELECT pg_advisory_lock_shared(4713)) AS held) END AS held
        FROM generate_series(1, %1$d) AS id"""
            .formatted(ROWS));
    Path out = directory.resolve(name);
    try (FlinkCluster cluster =
        FlinkCluster.configure()
            .withSetting("heartbeat.interval", "500")
            .withSetting("heartbeat.timeout", "4000")
            .withJvmOption("-XX:TieredStopAtLevel=1")
            .start(2)) {
      ClusterRun runs = new ClusterRun(cluster);
      CompletableFuture<ChildJvm> transfer;
      long stopped;
      try (Connection holder = database.connect();
          var statement = holder.createStatement()) {
        statement.execute("SELECT pg_advisory_lock(4713)");
        transfer =
            runs.begin(
                "transfer --from=jdbc:woken --to=csv:%s --jdbcUrl=%s --jdbcUser=%s"
                    .formatted(out, database.postgres().jdbcUrl(), database.postgres().user()));
        stopped = awaitWriter(cluster, transfer);
        signal("STOP", stopped);
        cluster.startWorker();
        runs.awaitRestart(runs.job("transfer", "RUNNING").path("jid").asText());
      }
      ChildJvm child = transfer.join();
      assertThat(child.status()).as("%s", child).isZero();
      byte[] finished = Files.readAllBytes(out);
      assertThat(directory.toFile().list()).containsExactly(name);
      if (name.endsWith(".csv")) {
        assertThat(Files.readAllLines(out)).hasSize(ROWS + 1).doesNotHaveDuplicates();
      }
      assertThat(opened(stopped)).isPositive(); // it still has its file open

      signal("CONT", stopped);

      assertThat(Eventually.within(ClusterRun.SOON, () -> opened(stopped) == 0)).isTrue();
      assertThat(Files.readAllBytes(out)).isEqualTo(finished);
      assertThat(directory.toFile().list()).containsExactly(name);
    }
  }

  private long awaitWriter(FlinkCluster cluster, CompletableFuture<ChildJvm> transfer) {
    assertThat(
            Eventually.within(
                ClusterRun.SOON, () -> transfer.isDone() || writer(cluster).isPresent()))
        .isTrue();
    return writer(cluster)
        .orElseThrow(() -> new AssertionError("ended: " + transfer.getNow(null)))
        .pid();
  }

  private Optional<Worker> writer(FlinkCluster cluster) {
    return cluster.workers().stream().filter(worker -> opened(worker.pid()) > 0).findFirst();
  }

  /** Returns how many files of the directory a process has open, under whatever name. */
  private long opened(long pid) {
    try (Stream<Path> open = Files.list(Path.of("/proc", String.valueOf(pid), "fd"))) {
      return open.filter(
              file -> {
                try {
                  return Files.readSymbolicLink(file).startsWith(directory);
                } catch (IOException e) {
                  return false; // it was closed meanwhile
                }
              })
          .count();
    } catch (IOException e) {
      return 0; // the process has ended
    }
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor())
        .isZero();
  }
}
