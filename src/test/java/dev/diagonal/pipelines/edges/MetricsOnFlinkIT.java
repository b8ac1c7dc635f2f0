package dev.diagonal.pipelines.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.ClusterRun;
import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The metrics of docs/metrics.md, where the operator of a cluster sees them while a job runs. */
@Tag("large")
@ExtendWith(PostgresExtension.class)
final class MetricsOnFlinkIT {

  private static final int EDGES = 3_010;

  private static final Pattern SAMPLE =
      Pattern.compile(
          "(?m)^flink_taskmanager_job_task_operator_diagonal_(\\w+)\\{.*} (\\d[\\d.E]*)$");

  @Test
  void prometheusShowsTheRowsOfARunningJob(LocalPostgres postgres, @TempDir Path directory)
      throws Exception {
    EdgeDatabase database = new EdgeDatabase(postgres);
    database.createTables("part");
    int port = freePort();
    try (FlinkCluster cluster =
        FlinkCluster.configure()
            .withSetting(
                "metrics.reporter.prom.factory.class",
                "org.apache.flink.metrics.prometheus.PrometheusReporterFactory")
            .withSetting("metrics.reporter.prom.port", port + "-" + (port + 9))
            .withJvmOption("-XX:TieredStopAtLevel=1")
            .start(2)) {
      ClusterRun runs = new ClusterRun(cluster);
      Path watched = Files.createDirectory(directory.resolve("watched"));
      ChildJvm launcher =
          runs.run(
              ("load-edges --streaming --input=%s --sourceColumn=source --targetColumn=target"
                      + " --edgeColumns=part --pollSeconds=1 --maxBufferingSeconds=1 --tableSize=8"
                      + " --batchSize=100 --jdbcUrl=%s --jdbcUser=%s --attachedMode=false")
                  .formatted(watched, postgres.jdbcUrl(), postgres.user()));
      assertThat(launcher.status()).as("%s", launcher).isZero();
      assertThat(runs.job("load-edges", "RUNNING").path("jid").asText()).isNotEmpty();
      Path written = new EdgeFiles(300, 0).write(directory, "a", EDGES, 1);
      Files.move(written, watched.resolve(written.getFileName()));

      Map<String, Double> seen = new TreeMap<>();
      boolean complete =
          Eventually.within(
              ClusterRun.SOON,
              () -> {
                seen.clear();
                scrape(port).forEach(text -> addSamples(text, seen));
                return seen.getOrDefault("rows_written", 0.0) == EDGES;
              });
      assertThat(complete).as("%s", seen).isTrue();
      assertThat(seen)
          .containsEntry("rows_read", (double) EDGES)
          .containsKeys("bytes_read", "batches_written", "retries", "rows_of_slot_0");
      runs.cancelAll();
    }
  }

  /** Returns what the reporters of this range of ports answer. */
  private static Stream<String> scrape(int first) {
    return Stream.iterate(first, port -> port < first + 10, port -> port + 1)
        .flatMap(
            port -> {
              try {
                return Stream.of(Http.get("http://localhost:" + port + "/metrics"));
              } catch (RuntimeException e) {
                return Stream.empty(); // no process has that port
              }
            });
  }

  private static void addSamples(String text, Map<String, Double> seen) {
    Matcher sample = SAMPLE.matcher(text);
    while (sample.find()) {
      seen.merge(sample.group(1), Double.parseDouble(sample.group(2)), Double::sum);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }
}
