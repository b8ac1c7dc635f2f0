package dev.diagonal.pipelines;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.edges.LoadEdgesRun;
import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidence.Found;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.CuttingRelay;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.FlinkExtension;
import dev.diagonal.testing.RatingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs on a cluster of processes: how they get there, and that one survives its worker. */
@ExtendWith({FlinkExtension.class, ConflictEvidenceExtension.class})
final class FlinkClusterIT {

  private static final RatingsFile RATINGS = RatingsFile.of(20_000, 1_000, 11);
  private static final String SECRET = "never-to-be-seen-4711";
  private static final String LOADER = "loader";
  private static final int EDGES = 10_000;
  private static final int A_FEW = 500;

  private final Path directory;
  private final FlinkCluster cluster;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;
  private final ClusterRun runs;
  private final Path input;
  private final Path output;

  FlinkClusterIT(@TempDir Path directory, FlinkCluster cluster, ConflictEvidence evidence)
      throws IOException {
    this.directory = directory;
    this.cluster = cluster;
    this.evidence = evidence;
    this.database = evidence.database();
    this.runs = new ClusterRun(cluster);
    this.input = RATINGS.writeTo(directory.resolve("ratings.csv"));
    this.output = directory.resolve("out.csv");
  }

  @Test
  void jarSubmitsJobToClusterAndSummarizesIt() throws Exception {
    database.execute(
        "DROP TABLE IF EXISTS movie_ratings; CREATE ROLE %s SUPERUSER LOGIN PASSWORD '%s'"
            .formatted(LOADER, SECRET));
    Path summary = directory.resolve("summary.json");
    ChildJvm child = runs.run(movieRatings() + " --summary=" + summary);
    assertThat(child.status()).as("%s", child).isEqualTo(0);
    assertThat(child.err()).isEmpty();
    assertThat(child.out().get(0))
        .matches("movie-ratings: 20,000 rows read, 0 bad, in [0-9.]+ s \\([0-9,]+ rows/s\\)");
    assertThat(child.out().subList(1, 3))
        .containsExactly(
            "  CSV                    %,12d rows  %s".formatted(RATINGS.movies(), output),
            "  PostgreSQL             %,12d rows  table movie_ratings in %s as %s (%,d new)"
                .formatted(
                    RATINGS.movies(), database.postgres().jdbcUrl(), LOADER, RATINGS.movies()));
    assertThat(Files.readAllLines(output)).isEqualTo(RATINGS.expectedFile());
    assertThat(published()).isEqualTo(RATINGS.expected());
    JsonNode read = new ObjectMapper().readTree(summary.toFile());
    assertThat(read.path("state").asText()).isEqualTo("DONE");
    assertThat(read.path("rows_read").asLong()).isEqualTo(20_000);

    String id = runs.job("movie-ratings", "FINISHED").path("jid").asText();
    assertThat(cluster.get("/jobs/" + id + "/config").toString())
        .contains("\"parallelism\":\"4\"")
        .doesNotContain(SECRET);
    for (String page : List.of("", "/plan", "/accumulators", "/exceptions")) {
      assertThat(cluster.get("/jobs/" + id + page).toString()).doesNotContain(SECRET);
    }
    assertThat(cluster.get("/jobmanager/config").toString())
        .contains("restart-strategy")
        .doesNotContain(SECRET);
    assertThat(cluster.log()).doesNotContain(SECRET);
    assertThat(cluster.workers()).allMatch(worker -> !worker.log().contains(SECRET));
  }

  @Test
  void edgesCountOnceThoughAWorkerIsKilled() throws Exception {
    killInTheMiddleOfALoad(false);
  }

  /** The transactions of the first attempt are held until the tasks of the second run. */
  @Test
  @Tag("large")
  void retryMeetsTransactionsOfFirstAttempt() throws Exception {
    killInTheMiddleOfALoad(true);
  }

  private void killInTheMiddleOfALoad(boolean holdUntilRestarted) throws Exception {
    LoadEdgesRun load = LoadEdgesRun.on(database);
    evidence.watch();
    Path edges = eightFilesOfEdges();
    CompletableFuture<ChildJvm> loading = beginToLoad(load, edges);
    String id;
    try (Connection gate = load.holdInTheMiddle(A_FEW)) {
      assertThat(database.edges()).isBetween((long) A_FEW, EDGES - 1L);
      id = runs.job("load-edges", "RUNNING").path("jid").asText();
      List<String> held = load.heldSessions();
      runs.killWorker(id, "Write edges/Read and assign");
      assertThat(load.heldSessions()).isNotEmpty().containsAll(held); // the server has not noticed
      cluster.startWorker();
      if (holdUntilRestarted) {
        runs.awaitRestart(id);
      }
      gate.rollback();
    }
    ChildJvm child = loading.join();
    assertThat(child.status()).as("%s", child).isEqualTo(0);
    assertThat(runs.wasRestarted(id)).isTrue();
    assertThat(child.out().get(0)).startsWith("load-edges: 10,000 rows read, 0 bad, in ");
    load.assertExact(EDGES);
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");

    assertDone(load.run(edges)); // the same edges by another runner: they are there
    load.assertExact(EDGES);
  }

  @Test
  @Tag("large")
  void edgesCountOnceThoughTheDatabaseIsKilled() throws Exception {
    LoadEdgesRun load = LoadEdgesRun.on(database);
    evidence.watch();
    CompletableFuture<ChildJvm> loading = beginToLoad(load, eightFilesOfEdges());
    Connection gate = load.holdInTheMiddle(A_FEW);
    assertThat(database.edges()).isBetween((long) A_FEW, EDGES - 1L);
    evidence.server().kill(); // what is held is lost, and the gate with it
    gate.close();
    evidence.server().restart();
    ChildJvm child = loading.join();
    assertThat(child.status()).as("%s", child).isEqualTo(0);
    load.assertExact(EDGES);
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
  }

  /** A file is read by one reader: these occupy all slots. */
  private Path eightFilesOfEdges() throws IOException {
    Path edges = Files.createDirectory(directory.resolve("edges"));
    for (String part : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
      new EdgeFiles(300, 0).write(edges, part, EDGES / 8, part.hashCode());
    }
    return edges;
  }

  /** Returns when the first edges are there. */
  private CompletableFuture<ChildJvm> beginToLoad(LoadEdgesRun load, Path edges) {
    CompletableFuture<ChildJvm> loading =
        runs.begin("load-edges " + String.join(" ", load.options(edges, "--tableSize=8")));
    String count = "SELECT count(*) FROM edges";
    assertThat(
            Eventually.within(
                ClusterRun.SOON, () -> loading.isDone() || database.numberNow(count) >= A_FEW))
        .isTrue();
    assertThat(loading).as("%s", loading.getNow(null)).isNotDone();
    return loading;
  }

  @Test
  @Tag("large")
  void flinkCommandLineRunsJarOnCluster() throws IOException {
    ChildJvm child =
        runs.flinkRun(
            "-p 4",
            "movie-ratings --input=%s --output=%s --runner=FlinkRunner".formatted(input, output));
    assertThat(child.status()).as("%s", child).isEqualTo(0);
    assertThat(child.err()).isEmpty();
    assertThat(child.out())
        .anyMatch(line -> line.matches("movie-ratings: 20,000 rows read, 0 bad, in .*"))
        .contains("  CSV                    %,12d rows  %s".formatted(RATINGS.movies(), output));
    assertThat(Files.readAllLines(output)).isEqualTo(RATINGS.expectedFile());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Tag("large")
  void followsSubmittedJobThroughRestApi(boolean byFlinkRun) throws IOException {
    // As a worker would not find it: it has a directory of its own.
    Path relative = Path.of("").toAbsolutePath().relativize(input);
    String command = "movie-ratings --input=%s --output=%s".formatted(relative, output);
    ChildJvm child =
        byFlinkRun
            ? runs.flinkRun("-d -p 4", command + " --runner=FlinkRunner")
            : runs.run(command + " --attachedMode=false");
    assertThat(child.status()).as("%s", child).isEqualTo(0);
    Pattern handedOver =
        Pattern.compile(
            "movie-ratings: submitted to the cluster: http://%s(/jobs/[0-9a-f]{32})"
                .formatted(cluster.address()));
    String job =
        child.out().stream()
            .map(handedOver::matcher)
            .filter(Matcher::matches)
            .findFirst()
            .orElseThrow(() -> new AssertionError(child))
            .group(1);
    assertThat(
            Eventually.within(
                ClusterRun.SOON, () -> cluster.get(job).path("state").asText().equals("FINISHED")))
        .as(job)
        .isTrue();
    assertThat(Files.readAllLines(output)).isEqualTo(RATINGS.expectedFile());
    assertThat(cluster.get(job + "/accumulators").toString()).contains("rows_read");
  }

  @Test
  @Tag("large")
  void aSubmissionThatIsCutIsMadeAgain() throws Exception {
    try (CuttingRelay relay = CuttingRelay.to(cluster.restPort(), 50_000_000, false, 1)) {
      ChildJvm child =
          runs.runAt(
              relay.address(), "movie-ratings --input=%s --output=%s".formatted(input, output));
      assertThat(child.status()).as("%s", child).isEqualTo(0);
      assertThat(relay.cuts()).isEqualTo(1);
      assertThat(child.out().get(0)).startsWith("movie-ratings: 20,000 rows read, 0 bad, in ");
      assertThat(Files.readAllLines(output)).isEqualTo(RATINGS.expectedFile());
    }
  }

  @Test
  @Tag("large")
  void followsJobsWhoseSubmissionGotNoAnswer() throws Exception {
    long before = runs.jobs("movie-ratings");
    try (CuttingRelay relay = CuttingRelay.to(cluster.restPort(), 50_000_000, true, 1)) {
      Path summary = directory.resolve("summary.json");
      ChildJvm child =
          runs.runAt(
              relay.address(),
              "movie-ratings --input=%s --output=%s --summary=%s"
                  .formatted(input, output, summary));
      assertThat(relay.cuts()).isEqualTo(1);
      assertThat(child.status()).as("%s", child).isEqualTo(0);
      assertThat(child.err()).isEmpty();
      assertThat(child.out().get(0))
          .matches("movie-ratings: 20,000 rows read, 0 bad, in [0-9.]+ s \\([0-9,]+ rows/s\\)");
      assertThat(child.out())
          .contains("  CSV                    %,12d rows  %s".formatted(RATINGS.movies(), output));
      JsonNode read = new ObjectMapper().readTree(summary.toFile());
      assertThat(read.path("state").asText()).isEqualTo("DONE");
      assertThat(read.path("rows_read").asLong()).isEqualTo(20_000);
    }
    assertThat(runs.jobs("movie-ratings")).isEqualTo(before + 1);
    assertThat(Files.readAllLines(output)).isEqualTo(RATINGS.expectedFile());
  }

  @Test
  @Tag("large")
  void submitsJobDespiteLostAnswer() throws Exception {
    long before = runs.jobs("movie-ratings");
    try (CuttingRelay relay = CuttingRelay.to(cluster.restPort(), 50_000_000, true, 1)) {
      ChildJvm child =
          runs.runAt(
              relay.address(),
              "movie-ratings --input=%s --output=%s --attachedMode=false".formatted(input, output));
      assertThat(relay.cuts()).isEqualTo(1);
      assertThat(child.status()).as("%s", child).isEqualTo(0);
      String page = child.out().get(0);
      String id = page.substring(page.lastIndexOf('/') + 1);
      assertThat(page)
          .isEqualTo(
              "movie-ratings: submitted to the cluster: http://%s/jobs/%s"
                  .formatted(relay.address(), id));
      assertThat(
              Eventually.within(
                  ClusterRun.SOON,
                  () -> cluster.get("/jobs/" + id).path("state").asText().equals("FINISHED")))
          .isTrue();
    }
    assertThat(runs.jobs("movie-ratings")).isEqualTo(before + 1);
    assertThat(Files.readAllLines(output)).isEqualTo(RATINGS.expectedFile());
  }

  @Test
  @Tag("large")
  void reportsJobFailureWithoutSubmissionReply() throws Exception {
    Path bad =
        Files.writeString(directory.resolve("bad.csv"), "userId,movieId,rating,timestamp\n1,x\n");
    try (CuttingRelay relay = CuttingRelay.to(cluster.restPort(), 50_000_000, true, 1)) {
      ChildJvm child =
          runs.runAt(
              relay.address(),
              "movie-ratings --input=%s --output=%s --numberOfExecutionRetries=0"
                  .formatted(bad, output));
      assertThat(relay.cuts()).isEqualTo(1);
      assertThat(child.status()).as("%s", child).isEqualTo(1);
      assertThat(child.err()).anyMatch(line -> line.startsWith("movie-ratings: failed: " + bad));
    }
  }

  @Test
  @Tag("large")
  void jobThatNeedsItsLauncherIsNotDetached() {
    ChildJvm child =
        runs.run(
            "movie-ratings --input=%s --elasticsearchUrl=http://localhost:1 --bulkLoadMode"
                    .formatted(input)
                + " --attachedMode=false");
    assertThat(child.status()).as("%s", child).isEqualTo(2);
    assertThat(child.err().get(0))
        .isEqualTo(
            "movie-ratings: --bulkLoadMode is reset at the end, so the launcher has to wait:"
                + " not with --attachedMode=false or flink run -d");
  }

  private List<String> published() throws Exception {
    return database.query(
        "SELECT concat_ws(',', movie_id, rating_count, rating_sum, rating_mean, rating_min,"
            + " rating_max) FROM movie_ratings ORDER BY movie_id");
  }

  private String movieRatings() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), SECRET + "\n");
    return "movie-ratings --input=%s --output=%s --jdbcUrl=%s --jdbcUser=%s --jdbcPasswordFile=%s"
        .formatted(input, output, database.postgres().jdbcUrl(), LOADER, password);
  }
}
