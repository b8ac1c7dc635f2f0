package dev.diagonal.pipelines.edges;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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

  /** They have four numbers, of which Prometheus shows none. */
  private static final Set<String> DISTRIBUTIONS =
      Set.of("batch_rows", "transactions_open", "wait_millis", "write_millis");

  private static final Pattern NAME_AT_REST = Pattern.compile("\\d+\\..*\\.diagonal_(\\w+)");

  @Test
  void prometheusAndRestShowRowsOfRunningJob(LocalPostgres postgres, @TempDir Path directory)
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
      String job = runs.job("load-edges", "RUNNING").path("jid").asText();
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
      Set<String> counters = new TreeSet<>(seen.keySet());
      counters.removeAll(DISTRIBUTIONS);
      Map<String, Double> atRest = new TreeMap<>();
      boolean same =
          Eventually.within(
              ClusterRun.SOON, // the coordinator asks its workers every ten seconds
              () -> {
                atRest.clear();
                addMetricsOfRest(cluster, job, atRest);
                return seen.entrySet().containsAll(atRest.entrySet())
                    && atRest.keySet().containsAll(counters);
              });
      assertThat(same).as("%s, beside %s", atRest, seen).isTrue();
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

  /** Adds the counters of all subtasks, from the paths that docs/metrics.md names. */
  private static void addMetricsOfRest(FlinkCluster cluster, String job, Map<String, Double> seen) {
    for (JsonNode vertex : cluster.get("/jobs/" + job).path("vertices")) {
      String path = "/jobs/" + job + "/vertices/" + vertex.path("id").asText() + "/metrics";
      for (JsonNode each : cluster.get(path)) {
        String id = each.path("id").asText();
        Matcher name = NAME_AT_REST.matcher(id);
        if (name.matches()) {
          JsonNode value = cluster.get(path + "?get=" + URLEncoder.encode(id, UTF_8)).path(0);
          if (value.path("value").asText().matches("\\d+")) { // not a distribution
            seen.merge(name.group(1), value.path("value").asDouble(), Double::sum);
          }
        }
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }
}
