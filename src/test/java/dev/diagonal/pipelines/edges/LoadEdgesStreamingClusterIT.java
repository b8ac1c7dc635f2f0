package dev.diagonal.pipelines.edges;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.ClusterRun;
import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.testing.ChildJvm;
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
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A stream of edges on a cluster that loses workers, is stopped, and goes on. */
@Tag("large")
@ExtendWith({FlinkExtension.class, ConflictEvidenceExtension.class})
final class LoadEdgesStreamingClusterIT {

  private static final EdgeFiles GRAPH = new EdgeFiles(300, 0);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String BAD_RECORDS = " --badRecords=";
  private static final String RATE =
      "failuresIntervalMS=600000,backoffTimeMS=2000,maxFailuresPerInterval=10";

  private final Path directory;
  private final Path watched;
  private final Path bad;
  private final FlinkCluster cluster;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;
  private final ClusterRun runs;

  LoadEdgesStreamingClusterIT(
      @TempDir Path directory, FlinkCluster cluster, ConflictEvidence evidence) throws IOException {
    this.directory = directory;
    this.watched = Files.createDirectory(directory.resolve("watched"));
    this.bad = directory.resolve("bad");
    this.cluster = cluster;
    this.evidence = evidence;
    this.database = evidence.database();
    this.runs = new ClusterRun(cluster);
  }

  /** A stream that a failed test leaves would keep its slots. */
  @AfterEach
  void cancelStreams() {
    runs.cancelAll();
  }

  @Test
  void filesCountOnceDespiteLostWorkerAndSavepoint() throws Exception {
    database.createTables("part");
    evidence.watch();
    TableGate gate = TableGate.behind(database, "edges");
    String id = begin(BAD_RECORDS + bad);
    comes("a", 3_010, 1);
    awaitEdges("a", 3_010);

    String badOfB;
    try (Connection closed = gate.close()) {
      badOfB = comesWithBadLine("b", 20_020, 2);
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
    // What is added to a file that has been read is not looked at.
    Files.writeString(watched.resolve("a.csv"), "1,2,again\n", StandardOpenOption.APPEND);
    String badOfD = comesWithBadLine("d", 5_040, 4);
    String next = begin(BAD_RECORDS + bad + " --savepointPath=" + savepoint);
    awaitEdges("d", 5_040);
    comes("e", 1_050, 5);
    awaitEdges("e", 1_050);
    String unused = stop(next);

    assertThat(database.query("SELECT part || count(*) FROM edges GROUP BY part ORDER BY part"))
        .containsExactly("a3010", "b20020", "c4030", "d5040", "e1050");
    assertThat(database.wrongNodes()).isEmpty();
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
    // The lost worker may have left a file of a bundle that was repeated.
    assertThat(BadLines.in(bad).stream().distinct()).containsExactly(badOfB, badOfD);
  }

  /** More often than a job that ends is started again. */
  @Test
  void aStreamOutlivesMoreWorkersThanABatch() throws Exception {
    database.createTables("part");
    String id = begin("");
    assertThat(strategyOf(id)).contains(RATE);
    for (int lost = 1; lost <= 5; lost++) {
      comes("part" + lost, 1_000 * lost, lost);
      awaitEdges("part" + lost, 1_000L * lost);
      runs.loseWorker(id);
    }
    comes("last", 6_000, 6);
    awaitEdges("last", 6_000);
    String unused = stop(id);
    assertThat(database.query("SELECT part || ' ' || count(*) FROM edges GROUP BY part ORDER BY 1"))
        .containsExactly(
            "last 6000", "part1 1000", "part2 2000", "part3 3000", "part4 4000", "part5 5000");
    assertThat(database.wrongNodes()).isEmpty();
  }

  /** As the README says for a client whose configuration is Flink's own. */
  @Test
  void flinkRunNamesTheStrategyOfAStream() throws Exception {
    database.createTables("part");
    ChildJvm launcher =
        runs.flinkRun(
            "-d -p 4 -D restart-strategy.type=failure-rate"
                + " -D restart-strategy.failure-rate.max-failures-per-interval=7"
                + " -D restart-strategy.failure-rate.failure-rate-interval=10min"
                + " -D restart-strategy.failure-rate.delay=2s",
            options("") + " --runner=FlinkRunner");
    assertThat(launcher.status()).as("%s", launcher).isZero();
    String id = runs.job("load-edges", "RUNNING").path("jid").asText();
    assertThat(strategyOf(id)).contains(RATE.replace("Interval=10", "Interval=7"));
    comes("a", 2_010, 1);
    awaitEdges("a", 2_010);
    String unused = stop(id);
  }

  /** Returns what the coordinator says of how it will start a job again. */
  private String strategyOf(String id) {
    return cluster
        .log()
        .lines()
        .filter(line -> line.contains("restart back off time strategy") && line.contains(id))
        .findFirst()
        .orElseThrow();
  }

  /** Hands the stream to the cluster and returns its id there. */
  private String begin(String more) {
    ChildJvm launcher = runs.run(options(more) + " --attachedMode=false");
    assertThat(launcher.status()).as("%s", launcher).isZero();
    return runs.job("load-edges", "RUNNING").path("jid").asText();
  }

  private String options(String more) {
    return ("load-edges --streaming --input=%s --sourceColumn=source --targetColumn=target"
            + " --edgeColumns=part --pollSeconds=1 --maxBufferingSeconds=1"
            + " --checkpointingInterval=500 --tableSize=8 --batchSize=100 --jdbcUrl=%s"
            + " --jdbcUser=%s%s")
        .formatted(watched, database.postgres().jdbcUrl(), database.postgres().user(), more);
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

  /** Returns the dead letter of the bad line, which is the last. */
  private String comesWithBadLine(String part, int edges, long seed) throws IOException {
    Path written = GRAPH.write(directory, part, edges, seed);
    Path coming = watched.resolve(written.getFileName());
    String bad = BadLines.appendTo(written, coming);
    Files.move(written, coming);
    return bad;
  }

  private void awaitEdges(String part, long edges) {
    String count = "SELECT count(*) FROM edges WHERE part = '" + part + "'";
    assertThat(Eventually.within(ClusterRun.SOON, () -> database.numberNow(count) == edges))
        .as("%,d edges of %s", edges, part)
        .isTrue();
  }
}
