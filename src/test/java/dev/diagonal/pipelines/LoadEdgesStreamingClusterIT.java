package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidence.Found;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.FlinkExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.TableGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A stream of edges on a cluster that loses a worker, is stopped, and goes on. */
@Tag("large")
@ExtendWith({FlinkExtension.class, ConflictEvidenceExtension.class})
final class LoadEdgesStreamingClusterIT {

  private static final EdgeFiles GRAPH = new EdgeFiles(300, 0);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final Path watched;
  private final FlinkCluster cluster;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;
  private final ClusterRun runs;

  LoadEdgesStreamingClusterIT(
      @TempDir Path directory, FlinkCluster cluster, ConflictEvidence evidence) throws IOException {
    this.directory = directory;
    this.watched = Files.createDirectory(directory.resolve("watched"));
    this.cluster = cluster;
    this.evidence = evidence;
    this.database = evidence.database();
    this.runs = new ClusterRun(cluster);
  }

  @Test
  void everyFileCountsOnceThroughALostWorkerAndASavepoint() throws Exception {
    database.createTables("part");
    evidence.watch();
    TableGate gate = TableGate.behind(database, "edges");
    String id = begin("");
    comes("a", 3_010, 1);
    awaitEdges("a", 3_010);

    try (Connection closed = gate.close()) {
      comes("b", 20_020, 2);
      gate.awaitOne(); // the first transactions of the file are open, the others are to come
      cluster.kill(cluster.workers().get(0));
      cluster.startWorker();
      runs.awaitRestart(id);
      closed.rollback();
    }
    awaitEdges("b", 20_020);
    comes("c", 4_030, 3);
    awaitEdges("c", 4_030);

    String savepoint = stop(id);
    comes("d", 5_040, 4);
    String next = begin(" --savepointPath=" + savepoint);
    awaitEdges("d", 5_040);
    comes("e", 1_050, 5);
    awaitEdges("e", 1_050);
    String unused = stop(next);

    assertThat(database.query("SELECT part || count(*) FROM edges GROUP BY part ORDER BY part"))
        .containsExactly("a3010", "b20020", "c4030", "d5040", "e1050");
    assertThat(database.wrongNodes()).isEmpty();
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
  }

  /** Hands the stream to the cluster and returns its id there. */
  private String begin(String more) {
    ChildJvm launcher =
        runs.run(
            ("load-edges --streaming --attachedMode=false --input=%s --edgeColumns=part"
                    + " --pollSeconds=1 --maxBufferingSeconds=1 --checkpointingInterval=500"
                    + " --tableSize=8 --batchSize=100 --jdbcUrl=%s --jdbcUser=%s%s")
                .formatted(
                    watched, database.postgres().jdbcUrl(), database.postgres().user(), more));
    assertThat(launcher.status()).as("%s", launcher).isZero();
    return runs.job("load-edges", "RUNNING").path("jid").asText();
  }

  /** Stops a job with a savepoint, and returns where that is. */
  private String stop(String id) throws IOException {
    String job = "http://" + cluster.address() + "/jobs/" + id;
    String asked =
        Http.send(
            "POST",
            job + "/stop",
            "{\"drain\": false, \"targetDirectory\": \"%s\"}"
                .formatted(directory.resolve("savepoints").toUri()));
    String request = JSON.readTree(asked).path("request-id").asText();
    String answer = "/jobs/" + id + "/savepoints/" + request;
    assertThat(
            Eventually.within(
                ClusterRun.SOON,
                () -> cluster.get(answer).path("status").path("id").asText().equals("COMPLETED")))
        .isTrue();
    String location = cluster.get(answer).path("operation").path("location").asText();
    assertThat(location).as("%s", cluster.get(answer)).isNotEmpty();
    return location;
  }

  private void comes(String part, int edges, long seed) throws IOException {
    Path written = GRAPH.write(directory, part, edges, seed);
    Files.move(written, watched.resolve(written.getFileName()));
  }

  private void awaitEdges(String part, long edges) {
    String count = "SELECT count(*) FROM edges WHERE part = '" + part + "'";
    assertThat(Eventually.within(ClusterRun.SOON, () -> database.numberNow(count) == edges))
        .as("%,d edges of %s", edges, part)
        .isTrue();
  }
}
