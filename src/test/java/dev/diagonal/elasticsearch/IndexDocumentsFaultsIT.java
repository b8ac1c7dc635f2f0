package dev.diagonal.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.block.Block;
import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.bulk.NotIndexedException;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.fault.Retry;
import dev.diagonal.fault.Secret;
import dev.diagonal.internal.elasticsearch.bulk.BulkListener;
import dev.diagonal.internal.elasticsearch.bulk.BulkWriter;
import dev.diagonal.internal.elasticsearch.bulk.RefusedDocument;
import dev.diagonal.metrics.Written;
import dev.diagonal.testing.CuttingRelay;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.Runner;
import dev.diagonal.testing.SearchServer;
import dev.diagonal.testing.SearchServerExtension;
import dev.diagonal.textfile.WriteDeadLetters;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of documents when Elasticsearch, or the way to it, fails. Each test asserts that its
 * fault struck, and what is in the index afterwards, to the document. A subclass runs the same
 * tests on OpenSearch.
 */
@ExtendWith(SearchServerExtension.class)
class IndexDocumentsFaultsIT {

  private static final int DOCUMENTS = 3_000;
  private static final long SUM = (long) DOCUMENTS * (DOCUMENTS + 1) / 2;
  private static final Retry PATIENT = new Retry(60, Duration.ofMillis(2), Duration.ofMillis(20));
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;
  String index;
  String server;

  @BeforeEach
  void createIndex(SearchServer shared, TestInfo test) throws Exception {
    server = shared.url();
    index =
        (test.getTestMethod().orElseThrow().getName()
                + test.getDisplayName().replaceAll("\\W", "_"))
            .replaceAll("([A-Z])", "-$1")
            .toLowerCase(Locale.ROOT);
    create(server);
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void onlyRejectedDocumentsAreSentAgain(Runner runner) throws Exception {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    FaultyProxy.Fault fault =
        FaultyProxy.items(429, id -> Integer.parseInt(id) % 3 == 0 && seen.add(id));
    try (FaultyProxy proxy = FaultyProxy.before(server, fault)) {
      PipelineResult result = index(runner, proxy.url());
      assertThat(proxy.strikes()).isEqualTo(DOCUMENTS / 3);
      assertThat(Measures.counter(result, "retries")).isPositive();
      assertAllIndexed(result);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void aBusyServerIsAskedAgain(int status) throws Exception {
    survives(FaultyProxy.everySecondGets(status));
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>", "{\"errors\":false"})
  void aGarbledAnswerIsAskedForAgain(String garbage) throws Exception {
    survives(FaultyProxy.everySecondIsDoneAndAnswered(garbage));
  }

  @Test
  void resendsRequestWhenAnswerIsLost() throws Exception {
    survives(FaultyProxy.everySecondIsDoneAndNotAnswered());
  }

  @Tag("large")
  @Test
  void aSilentServerIsAskedAgain() throws Exception {
    survives(FaultyProxy.everySecondMeetsSilence());
  }

  @Test
  void anAnswerThatDripsIsGivenUp() throws Exception {
    try (FaultyProxy proxy = FaultyProxy.before(server, FaultyProxy.theFirstAnswerDrips())) {
      PipelineResult result = index(Runner.DIRECT, proxy.url(), Duration.ofSeconds(1));
      assertThat(proxy.strikes()).isEqualTo(1);
      assertThat(Measures.counter(result, "retries")).isPositive();
      assertAllIndexed(result);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLateRequestOverwritesOnlyWithoutVersions(boolean versions) throws Exception {
    try (FaultyProxy proxy =
        FaultyProxy.before(server, FaultyProxy.theFirstArrivesWhenReleased())) {
      BulkSettings settings =
          BulkSettings.of(ElasticsearchTarget.at(proxy.url(), index))
              .withRequestTimeout(Duration.ofSeconds(1))
              .withRetry(PATIENT);
      try (BulkWriter<String> writer = BulkWriter.open(settings, Ignoring.INSTANCE)) {
        for (int n = 1; n <= 2; n++) {
          Document document = Document.of("x", "{\"n\":%d}".formatted(n));
          writer.accept(versions ? document.withVersion(n) : document, "");
          writer.flush();
        }
      }
      assertThat(proxy.strikes()).isEqualTo(1);
      assertThat(IndexedDocuments.sum(server, index, "n")).isEqualTo(2);
      assertThat(proxy.release()).contains(versions ? "\"status\":409" : "\"status\":200");
      assertThat(IndexedDocuments.sum(server, index, "n")).isEqualTo(versions ? 2 : 1);
    }
  }

  @Test
  void keepsHigherOfTwoVersionsInRequest() throws Exception {
    Counting counting = new Counting();
    BulkSettings settings = BulkSettings.of(ElasticsearchTarget.at(server, index));
    try (BulkWriter<String> writer = BulkWriter.open(settings, counting)) {
      writer.accept(Document.of("x", "{\"n\":2}").withVersion(2), "");
      writer.accept(Document.of("x", "{\"n\":1}").withVersion(1), "");
      writer.accept(Document.of("y", "{\"n\":10}").withVersion(7), "");
      writer.flush();
      writer.accept(Document.deletion("y").withVersion(6), "");
      writer.accept(Document.of("x", "{\"n\":3}").withVersion(2), "");
      writer.flush();
    }
    assertThat(IndexedDocuments.sum(server, index, "n")).isEqualTo(13);
    assertThat(counting.indexed).isEqualTo(4);
    assertThat(counting.superseded).isEqualTo(1);
  }

  @Test
  void realServerErrorFailsTheRunImmediately() {
    // Not UTF-8 in the line of an action: Elasticsearch 8.7 answers 500.
    ElasticsearchTarget target = ElasticsearchTarget.at(server, index);
    try (FaultyProxy proxy = FaultyProxy.before(server, FaultyProxy.breaksUtf8())) {
      assertThatThrownBy(() -> write(target.withUrls(List.of(proxy.url()))))
          .isInstanceOf(NotIndexedException.class)
          .hasMessageContaining("10 are not confirmed")
          .hasMessageContaining("HTTP 500, json_parse_exception");
      assertThat(proxy.requests()).isEqualTo(1);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void attributesRefusedRequestsToOneDocument() throws Exception {
    try (FaultyProxy proxy = FaultyProxy.before(server, FaultyProxy.breaksActionOf("7"))) {
      List<RefusedDocument> refused = new ArrayList<>();
      BulkSettings settings = BulkSettings.of(ElasticsearchTarget.at(proxy.url(), index));
      try (BulkWriter<String> writer = BulkWriter.open(settings, new Collecting(refused))) {
        for (Document document : documents(1, 10)) {
          writer.accept(document, "");
        }
        writer.flush();
      }
      assertThat(proxy.strikes()).isBetween(4, 5); // 10 documents, 5, 3 or 2, …, 1
      assertThat(refused).hasSize(1);
      assertThat(refused.get(0).document().id()).isEqualTo("7");
      assertThat(refused.get(0).status()).isEqualTo(400);
      assertThat(refused.get(0).reason()).contains("Malformed action/metadata line [1]");
    }
    assertThat(IndexedDocuments.sources(server, index)).hasSize(9).doesNotContainKey("7");
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void aRequestThatIsTooLargeIsHalved(Runner runner) throws Exception {
    try (FaultyProxy proxy = FaultyProxy.before(server, FaultyProxy.refusesAbove(4_000))) {
      PipelineResult result = index(runner, proxy.url());
      assertThat(proxy.strikes()).isPositive();
      assertAllIndexed(result);
    }
  }

  @Test
  void skipsNodeThatIsDown() throws Exception {
    try (FaultyProxy up = FaultyProxy.before(server, FaultyProxy::forward);
        FaultyProxy down = FaultyProxy.before(server, FaultyProxy::forward)) {
      down.close();
      ElasticsearchTarget target =
          ElasticsearchTarget.at(down.url(), index).withUrls(List.of(down.url(), up.url()));
      TestPipeline pipeline = Runner.DIRECT.pipeline();
      blocks(pipeline).apply(IndexDocuments.into(target).withRetry(Retry.never()));
      PipelineResult result = pipeline.run();
      assertThat(up.requests()).isPositive();
      assertAllIndexed(result);
    }
  }

  @Test
  void skipsNodeThatHangsUp() throws Exception {
    try (FaultyProxy up = FaultyProxy.before(server, FaultyProxy::forward);
        CuttingRelay down = CuttingRelay.to(port(), 1, false, Integer.MAX_VALUE)) {
      String downUrl = "http://" + down.address();
      ElasticsearchTarget target =
          ElasticsearchTarget.at(downUrl, index).withUrls(List.of(downUrl, up.url()));
      TestPipeline pipeline = Runner.DIRECT.pipeline();
      blocks(pipeline).apply(IndexDocuments.into(target).withRetry(Retry.never()));
      PipelineResult result = pipeline.run();
      assertThat(down.cuts()).isPositive();
      assertThat(up.requests()).isPositive();
      assertAllIndexed(result);
    }
  }

  @Test
  void connectionsThatAreCutAreReplaced() throws Exception {
    for (boolean atTheAnswer : List.of(false, true)) {
      try (CuttingRelay relay = CuttingRelay.to(port(), 5_000, atTheAnswer, 3)) {
        assertReplaced(relay);
      }
    }
  }

  @Test
  void connectionsThatAreHalfClosedAreReplaced() throws Exception {
    try (CuttingRelay relay = CuttingRelay.halving(port(), 5_000, 3)) {
      assertReplaced(relay);
    }
  }

  private void assertReplaced(CuttingRelay relay) throws Exception {
    PipelineResult result = index(Runner.DIRECT, "http://" + relay.address());
    assertThat(relay.cuts()).isEqualTo(3);
    assertThat(Measures.counter(result, "retries")).isEqualTo(3);
    assertAllIndexed(result);
  }

  @Test
  void aSlowServerIsWaitedFor() throws Exception {
    try (FaultyProxy proxy = FaultyProxy.before(server, FaultyProxy.late())) {
      PipelineResult result = index(Runner.DIRECT, proxy.url(), Duration.ofMinutes(1));
      assertThat(proxy.strikes()).isPositive();
      assertThat(Measures.sum(result, "write_millis"))
          .isGreaterThanOrEqualTo(proxy.strikes() * FaultyProxy.LATE_MILLIS);
      assertThat(Measures.counter(result, "retries")).isZero();
      assertAllIndexed(result);
    }
  }

  @Test
  void aFullDiskIsWaitedFor() throws Exception {
    // What Elasticsearch does to an index when the disk is nearly full, and undoes when it is not.
    block("read_only_allow_delete", true);
    AtomicBoolean freed = new AtomicBoolean();
    FaultyProxy.Fault freesTheDiskLater =
        FaultyProxy.atRequest(
            5,
            () -> {
              block("read_only_allow_delete", false);
              freed.set(true);
            });
    try (FaultyProxy proxy = FaultyProxy.before(server, freesTheDiskLater)) {
      PipelineResult result = index(Runner.DIRECT, proxy.url());
      assertThat(freed).isTrue();
      assertThat(Measures.counter(result, "retries")).isPositive();
      assertAllIndexed(result);
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void readOnlyIndexFailsTheRunImmediately(Runner runner) {
    block("write", true);
    assertThatThrownBy(() -> index(runner, server))
        .hasStackTraceContaining("0 are indexed, 0 were refused and ")
        .hasStackTraceContaining("with status 403, cluster_block_exception");
  }

  @Test
  void whenRetriesRunOutTheAccountIsExact() throws Exception {
    FaultyProxy.Fault never = FaultyProxy.items(503, id -> Integer.parseInt(id) % 1_000 == 7);
    try (FaultyProxy proxy = FaultyProxy.before(server, never)) {
      List<String> unconfirmed = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                try (BulkWriter<String> writer =
                    BulkWriter.open(
                        BulkSettings.of(ElasticsearchTarget.at(proxy.url(), index))
                            .withRetry(PATIENT.withMaxAttempts(3)),
                        Ignoring.INSTANCE)) {
                  for (Document document : documents(1, DOCUMENTS)) {
                    writer.accept(document, "");
                  }
                  writer.flush();
                }
              })
          .isInstanceOf(NotIndexedException.class)
          .satisfies(
              fault -> {
                unconfirmed.addAll(((NotIndexedException) fault).unconfirmedIds());
                Matcher counts =
                    Pattern.compile("of ([0-9,]+) documents for \\S+, ([0-9,]+) are indexed")
                        .matcher(String.valueOf(fault.getMessage()));
                assertThat(counts.find()).isTrue();
                long given = Long.parseLong(counts.group(1).replace(",", ""));
                long indexed = Long.parseLong(counts.group(2).replace(",", ""));
                assertThat(indexed).isEqualTo(IndexedDocuments.count(server, index));
                assertThat(given).isEqualTo(indexed + unconfirmed.size());
              });
      assertThat(proxy.strikes()).isPositive();
      assertThat(unconfirmed).contains("7").doesNotHaveDuplicates();
      assertThat(IndexedDocuments.sources(server, index))
          .doesNotContainKeys(unconfirmed.toArray(String[]::new));
    }
  }

  @Test
  void exhaustedRetriesFailAndReportWhatIsWritten() throws Exception {
    try (FaultyProxy proxy = FaultyProxy.before(server, FaultyProxy.items(429, "7"::equals))) {
      assertThatThrownBy(
              () -> {
                TestPipeline pipeline = Runner.DIRECT.pipeline(1);
                pipeline
                    .apply(
                        Create.of(List.of(new Block<>(documents(1, 1_000))))
                            .withCoder(Block.coder(Document.coder())))
                    .apply(
                        IndexDocuments.into(ElasticsearchTarget.at(proxy.url(), index))
                            .withRetry(PATIENT.withMaxAttempts(3)));
                pipeline.run();
              })
          .hasStackTraceContaining(
              "of 1,000 documents for %s/%s, 999 are indexed, 0 were refused and 1 are not confirmed (ids 7): gave up after 3 attempts"
                  .formatted(proxy.url(), index));
      assertThat(proxy.strikes()).isEqualTo(3);
      assertThat(IndexedDocuments.count(server, index)).isEqualTo(999);
    }
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void thousandBadDocumentsBecomeDeadLetters(Runner runner) throws Exception {
    badDocumentsBecomeDeadLetters(runner, 10_000);
  }

  @Test
  @Tag("large")
  void tenThousandBadDocumentsBecomeDeadLetters() throws Exception {
    badDocumentsBecomeDeadLetters(Runner.DIRECT, 100_000);
  }

  @Tag("large")
  @Test
  void manyBadDocumentsBecomeDeadLettersOnFlink() throws Exception {
    badDocumentsBecomeDeadLetters(Runner.FLINK, 100_000);
  }

  private void badDocumentsBecomeDeadLetters(Runner runner, int documents) throws Exception {
    Path file = directory.resolve("bad.jsonl");
    TestPipeline pipeline = runner.pipeline();
    List<Block<Document>> blocks = new ArrayList<>();
    for (int first = 1; first <= documents; first += 1_000) {
      blocks.add(
          new Block<>(
              IntStream.range(first, first + 1_000)
                  .mapToObj(n -> n % 10 == 3 ? badDocument(n) : document(n))
                  .toList()));
    }
    PCollection<Block<Document>> input =
        pipeline.apply(Create.of(blocks).withCoder(Block.coder(Document.coder())));
    try (BadRecordErrorHandler<PCollection<Written>> handler =
        pipeline.registerBadRecordErrorHandler(WriteDeadLetters.to(file.toString(), documents))) {
      input.apply(
          IndexDocuments.into(ElasticsearchTarget.at(server, index))
              .withBadRecordErrorHandler(handler));
    }
    PipelineResult result = pipeline.run();
    assertThat(Measures.counter(result, "bad_records")).isEqualTo(documents / 10);
    assertThat(Measures.counter(result, "rows_written")).isEqualTo(documents - documents / 10);
    assertThat(IndexedDocuments.count(server, index)).isEqualTo(documents - documents / 10);
    Set<String> ids = ConcurrentHashMap.newKeySet();
    for (String line : Files.readAllLines(file)) {
      JsonNode letter = JSON.readTree(line);
      JsonNode record = JSON.readTree(letter.path("record").asText());
      String id = record.path("id").asText();
      assertThat(ids.add(id)).isTrue();
      assertThat(letter.path("reason").asText())
          .startsWith("refused index: document " + id + " with status 400, ")
          .contains("failed to parse field [n] of type [long]")
          .doesNotContain("hunter2");
      assertThat(record.path("status").asInt()).isEqualTo(400);
      assertThat(record.path("type").asText()).endsWith("_parsing_exception");
      assertThat(record.path("source").asText()).isEqualTo("{\"n\":\"hunter2\"}");
    }
    assertThat(ids)
        .isEqualTo(
            IntStream.rangeClosed(1, documents)
                .filter(n -> n % 10 == 3)
                .mapToObj(String::valueOf)
                .collect(Collectors.toSet()));
  }

  @Test
  void duplicatesWithinAndAcrossBlocksBecomeOneDocument() throws Exception {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    List<Block<Document>> blocks = new ArrayList<>();
    for (int block = 0; block < 5; block++) {
      List<Document> documents = new ArrayList<>();
      for (int copy = 1; copy <= 3; copy++) {
        for (int id = 0; id < 500; id++) {
          documents.add(Document.of("" + id, "{\"n\":%d}".formatted(copy)));
        }
      }
      blocks.add(new Block<>(documents));
    }
    pipeline
        .apply(Create.of(blocks).withCoder(Block.coder(Document.coder())))
        .apply(IndexDocuments.into(ElasticsearchTarget.at(server, index)).withBulkDocuments(400));
    PipelineResult result = pipeline.run();
    assertThat(Measures.counter(result, "rows_written")).isEqualTo(5 * 3 * 500);
    assertThat(IndexedDocuments.count(server, index)).isEqualTo(500);
    assertThat(IndexedDocuments.sum(server, index, "n")).isEqualTo(3 * 500);
  }

  @Test
  void survivesServerKillAndRestart(SearchServer shared) throws Exception {
    try (SearchServer own = shared.another()) {
      create(own.url());
      AtomicBoolean restarted = new AtomicBoolean();
      FaultyProxy.Fault crash =
          FaultyProxy.atRequest(
              5,
              () -> {
                own.kill();
                CompletableFuture<Void> unused =
                    CompletableFuture.runAsync(
                        () -> {
                          own.restart();
                          restarted.set(true);
                        });
              });
      try (FaultyProxy proxy = FaultyProxy.before(own.url(), crash)) {
        TestPipeline pipeline = Runner.DIRECT.pipeline();
        blocks(pipeline)
            .apply(
                IndexDocuments.into(ElasticsearchTarget.at(proxy.url(), index))
                    .withBulkDocuments(100)
                    .withRetry(new Retry(400, Duration.ofMillis(100), Duration.ofMillis(500))));
        PipelineResult result = pipeline.run();
        assertThat(proxy.strikes()).isEqualTo(1);
        assertThat(restarted).isTrue();
        assertThat(Measures.counter(result, "retries")).isPositive();
        assertThat(IndexedDocuments.count(own.url(), index)).isEqualTo(DOCUMENTS);
        assertThat(IndexedDocuments.sum(own.url(), index, "n")).isEqualTo(SUM);
      }
    }
  }

  @Test
  void requiresCredentialsAndAPrivateAuthority() throws Exception {
    TestAuthority authority = TestAuthority.in(directory);
    Secret secret = new Secret("hunter2");
    ElasticsearchTarget nobody = ElasticsearchTarget.at("https://127.0.0.1:1", index);
    for (ElasticsearchTarget somebody :
        List.of(
            nobody.withApiKey(secret),
            nobody.withUser("me", secret),
            nobody.withBearerToken(secret))) {
      String authorization =
          somebody.headers().values().stream().map(Secret::value).findFirst().orElseThrow();
      try (FaultyProxy proxy = FaultyProxy.secured(server, authorization, authority.server())) {
        ElasticsearchTarget target = somebody.withUrls(List.of(proxy.tlsUrl()));
        ElasticsearchTarget trusting = target.withCaCertificates(authority.pem());
        write(trusting);
        assertThat(proxy.strikes()).isZero();
        assertThatThrownBy(() -> write(trusting.withApiKey(new Secret("wrong"))))
            .hasMessageContaining("HTTP 401, security_exception")
            .satisfies(
                fault -> assertThat(Throwables.getStackTrace(fault)).doesNotContain("hunter2"));
        assertThat(proxy.strikes()).isEqualTo(1);
        assertThatThrownBy(() -> write(target)).hasMessageContaining("PKIX path building failed");
      }
    }
    assertThat(IndexedDocuments.sources(server, index)).hasSize(10);
  }

  /**
   * The fault strikes half of the requests, on both runners; all documents are there in the end.
   */
  private void survives(FaultyProxy.Fault fault) throws Exception {
    for (Runner runner : Runner.values()) {
      try (FaultyProxy proxy = FaultyProxy.before(server, fault)) {
        PipelineResult result = index(runner, proxy.url());
        assertThat(proxy.strikes()).isPositive();
        assertThat(Measures.counter(result, "retries")).isEqualTo(proxy.strikes());
        assertAllIndexed(result);
      }
      Http.send("DELETE", server + "/" + index, "");
      create(server);
    }
  }

  private PipelineResult index(Runner runner, String url) {
    return index(runner, url, Duration.ofSeconds(2));
  }

  private PipelineResult index(Runner runner, String url, Duration requestTimeout) {
    TestPipeline pipeline = runner.pipeline();
    blocks(pipeline)
        .apply(
            IndexDocuments.into(ElasticsearchTarget.at(url, index))
                .withBulkDocuments(250)
                .withRequestTimeout(requestTimeout)
                .withRetry(PATIENT));
    return pipeline.run();
  }

  private void assertAllIndexed(PipelineResult result) throws IOException {
    assertThat(Measures.counter(result, "rows_written")).isEqualTo(DOCUMENTS);
    assertThat(IndexedDocuments.count(server, index)).isEqualTo(DOCUMENTS);
    assertThat(IndexedDocuments.sum(server, index, "n")).isEqualTo(SUM);
  }

  private int port() {
    return URI.create(server).getPort();
  }

  static void write(ElasticsearchTarget target) throws Exception {
    try (BulkWriter<String> writer = BulkWriter.open(BulkSettings.of(target), Ignoring.INSTANCE)) {
      for (Document document : documents(1, 10)) {
        writer.accept(document, "");
      }
      writer.flush();
    }
  }

  private void create(String url) throws Exception {
    IndexTemplate.of("{\"properties\":{\"n\":{\"type\":\"long\"}}}")
        .createIfMissing(ElasticsearchTarget.at(url, index));
  }

  private void block(String kind, boolean on) {
    Http.send(
        "PUT",
        server + "/" + index + "/_settings",
        "{\"index.blocks.%s\":%s}".formatted(kind, on ? "true" : "null"));
  }

  private static PCollection<Block<Document>> blocks(TestPipeline pipeline) {
    List<Block<Document>> blocks = new ArrayList<>();
    for (int first = 1; first <= DOCUMENTS; first += 300) {
      blocks.add(new Block<>(documents(first, first + 299)));
    }
    return pipeline.apply(Create.of(blocks).withCoder(Block.coder(Document.coder())));
  }

  private static List<Document> documents(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(n -> document(n)).toList();
  }

  private static Document document(int n) {
    return Document.of("" + n, "{\"n\":%d}".formatted(n));
  }

  private static Document badDocument(int n) {
    return Document.of("" + n, "{\"n\":\"hunter2\"}");
  }

  private record Collecting(List<RefusedDocument> refused) implements BulkListener<String> {
    @Override
    public void indexed(String place, int documents) {}

    @Override
    public void refused(String place, RefusedDocument document) {
      refused.add(document);
    }

    @Override
    public void ended(String first, Written account) {}
  }

  private static final class Counting implements BulkListener<String> {
    private int indexed;
    private int superseded;

    @Override
    public void indexed(String place, int documents) {
      indexed += documents;
    }

    @Override
    public void superseded(String place, int documents) {
      superseded += documents;
    }

    @Override
    public void refused(String place, RefusedDocument document) {
      throw new AssertionError(document.describe());
    }

    @Override
    public void ended(String first, Written account) {}
  }
}
