package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.FaultyProxy;
import dev.diagonal.internal.donors.GenerateFiles;
import dev.diagonal.internal.donors.SlowDonors;
import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.FlinkExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.TableGate;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands on a cluster whose database or Elasticsearch is killed in the middle and started again:
 * the run goes on, and every count is exact.
 */
@Tag("large")
@ExtendWith({FlinkExtension.class, ConflictEvidenceExtension.class, ElasticsearchExtension.class})
final class ClusterServersRestartedIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final EdgeDatabase database;
  private final LocalElasticsearch elasticsearch;
  private final ClusterRun runs;

  ClusterServersRestartedIT(
      @TempDir Path directory,
      FlinkCluster cluster,
      ConflictEvidence evidence,
      LocalElasticsearch elasticsearch) {
    this.directory = directory;
    this.database = evidence.database();
    this.elasticsearch = elasticsearch;
    this.runs = new ClusterRun(cluster);
  }

  @AfterEach
  void cancelJobs() {
    runs.cancelAll();
  }

  /** Some transactions have committed, and others are open with their rows. */
  @ParameterizedTest
  @ValueSource(strings = {"movie-ratings", "rating-batches", "taxi-trips", "transfer"})
  void countsEachRowOnceDespiteDatabaseKill(String name) throws Exception {
    ClusterLoad load = ClusterLoad.of(name, database, directory);
    TableGate gate = TableGate.behind(database, load.table(), 1);
    CompletableFuture<ChildJvm> run;
    try (Connection closed = gate.close()) {
      run = runs.begin(load.command());
      gate.awaitOne();
      assertThat(Eventually.within(ClusterRun.SOON, () -> database.numberNow(load.done()) > 0))
          .isTrue();
      assertThat(database.number(load.done())).isLessThan(load.all());
      assertThat(gate.waiting()).isPositive();
      database.postgres().kill(); // what is open is lost, and the gate with it
      database.postgres().restart();
    }
    ChildJvm child = run.join();
    assertThat(child.status()).as("%s", child).isZero();
    load.exact().check();
  }

  @Test
  void everyDocumentIsIndexedOnceAfterAKill() throws Exception {
    GenerateFiles.into(directory, 5_000, 5);
    String index = "cluster-donors-restarted";
    CountDownLatch held = new CountDownLatch(1);
    try (FaultyProxy proxy =
        FaultyProxy.before(
            elasticsearch.url(),
            (self, bulk) -> {
              if (bulk.number() > 4) {
                await(held);
              }
              FaultyProxy.forward(self, bulk);
            })) {
      CompletableFuture<ChildJvm> run =
          runs.begin(
              ("donors-choose --projects=%1$s/projects* --donations=%1$s/donations*"
                      + " --resources=%1$s/resources* --elasticsearchUrl=%2$s"
                      + " --elasticsearchIndex=%3$s --bulkDocuments=200")
                  .formatted(directory, proxy.url(), index));
      try {
        assertThat(Eventually.within(ClusterRun.SOON, () -> proxy.requests() > 5)).isTrue();
        assertThat(documents(index).size()).isBetween(1, 4_999);
        elasticsearch.kill();
      } finally {
        held.countDown(); // released without a holder
      }
      elasticsearch.restart();
      ChildJvm child = run.join();
      assertThat(child.status()).as("%s", child).isZero();
      assertThat(child.out().get(0)).startsWith("donors-choose: 9,000 rows read, 0 bad, in ");
    }
    assertThat(documents(index))
        .hasSize(5_000)
        .isEqualTo(
            new TreeMap<>(
                SlowDonors.documents(
                    directory.resolve("projects.csv.gz"),
                    directory.resolve("donations.csv.gz"),
                    directory.resolve("resources.csv.gz"))));
  }

  private Map<String, JsonNode> documents(String index) throws IOException {
    String url = elasticsearch.url() + "/" + index;
    Http.send("POST", url + "/_refresh", "");
    Map<String, JsonNode> documents = new TreeMap<>();
    JSON.readTree(Http.get(url + "/_search?size=10000"))
        .at("/hits/hits")
        .forEach(hit -> documents.put(hit.path("_id").asText(), hit.path("_source")));
    return documents;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
