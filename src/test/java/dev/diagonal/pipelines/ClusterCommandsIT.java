package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.FaultyProxy;
import dev.diagonal.internal.donors.GenerateFiles;
import dev.diagonal.internal.donors.SlowDonors;
import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.taxi.TripFile;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidence.Found;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.FlinkExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.RatingsFile;
import dev.diagonal.testing.TableGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each command on a cluster, undisturbed and with a worker killed in the middle: what is in the
 * database, the index and the files in the end is what plain arithmetic makes of the input.
 */
@Tag("large")
@ExtendWith({FlinkExtension.class, ConflictEvidenceExtension.class, ElasticsearchExtension.class})
final class ClusterCommandsIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;
  private final FlinkCluster cluster;
  private final LocalElasticsearch elasticsearch;
  private final ClusterRun runs;

  ClusterCommandsIT(
      @TempDir Path directory,
      FlinkCluster cluster,
      ConflictEvidence evidence,
      LocalElasticsearch elasticsearch) {
    this.directory = directory;
    this.evidence = evidence;
    this.database = evidence.database();
    this.elasticsearch = elasticsearch;
    this.cluster = cluster;
    this.runs = new ClusterRun(cluster);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void movieRatings(boolean killed) throws Exception {
    RatingsFile ratings = RatingsFile.of(20_000, 1_000, 12);
    Path input = ratings.writeTo(directory.resolve("ratings.csv"));
    Path output = directory.resolve("out.csv");
    String index = "cluster-ratings-" + killed;
    String command =
        "movie-ratings --input=%s --output=%s %s --elasticsearchUrl=%s --elasticsearchIndex=%s"
            .formatted(input, output, jdbc(), elasticsearch.url(), index);
    database.execute("DROP TABLE IF EXISTS movie_ratings");
    assertDone(runs.run(command));
    if (killed) {
      database.execute("DELETE FROM movie_ratings");
      Files.delete(output);
      Http.send("DELETE", elasticsearch.url() + "/" + index, "");
      assertDone(runKilled("movie-ratings", "Write to PostgreSQL/Write", "movie_ratings", command));
    }
    assertThat(Files.readAllLines(output)).isEqualTo(ratings.expectedFile());
    assertThat(
            database.query(
                "SELECT concat_ws(',', movie_id, rating_count, rating_sum, rating_mean,"
                    + " rating_min, rating_max) FROM movie_ratings ORDER BY movie_id"))
        .isEqualTo(ratings.expected());
    assertThat(count(index)).isEqualTo(ratings.movies());
  }

  /** Its workers are killed in {@link FlinkClusterIT}. */
  @Test
  void loadEdges() throws Exception {
    List<String> edges = new ArrayList<>();
    Map<Long, int[]> degrees = new TreeMap<>();
    for (int i = 0; i < 20_000; i++) {
      long source = i * 7_919L % 1_009;
      long target = (i * 31L + i / 100) % 997;
      edges.add("%d,%d,p%d".formatted(source, target, i % 7));
      degrees.computeIfAbsent(source, node -> new int[2])[0]++;
      degrees.computeIfAbsent(target, node -> new int[2])[1]++;
    }
    Path input = directory.resolve("edges.csv");
    Files.writeString(input, "source,target,part\n" + String.join("\n", edges) + "\n");
    database.createTables("part");
    evidence.watch();
    ChildJvm child =
        runs.run(
            "load-edges --edgeColumns=part --tableSize=8 --batchSize=200 --input=%s %s"
                .formatted(input, jdbc()));
    assertDone(child);
    assertThat(child.out().get(0)).startsWith("load-edges: 20,000 rows read, 0 bad, in ");
    assertThat(database.query("SELECT concat_ws(',', source, target, part) FROM edges"))
        .containsExactlyInAnyOrderElementsOf(edges);
    assertThat(database.query("SELECT concat_ws(' ', id, out_degree, in_degree) FROM nodes"))
        .containsExactlyInAnyOrderElementsOf(
            degrees.entrySet().stream()
                .map(node -> node.getKey() + " " + node.getValue()[0] + " " + node.getValue()[1])
                .toList());
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void taxiTrips(boolean killed) throws Exception {
    Path input = new TripFile(20_000, 60).writeTo(directory.resolve("trips.csv"));
    String options = " --tableSize=8 --batchSize=200 " + jdbc();
    database.execute("DROP TABLE IF EXISTS trips, zones CASCADE");
    Path none = Files.writeString(directory.resolve("none.csv"), TripFile.HEADER + "\n");
    assertDone(runs.run("taxi-trips --input=" + none + options));
    evidence.watch("zones");
    String command = "taxi-trips --input=" + input + options;
    ChildJvm child =
        killed ? runKilled("taxi-trips", "Write trips/", "trips", command) : runs.run(command);
    assertDone(child);
    assertThat(child.out().get(0)).startsWith("taxi-trips: 20,000 rows read, 0 bad, in ");
    assertThat(database.number("SELECT count(*) FROM trips")).isEqualTo(20_000);
    assertThat(ClusterLoad.zones(database))
        .containsExactlyInAnyOrderElementsOf(ClusterLoad.expectedZones(input));
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ratingBatches(boolean killed) throws Exception {
    JobDatabase jobs = JobDatabase.create(evidence.server(), "cluster_batches").withRatings(2_000);
    String command =
        "rating-batches --batchRows=100 --leaseSeconds=1 --jdbcUrl=%s --jdbcUser=%s"
            .formatted(jobs.target().url(), evidence.server().user());
    if (killed) {
      jobs.gateAfterStaging();
      try (Connection gate = jobs.closeGate()) {
        CompletableFuture<ChildJvm> run = runs.begin(command);
        assertThat(Eventually.within(ClusterRun.SOON, () -> atGate(jobs) > 1)).isTrue();
        assertThat(jobs.batches("status")).contains("processing");
        String id = replaceWorkerOf("rating-batches", "Process batches");
        gate.rollback();
        assertDone(run.join());
        assertThat(runs.wasRestarted(id)).isTrue();
      }
      assertThat(jobs.batches("attempts")).anyMatch(attempts -> !attempts.equals("1"));
    } else {
      assertDone(runs.run(command));
    }
    assertThat(jobs.batches("status, rows_read")).hasSize(20).containsOnly("complete 100");
    jobs.assertExact();
  }

  private static long atGate(JobDatabase jobs) {
    try {
      return jobs.number(
          "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4243"
              + " AND NOT granted");
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void donorsChoose(boolean killed) throws Exception {
    GenerateFiles.into(directory, 5_000, 5);
    String index = "cluster-donors-" + killed;
    Path output = directory.resolve("out");
    CountDownLatch held = new CountDownLatch(killed ? 1 : 0);
    try (FaultyProxy proxy =
        FaultyProxy.before(
            elasticsearch.url(),
            (self, bulk) -> {
              if (bulk.number() > 2) {
                awaitOpen(held);
              }
              FaultyProxy.forward(self, bulk);
            })) {
      String command =
          ("donors-choose --projects=%1$s/projects* --donations=%1$s/donations*"
                  + " --resources=%1$s/resources* --output=%2$s --elasticsearchUrl=%3$s"
                  + " --elasticsearchIndex=%4$s --bulkDocuments=200")
              .formatted(directory, output, proxy.url(), index);
      CompletableFuture<ChildJvm> run = runs.begin(command);
      String id = null;
      if (killed) {
        assertThat(Eventually.within(ClusterRun.SOON, () -> proxy.requests() > 4)).isTrue();
        assertThat(count(index)).isBetween(1L, 4_999L);
        id = replaceWorkerOf("donors-choose", "Join/Join shards");
        held.countDown();
      }
      ChildJvm child = run.join();
      assertThat(id == null || runs.wasRestarted(id)).isTrue();
      assertDone(child);
      assertThat(child.out().get(0)).startsWith("donors-choose: 9,000 rows read, 0 bad, in ");
    }
    var expected =
        new TreeMap<String, JsonNode>(
            SlowDonors.documents(
                directory.resolve("projects.csv.gz"),
                directory.resolve("donations.csv.gz"),
                directory.resolve("resources.csv.gz")));
    assertThat(documents(output)).hasSize(5_000).isEqualTo(expected);
    assertThat(count(index)).isEqualTo(5_000);
    String last = expected.lastKey();
    assertThat(
            JSON.readTree(Http.get(elasticsearch.url() + "/" + index + "/_doc/" + last))
                .path("_source"))
        .isEqualTo(documents(output).get(last));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void transfer(boolean killed) throws Exception {
    Path input = directory.resolve("rows.csv");
    StringBuilder text = new StringBuilder("id,n,word\n");
    for (int i = 0; i < 20_000; i++) {
      text.append(i).append(',').append(i * 7L).append(",word ").append(i % 13).append('\n');
    }
    Files.writeString(input, text);
    database.execute(
        "DROP TABLE IF EXISTS carried; CREATE TABLE carried"
            + " (id bigint PRIMARY KEY, n bigint, word text)");
    String command =
        "transfer --from=csv:%s --to=jdbc:carried --key=id --commitRows=1000 %s"
            .formatted(input, jdbc());
    ChildJvm child =
        killed ? runKilled("transfer", "Transfer/", "carried", command) : runs.run(command);
    assertDone(child);
    Path output = directory.resolve("back.jsonl");
    assertDone(runs.run("transfer --from=jdbc:carried --to=jsonl:" + output + " " + jdbc()));
    assertThat(
            Files.readAllLines(output).stream()
                .map(ClusterCommandsIT::csv)
                .sorted((a, b) -> Long.compare(idOf(a), idOf(b))))
        .containsExactlyElementsOf(Files.readAllLines(input).stream().skip(1).toList());
  }

  private static String csv(String json) {
    try {
      JsonNode row = JSON.readTree(json);
      return row.path("id").asLong()
          + ","
          + row.path("n").asLong()
          + ","
          + row.path("word").asText();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static long idOf(String row) {
    return Long.parseLong(row.substring(0, row.indexOf(',')));
  }

  /** Runs a command whose transactions wait with their rows, and kills a worker meanwhile. */
  private ChildJvm runKilled(String name, String task, String table, String command)
      throws Exception {
    TableGate gate = TableGate.behind(database, table);
    try (Connection closed = gate.close()) {
      CompletableFuture<ChildJvm> run = runs.begin(command);
      gate.awaitOne();
      String id = replaceWorkerOf(name, task);
      closed.rollback();
      ChildJvm child = run.join();
      assertThat(runs.wasRestarted(id)).as("%s", child).isTrue();
      return child;
    }
  }

  /** Kills a worker in which the job has tasks, and has another one go on with it. */
  private String replaceWorkerOf(String name, String task) {
    String id = runs.job(name, "RUNNING").path("jid").asText();
    runs.killWorker(id, task);
    cluster.startWorker();
    return id;
  }

  private String jdbc() {
    return "--jdbcUrl=%s --jdbcUser=%s"
        .formatted(database.postgres().jdbcUrl(), database.postgres().user());
  }

  private static void assertDone(ChildJvm child) {
    assertThat(child.status()).as("%s", child).isEqualTo(0);
  }

  private static void awaitOpen(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long count(String index) throws IOException {
    String url = elasticsearch.url() + "/" + index;
    Http.send("POST", url + "/_refresh", "");
    return JSON.readTree(Http.get(url + "/_count")).path("count").asLong();
  }

  private static Map<String, JsonNode> documents(Path output) throws IOException {
    Map<String, JsonNode> documents = new TreeMap<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.toList()) {
        for (String line : Files.readAllLines(file)) {
          JsonNode document = JSON.readTree(line);
          assertThat(documents.put(document.path("donationid").asText(), document)).isNull();
        }
      }
    }
    return documents;
  }
}
