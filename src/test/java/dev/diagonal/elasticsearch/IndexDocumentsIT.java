package dev.diagonal.elasticsearch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.block.Block;
import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.bulk.Operation;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.elasticsearch.index.RefreshIndex;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.elasticsearch.bulk.BulkListener;
import dev.diagonal.internal.elasticsearch.bulk.BulkWriter;
import dev.diagonal.internal.elasticsearch.bulk.RefusedDocument;
import dev.diagonal.internal.elasticsearch.index.LoadMode;
import dev.diagonal.metrics.Written;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.Runner;
import dev.diagonal.testing.SearchServer;
import dev.diagonal.testing.SearchServerExtension;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.Wait;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** On Elasticsearch; a subclass runs the same tests on OpenSearch. */
@ExtendWith(SearchServerExtension.class)
class IndexDocumentsIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MAPPING =
      "{\"properties\":{\"n\":{\"type\":\"long\"},\"title\":{\"type\":\"keyword\"}}}";

  private ElasticsearchTarget target;

  @BeforeEach
  void createIndex(SearchServer server, TestInfo test) throws Exception {
    target =
        ElasticsearchTarget.at(
            server.url(),
            test.getTestMethod()
                .orElseThrow()
                .getName()
                .replaceAll("([A-Z])", "-$1")
                .toLowerCase(Locale.ROOT));
    IndexTemplate.of(MAPPING).createIfMissing(target);
  }

  @Test
  void indexesEveryDocumentOfEveryBlock() throws Exception {
    Pipeline pipeline = pipeline();
    PCollection<Written> written =
        blocks(pipeline, block(1, 2_500), block(2_501, 2_600), new Block<>(List.of()))
            .apply(IndexDocuments.into(target));
    PAssert.that(
            written.apply(
                MapElements.into(TypeDescriptors.strings()).via(w -> w.target() + " " + w.rows())))
        .containsInAnyOrder(
            target.index() + " 2500", target.index() + " 100", target.index() + " 0");
    PipelineResult result = run(pipeline);
    assertDocuments(1, 2_600);
    assertThat(Measures.counter(result, "rows_written")).isEqualTo(2_600);
    // Blocks of one bundle share a request.
    assertThat(Measures.counter(result, "batches_written")).isBetween(3L, 4L);
    assertThat(Measures.counter(result, "retries")).isZero();
  }

  @Test
  void runningTwiceChangesNothing() throws Exception {
    for (int i = 0; i < 2; i++) {
      index(IndexDocuments.into(target), block(1, 1_500), block(1_501, 3_000));
      assertDocuments(1, 3_000);
    }
  }

  @Test
  void keepsLastDocumentPerIdInBlock() throws Exception {
    List<Document> documents =
        IntStream.rangeClosed(1, 99)
            .mapToObj(n -> Document.of("" + n % 10, "{\"n\":" + n + "}"))
            .toList();
    index(IndexDocuments.into(target).withBulkDocuments(25), new Block<>(documents));
    assertThat(sources())
        .containsOnlyKeys("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
        .containsValues("{\"n\":90}", "{\"n\":99}");
    assertThat(sources().values()).allMatch(source -> source.matches("\\{\"n\":9\\d}"));
  }

  @Test
  void aRequestHasAtMostBulkDocuments() throws Exception {
    PipelineResult result = index(IndexDocuments.into(target).withBulkDocuments(40), block(1, 100));
    assertThat(Measures.counter(result, "batches_written")).isEqualTo(3);
    assertDocuments(1, 100);
  }

  @Test
  void aRequestHasAtMostBulkBytes() throws Exception {
    // Two documents take 96 bytes with their ids, three would take 144.
    PipelineResult result = index(IndexDocuments.into(target).withBulkBytes(100), block(1, 9));
    assertThat(Measures.counter(result, "batches_written")).isEqualTo(5);
    assertDocuments(1, 9);
  }

  @Test
  void idsAndContentsOfAllKindsArriveUnchanged() throws Exception {
    Map<String, String> expected = new TreeMap<>();
    for (String text :
        List.of("a b", "\"quoted\"", "back\\slash", "é", "😀", "a/b?c=d&e#f", "\t")) {
      expected.put(text, "{\"title\":" + JSON.writeValueAsString(text) + "}");
    }
    List<Document> documents =
        expected.entrySet().stream()
            .map(entry -> Document.of(entry.getKey(), entry.getValue()))
            .toList();
    index(IndexDocuments.into(target), new Block<>(documents));
    assertThat(sources()).isEqualTo(expected);
  }

  @Test
  void failsOnMisfitDocumentsWithoutShowingContents() {
    List<Document> documents =
        List.of(Document.of("1", "{\"n\":1}"), Document.of("bad", "{\"n\":\"hunter2\"}"));
    assertThatThrownBy(() -> index(IndexDocuments.into(target), new Block<>(documents)))
        .hasStackTraceContaining("of 2 documents for " + target + ", 1 are indexed, 1 were refused")
        .hasStackTraceContaining("document bad with status 400")
        .satisfies(fault -> assertThat(Throwables.getStackTrace(fault)).doesNotContain("hunter2"));
  }

  @Test
  void failsOnReadOnlyIndexWithReason() {
    Http.send("PUT", url("/_settings"), "{\"index.blocks.write\":true}");
    assertThatThrownBy(() -> index(IndexDocuments.into(target), block(1, 3)))
        .hasStackTraceContaining("3 are not confirmed (ids 1, 2, 3)")
        .hasStackTraceContaining("cluster_block_exception");
  }

  @Test
  void unreachableServerFailsRunWithoutRetry() {
    ElasticsearchTarget away = ElasticsearchTarget.at("http://127.0.0.1:1", "away");
    assertThatThrownBy(() -> index(IndexDocuments.into(away).withRetry(Retry.never()), block(1, 3)))
        .hasStackTraceContaining("of 3 documents for " + away + ", 0 are indexed")
        .hasStackTraceContaining("gave up after 1 attempt");
  }

  @Test
  void appliesTheOperationOfEachDocument() throws Exception {
    index(
        IndexDocuments.into(target),
        new Block<>(
            List.of(
                Document.of("gone", "{\"n\":1}"),
                Document.of("kept", "{\"n\":1}"),
                Document.of("changed", "{\"n\":1,\"title\":\"a\"}"))));
    ElasticsearchTarget other = target.withIndex(target.index() + "-other");
    IndexTemplate.of(MAPPING).createIfMissing(other);
    PipelineResult result =
        index(
            IndexDocuments.into(target),
            new Block<>(
                List.of(
                    Document.deletion("gone"),
                    Document.deletion("never there"),
                    Document.of("kept", "{\"n\":2}").withOperation(Operation.CREATE),
                    Document.of("created", "{\"n\":2}").withOperation(Operation.CREATE),
                    Document.of("changed", "{\"n\":2}").withOperation(Operation.UPDATE),
                    Document.of("upserted", "{\"n\":2}").withOperation(Operation.UPSERT),
                    Document.of("upserted", "{\"title\":\"b\"}").withOperation(Operation.UPSERT),
                    Document.of("elsewhere", "{\"n\":2}").withIndex(other.index()),
                    Document.of("routed", "{\"n\":2}").withRouting("r"))));
    assertThat(Measures.counter(result, "rows_written")).isEqualTo(8);
    assertThat(Measures.counter(result, "rows_unmatched")).isEqualTo(1);
    assertThat(sources())
        .isEqualTo(
            Map.of(
                "kept",
                "{\"n\":1}",
                "created",
                "{\"n\":2}",
                "changed",
                "{\"n\":2,\"title\":\"a\"}",
                "upserted",
                "{\"n\":2,\"title\":\"b\"}",
                "routed",
                "{\"n\":2}"));
    assertThat(IndexedDocuments.sources(target.urls().get(0), other.index()))
        .isEqualTo(Map.of("elsewhere", "{\"n\":2}"));
    JsonNode routed = JSON.readTree(Http.get(url("/_doc/routed?routing=r")));
    assertThat(routed.path("_routing").asText()).isEqualTo("r");
  }

  @ParameterizedTest
  @EnumSource
  void packsDocumentsOfSmallBundles(Runner runner) throws Exception {
    TestPipeline pipeline = runner.pipeline();
    pipeline
        .apply(Create.of(block(1, 2_000).records()).withCoder(Document.coder()))
        .apply(Reshuffle.viaRandomKey())
        .apply(PackDocuments.create().withBlockDocuments(500).withKeys(2))
        .apply(IndexDocuments.into(target));
    PipelineResult result = pipeline.run();
    assertThat(Measures.counter(result, "rows_written")).isEqualTo(2_000);
    assertThat(Measures.counter(result, "batches_written")).isBetween(2L, 12L);
    assertDocuments(1, 2_000);
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "4, 3"}) // two of a writer, three of all
  void onlySoManyRequestsAreInFlight(int writers, int expected) throws Exception {
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch together = new CountDownLatch(expected);
    FaultyProxy.Fault counted =
        (proxy, bulk) -> {
          most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
          together.countDown();
          await(together); // or they might come one after another
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20)); // in which more might come
          inFlight.decrementAndGet();
          FaultyProxy.forward(proxy, bulk);
        };
    try (FaultyProxy proxy = FaultyProxy.before(target.urls().get(0), counted)) {
      BulkSettings settings =
          BulkSettings.of(target.withUrls(List.of(proxy.url())))
              .withBulkDocuments(10)
              .withBulkRequests(3)
              .withWriterRequests(2);
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        Block<Document> block = block(writer * 200 + 1, writer * 200 + 200);
        all.add(CompletableFuture.runAsync(() -> writeAll(settings, block)));
      }
      all.forEach(CompletableFuture::join);
    }
    assertThat(most).hasValue(expected);
    assertDocuments(1, writers * 200);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      assertThat(latch.await(4, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void writeAll(BulkSettings settings, Block<Document> block) {
    BulkListener<Integer> ignoring =
        new BulkListener<>() {
          @Override
          public void indexed(Integer place, int documents) {}

          @Override
          public void refused(Integer place, RefusedDocument document) {
            throw new AssertionError(document.describe());
          }

          @Override
          public void ended(Integer first, Written account) {}
        };
    try (BulkWriter<Integer> writer = BulkWriter.open(settings, ignoring)) {
      for (Document document : block.records()) {
        writer.accept(document, 0);
      }
      writer.flush();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWaitsForTheWriteFindsAllDocuments(Runner runner) throws Exception {
    target = target.withIndex(target.index() + "-" + runner.name().toLowerCase(Locale.ROOT));
    IndexTemplate.of(MAPPING).createIfMissing(target);
    List<Block<Document>> blocks = new ArrayList<>();
    for (int first = 1; first <= 9_001; first += 1_000) {
      blocks.add(block(first, first + 999));
    }
    TestPipeline pipeline = runner.pipeline();
    PCollection<Written> written =
        pipeline
            .apply(Create.of(blocks).withCoder(Block.coder(Document.coder())))
            .apply(IndexDocuments.into(target));
    ElasticsearchTarget counted = target;
    PCollection<Long> found =
        pipeline
            .apply("Then", Create.of(1))
            .apply(Wait.on(written))
            .apply(
                "Count", MapElements.into(TypeDescriptors.longs()).via(one -> countNow(counted)));
    PAssert.that(found).containsInAnyOrder(10_000L);
    assertThat(pipeline.run().waitUntilFinish()).isEqualTo(PipelineResult.State.DONE);
  }

  private static long countNow(ElasticsearchTarget counted) {
    try {
      return IndexedDocuments.count(counted.urls().get(0), counted.index());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void compressedRequestsAreUnderstood() throws Exception {
    index(IndexDocuments.into(target).withGzip(true), block(1, 1_500));
    assertDocuments(1, 1_500);
  }

  @Test
  void loadModeGivesBackTheSettingsItFound() throws Exception {
    Http.send("PUT", url("/_settings"), "{\"index.number_of_replicas\":2}");
    LoadMode mode = LoadMode.begin(target);
    assertThat(settings())
        .contains("\"index.number_of_replicas\":\"0\"", "\"index.refresh_interval\":\"-1\"");
    mode.restore();
    assertThat(settings())
        .contains("\"index.number_of_replicas\":\"2\"")
        .doesNotContain("refresh_interval");
    Http.send("PUT", url("/_settings"), "{\"index.refresh_interval\":\"7s\"}");
    LoadMode again = LoadMode.begin(target);
    again.restore();
    Http.send("PUT", url("/_settings"), "{\"index.number_of_replicas\":1}");
    again.restore();
    assertThat(settings())
        .contains("\"index.number_of_replicas\":\"1\"", "\"index.refresh_interval\":\"7s\"");
  }

  @Test
  void aTemplateGivesANewIndexItsSettings() throws Exception {
    ElasticsearchTarget fresh = target.withIndex(target.index() + "-2");
    IndexTemplate.of(MAPPING).withSettings("{\"number_of_shards\":3}").createIfMissing(fresh);
    assertThat(Http.get(target.urls().get(0) + "/" + fresh.index() + "/_settings"))
        .contains("\"number_of_shards\":\"3\"");
  }

  private String settings() {
    return Http.get(url("/_settings?flat_settings"));
  }

  private void assertDocuments(int first, int last) throws Exception {
    Map<String, String> expected = new TreeMap<>();
    block(first, last).records().forEach(d -> expected.put(d.id(), new String(d.source(), UTF_8)));
    assertThat(sources()).isEqualTo(expected);
  }

  /** All documents of the index by id, once it is refreshed. */
  private Map<String, String> sources() throws IOException, InterruptedException {
    RefreshIndex.of(target);
    JsonNode hits = JSON.readTree(Http.get(url("/_search?size=10000"))).path("hits");
    Map<String, String> sources = new TreeMap<>();
    for (JsonNode hit : hits.path("hits")) {
      sources.put(hit.path("_id").asText(), hit.path("_source").toString());
    }
    assertThat(hits.path("total").path("value").asInt()).isEqualTo(sources.size());
    return sources;
  }

  private String url(String path) {
    return target.urls().get(0) + "/" + target.index() + path;
  }

  @SafeVarargs
  private static PipelineResult index(IndexDocuments index, Block<Document>... blocks) {
    Pipeline pipeline = pipeline();
    blocks(pipeline, blocks).apply(index);
    return run(pipeline);
  }

  private static Pipeline pipeline() {
    return Pipeline.create(PipelineOptionsFactory.fromArgs("--targetParallelism=2").create());
  }

  private static PipelineResult run(Pipeline pipeline) {
    PipelineResult result = pipeline.run();
    assertThat(result.waitUntilFinish()).isEqualTo(PipelineResult.State.DONE);
    return result;
  }

  @SafeVarargs
  private static PCollection<Block<Document>> blocks(Pipeline pipeline, Block<Document>... blocks) {
    return pipeline.apply(Create.of(List.of(blocks)).withCoder(Block.coder(Document.coder())));
  }

  private static Block<Document> block(int first, int last) {
    return new Block<>(
        IntStream.rangeClosed(first, last)
            .mapToObj(n -> Document.of("" + n, "{\"n\":%d,\"title\":\"movie %d\"}".formatted(n, n)))
            .toList());
  }
}
