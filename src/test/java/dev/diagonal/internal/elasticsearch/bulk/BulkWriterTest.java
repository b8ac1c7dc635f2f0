package dev.diagonal.internal.elasticsearch.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.bulk.NotIndexedException;
import dev.diagonal.elasticsearch.bulk.Operation;
import dev.diagonal.elasticsearch.bulk.ScriptedHttpServer;
import dev.diagonal.elasticsearch.bulk.ScriptedHttpServer.Asked;
import dev.diagonal.fault.Retry;
import dev.diagonal.fault.Secret;
import dev.diagonal.metrics.Changes;
import dev.diagonal.metrics.Written;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BulkWriterTest {

  private static final Retry THRICE = new Retry(3, Duration.ofMillis(1), Duration.ofMillis(2));
  private static final List<Document> DOCUMENTS =
      IntStream.rangeClosed(1, 3)
          .mapToObj(i -> Document.of("id" + i, "{\"payload\":%s}".formatted(i)))
          .toList();
  private static final String ALL_DONE = items(item(201, ""), item(200, ""), item(201, ""));
  private static final String REJECTED =
      item(429, "es_rejected_execution_exception\",\"reason\":\"queue full");

  private final Heard heard = new Heard();
  private ScriptedHttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedHttpServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void sendsOneRequestOfAllDocuments() throws Exception {
    server.answers(200, ALL_DONE);
    assertAccount(write(target()), 3, 1);
    Asked asked = server.asked().get(0);
    assertThat(asked.method()).isEqualTo("POST");
    assertThat(asked.uri()).startsWith("/movies/_bulk?filter_path=errors");
    assertThat(asked.body())
        .isEqualTo(
            """
            {"index":{"_id":"id1"}}
            {"payload":1}
            {"index":{"_id":"id2"}}
            {"payload":2}
            {"index":{"_id":"id3"}}
            {"payload":3}
            """);
  }

  @Test
  void sendsOnlyRejectedDocumentsAgain() throws Exception {
    server
        .answers(200, items(REJECTED, item(201, ""), item(503, "unavailable")))
        .answers(200, items(item(201, ""), REJECTED))
        .answers(200, items(item(201, "")));
    assertAccount(write(target()), 3, 3);
    assertThat(server.asked())
        .extracting(Asked::body)
        .satisfiesExactly(
            first -> assertThat(first).contains("id1", "id2", "id3"),
            second -> assertThat(second).contains("id1", "id3").doesNotContain("id2"),
            third -> assertThat(third).contains("id3").doesNotContain("id1", "id2"));
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void resendsWholeRequestAfterTransientError(int status) throws Exception {
    server.answers(status, "<html>busy</html>").answers(status, "").answers(200, ALL_DONE);
    assertAccount(write(target()), 3, 3);
    assertThat(server.asked()).extracting(Asked::body).containsOnly(server.asked().get(0).body());
  }

  @Test
  void sendsAgainWhatFoundNoWholeAnswer() throws Exception {
    server.hangsUp().answers(200, "{\"items\":[").answers(200, ALL_DONE);
    assertAccount(write(target()), 3, 3);
  }

  @Test
  void reportsARefusedDocumentAndWritesTheRest() throws Exception {
    server
        .answers(
            200,
            items(
                REJECTED,
                item(201, ""),
                item(
                    400,
                    "mapper_parsing_exception\",\"reason\":\"failed to parse field [a]. Preview of"
                        + " field's value: 'hunter2'")))
        .answers(200, items(item(201, "")));
    assertAccount(write(target()), 2, 2);
    assertThat(heard.refused)
        .containsExactly(
            new RefusedDocument(
                DOCUMENTS.get(2), 400, "mapper_parsing_exception", "failed to parse field [a]."));
    assertThat(heard.refused.get(0).describe())
        .isEqualTo(
            "document id3 with status 400, mapper_parsing_exception: failed to parse field [a].");
  }

  @Test
  void failsWithAnAccountIfTheListenerFails() {
    server
        .answers(200, items(item(400, "no"), item(201, ""), item(400, "no")))
        .answers(200, items(item(201, "")));
    heard.refusalsAllowed = 0;
    assertThatThrownBy(
            () -> {
              try (BulkWriter<String> writer =
                  writer(settings().withBulkDocuments(3).withWriterRequests(1))) {
                for (Document document : DOCUMENTS) {
                  writer.accept(document, "a");
                }
                writer.accept(Document.of("id4", "{}"), "b");
                writer.flush();
              }
            })
        .isInstanceOf(NotIndexedException.class)
        .hasMessageMatching(
            "of 4 documents for \\S+/movies, . are indexed, 2 were refused and . are not"
                + " confirmed.*: refused id1");
  }

  @Test
  void failsImmediatelyOnARefusedRequest() {
    server.answers(
        403, "{\"error\":{\"type\":\"cluster_block_exception\",\"reason\":\"read-only\"}}");
    assertThatThrownBy(() -> write(target()))
        .hasMessage(
            "of 3 documents for %s/movies, 0 are indexed, 0 were refused and 3 are not confirmed (ids id1, id2, id3): HTTP 403, cluster_block_exception: read-only"
                .formatted(server.url()));
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void failsImmediatelyOnIndexFaultsAndReportsIndexed() {
    server.answers(
        200, items(item(201, ""), item(403, "cluster_block_exception"), item(429, "busy")));
    assertThatThrownBy(() -> write(target()))
        .hasMessageContaining(
            "1 are indexed, 0 were refused and 2 are not confirmed (ids id3, id2)")
        .hasMessageEndingWith("document id2 with status 403, cluster_block_exception: ");
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void reportsUnconfirmedDocumentsAfterLastAttempt() {
    server
        .answers(200, items(item(201, ""), REJECTED, REJECTED))
        .answers(200, items(item(201, ""), REJECTED))
        .answers(200, items(REJECTED));
    assertThatThrownBy(() -> write(target()))
        .hasMessageContaining("2 are indexed, 0 were refused and 1 are not confirmed (ids id3)")
        .hasMessageContaining("gave up after 3 attempts")
        .hasMessageContaining("status 429, es_rejected_execution_exception: queue full")
        .hasMessageNotContaining("payload")
        .satisfies(
            fault ->
                assertThat(((NotIndexedException) fault).unconfirmedIds()).containsExactly("id3"));
    assertThat(server.asked()).hasSize(3);
    assertThat(heard.indexed).containsEntry("a", 2);
  }

  @Test
  void failureAccountIncludesUnsentDocuments() {
    server.answers(403, "");
    assertThatThrownBy(
            () -> {
              try (BulkWriter<String> writer =
                  writer(settings().withBulkDocuments(1).withWriterRequests(1))) {
                for (Document document : DOCUMENTS) {
                  writer.accept(document, "a");
                }
                writer.flush();
              }
            })
        .isInstanceOf(NotIndexedException.class)
        .satisfies(
            fault -> {
              List<String> ids = ((NotIndexedException) fault).unconfirmedIds();
              assertThat(ids).startsWith("id1", "id2").doesNotHaveDuplicates();
            });
  }

  @Test
  void aWriterThatFailedIsOfNoUse() throws Exception {
    server.answers(403, "");
    try (BulkWriter<String> writer = writer(settings())) {
      writer.accept(DOCUMENTS.get(0), "a");
      assertThatThrownBy(writer::flush).isInstanceOf(NotIndexedException.class);
      assertThatThrownBy(writer::flush).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> writer.accept(DOCUMENTS.get(0), "a"))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413})
  void halvesRefusedRequestUntilBadDocumentIsAlone(int status) throws Exception {
    server
        .answers(status, "")
        .answers(200, items(item(201, "")))
        .answers(status, "")
        .answers(status, "{\"error\":{\"type\":\"x\",\"reason\":\"y\"}}")
        .answers(200, items(item(201, "")));
    assertAccount(write(target()), 2, 5);
    assertThat(heard.refused)
        .containsExactly(new RefusedDocument(DOCUMENTS.get(1), status, "x", "y"));
  }

  @Test
  void splitsOversizedRequestInHalf() throws Exception {
    server
        .answers(413, "")
        .answers(200, items(item(201, "")))
        .answers(429, "")
        .answers(200, items(item(201, ""), item(201, "")));
    assertAccount(write(target()), 3, 4);
    assertThat(heard.refused).isEmpty();
    assertThat(server.asked().get(3).body())
        .contains("id2", "id3")
        .doesNotContain("id1")
        .isEqualTo(server.asked().get(2).body());
  }

  @Test
  void refusesWhatElasticsearchWouldWithoutSendingIt() throws Exception {
    server.answers(200, items(item(201, "")));
    List<Document> unfit =
        List.of(
            Document.of("", "{}"),
            Document.of("é".repeat(257), "{}"),
            Document.of("large", "{\"payload\":\"" + "x".repeat(100) + "\"}"));
    try (BulkWriter<String> writer = writer(settings().withMaxDocumentBytes(100))) {
      for (Document document : unfit) {
        writer.accept(document, "a");
      }
      writer.accept(DOCUMENTS.get(0), "a");
      writer.flush();
    }
    assertThat(heard.refused)
        .extracting(RefusedDocument::document)
        .containsExactlyElementsOf(unfit);
    assertThat(heard.refused)
        .extracting(refused -> refused.status() + " " + refused.type() + ": " + refused.reason())
        .containsExactly(
            "0 invalid_id: an id must have 1 to 512 bytes in UTF-8, got 0",
            "0 invalid_id: an id must have 1 to 512 bytes in UTF-8, got 514",
            "0 document_too_large: a document may take up to 100 bytes of a request, this one takes 141");
    assertThat(server.asked()).hasSize(1);
    assertThat(server.asked().get(0).body()).contains("id1").doesNotContain("large");
  }

  @Test
  void creatingExistingDocumentIsDoneDeletingMissingIsNot() throws Exception {
    server.answers(
        200,
        """
        {"errors":true,"items":[
          {"create":{"status":409,"error":{"type":"version_conflict_engine_exception"}}},
          {"delete":{"status":404}},
          {"update":{"status":404,"error":{"type":"document_missing_exception"}}},
          {"index":{"status":409,"error":{"type":"version_conflict_engine_exception"}}}]}
        """);
    try (BulkWriter<String> writer = writer(settings())) {
      writer.accept(DOCUMENTS.get(0).withOperation(Operation.CREATE), "a");
      writer.accept(Document.deletion("id2"), "a");
      writer.accept(DOCUMENTS.get(2).withOperation(Operation.UPDATE), "a");
      writer.accept(Document.of("id4", "{}"), "a");
      writer.flush();
    }
    assertThat(heard.indexed).containsEntry("a", 1);
    assertThat(heard.missing).containsEntry("a", 1);
    assertThat(heard.ended.get(0).rows()).isEqualTo(1);
    assertThat(heard.ended.get(0).changes()).isEqualTo(new Changes(0, 0, 1, 0, 0, 0, 1, 0));
    assertThat(heard.refused)
        .extracting(refused -> refused.document().id() + " " + refused.status())
        .containsExactly("id3 404", "id4 409");
  }

  @Test
  void repeatedDeletionOfMissingDocumentIsUnconfirmed() throws Exception {
    server.answers(503, "").answers(200, "{\"items\":[{\"delete\":{\"status\":404}}]}");
    try (BulkWriter<String> writer = writer(settings())) {
      writer.accept(Document.deletion("id1"), "a");
      writer.flush();
    }
    assertThat(heard.indexed).isEmpty();
    assertThat(heard.ended.get(0).changes()).isEqualTo(new Changes(0, 0, 0, 0, 0, 0, 0, 1));
  }

  @Test
  void missingDocumentIsUnconfirmedWithSeveralNodes() throws Exception {
    server.answers(200, "{\"items\":[{\"delete\":{\"status\":404}}]}");
    ElasticsearchTarget both = target().withUrls(List.of(server.url(), server.url() + "/"));
    try (BulkWriter<String> writer = writer(BulkSettings.of(both))) {
      writer.accept(Document.deletion("id1"), "a");
      writer.flush();
    }
    assertThat(heard.ended.get(0).changes()).isEqualTo(new Changes(0, 0, 0, 0, 0, 0, 0, 1));
  }

  @Test
  void anUpdateThatMetAnotherIsSentAgain() throws Exception {
    server
        .answers(200, items(item(409, "version_conflict_engine_exception")))
        .answers(200, items(item(200, "")));
    try (BulkWriter<String> writer = writer(settings())) {
      writer.accept(DOCUMENTS.get(0).withOperation(Operation.UPSERT), "a");
      writer.flush();
    }
    assertThat(heard.indexed).containsEntry("a", 1);
    assertThat(server.asked()).hasSize(2);
  }

  @Test
  void failsOnAnIndexThatIsNotThere() {
    server.answers(
        200, items(item(404, "index_not_found_exception"), item(201, ""), item(201, "")));
    assertThatThrownBy(() -> write(target())).hasMessageContaining("index_not_found_exception");
  }

  @Test
  void partialUpdatesOfOneDocumentStayInOrder() throws Exception {
    server
        .answers(200, items(REJECTED, item(201, "")))
        .answers(200, items(item(201, "")))
        .answers(200, items(item(200, "")));
    try (BulkWriter<String> writer = writer(settings())) {
      writer.accept(DOCUMENTS.get(0).withOperation(Operation.UPSERT), "a");
      writer.accept(DOCUMENTS.get(1).withOperation(Operation.UPSERT), "a");
      writer.accept(Document.of("id1", "{\"v\":2}").withOperation(Operation.UPSERT), "b");
      writer.flush();
    }
    assertThat(server.asked())
        .extracting(Asked::body)
        .satisfiesExactly(
            first -> assertThat(first).contains("\"payload\":1", "\"payload\":2"),
            again -> assertThat(again).contains("\"payload\":1").doesNotContain("\"v\":2"),
            later -> assertThat(later).contains("\"v\":2").doesNotContain("payload"));
    assertThat(heard.indexed).containsEntry("a", 2).containsEntry("b", 1);
  }

  @Test
  void laterDocumentsDoNotOvertakeEarlierOnes() throws Exception {
    server
        .answers(200, items(REJECTED))
        .answers(200, items(item(201, "")))
        .answers(200, items(item(200, "")));
    try (BulkWriter<String> writer = writer(settings().withBulkDocuments(1))) {
      writer.accept(Document.of("1", "{\"v\":1}"), "a");
      writer.accept(Document.of("1", "{\"v\":2}"), "a");
      writer.flush();
    }
    assertThat(server.asked())
        .extracting(asked -> asked.body().contains("\"v\":2"))
        .containsExactly(false, false, true);
  }

  @Test
  void earlierDocumentStaysIfLaterIsRefused() throws Exception {
    server.answers(200, items(item(400, "bad"))).answers(200, items(item(201, "")));
    try (BulkWriter<String> writer = writer(settings())) {
      writer.accept(Document.of("1", "{\"v\":1}"), "a");
      writer.accept(Document.of("1", "{\"v\":2}"), "b");
      writer.flush();
    }
    assertThat(heard.indexed).containsExactly(Map.entry("a", 1));
    assertThat(heard.refused)
        .extracting(RefusedDocument::document)
        .hasToString("[Document[1, 7 bytes]]");
    assertThat(server.asked().get(1).body()).endsWith("{\"v\":1}\n");
  }

  @Test
  void cutsByDocuments() throws Exception {
    server.answers(200, items(item(201, ""), item(201, ""))).answers(200, items(item(201, "")));
    try (BulkWriter<String> writer =
        writer(settings().withBulkDocuments(2).withWriterRequests(1))) {
      for (Document document : DOCUMENTS) {
        writer.accept(document, "a");
      }
      writer.flush();
    }
    assertThat(heard.indexed).containsEntry("a", 3);
    assertThat(heard.ended).extracting(Written::rows).containsExactlyInAnyOrder(2L, 1L);
  }

  @ParameterizedTest
  @CsvSource({"76, 2", "75, 3", "1, 3"})
  void cutsByBytesOfTheBody(long bulkBytes, int requests) throws Exception {
    // A document takes 38 bytes: two fit into 76.
    server
        .answers(200, requests == 2 ? items(item(201, ""), item(201, "")) : items(item(201, "")))
        .answers(200, items(item(201, "")))
        .answers(200, items(item(201, "")));
    try (BulkWriter<String> writer =
        writer(settings().withBulkBytes(bulkBytes).withWriterRequests(1))) {
      for (Document document : DOCUMENTS) {
        writer.accept(document, "a");
      }
      writer.flush();
    }
    assertThat(server.asked()).hasSize(requests);
  }

  @Test
  void givesUpOnUnreachableServer() {
    ElasticsearchTarget nobody = target();
    server.close();
    assertThatThrownBy(() -> write(nobody))
        .hasMessageContaining("gave up after 3 attempts")
        .hasMessageContaining("Connection refused");
  }

  @Test
  void lateAnswerCountsAsLost() throws Exception {
    server.keepsSilent().answers(200, ALL_DONE);
    try (BulkWriter<String> writer =
        writer(settings().withRequestTimeout(Duration.ofMillis(200)))) {
      for (Document document : DOCUMENTS) {
        writer.accept(document, "a");
      }
      writer.flush();
    }
    assertAccount(heard.ended.get(0), 3, 2);
  }

  @Test
  void compressesOnDemand() throws Exception {
    server.answers(200, ALL_DONE);
    try (BulkWriter<String> writer = writer(settings().withGzip(true))) {
      for (Document document : DOCUMENTS) {
        writer.accept(document, "a");
      }
      writer.flush();
    }
    assertThat(server.asked().get(0).body()).contains("\"payload\":1").endsWith("\n");
    assertThat(server.asked().get(0).headers()).containsEntry("Content-encoding", "gzip");
  }

  @Test
  void requestsShareAConnection() throws Exception {
    for (int i = 0; i < 3; i++) {
      server.answers(200, items(item(201, "")));
    }
    try (BulkWriter<String> writer =
        writer(settings().withBulkDocuments(1).withBulkRequests(1).withWriterRequests(1))) {
      for (Document document : DOCUMENTS) {
        writer.accept(document, "a");
      }
      writer.flush();
    }
    assertThat(server.asked()).hasSize(3);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void passesOverANodeThatIsDown() throws Exception {
    try (ScriptedHttpServer down = new ScriptedHttpServer()) {
      String downUrl = down.url();
      down.close();
      server.answers(200, ALL_DONE).answers(200, ALL_DONE);
      ElasticsearchTarget both = target().withUrls(List.of(downUrl, server.url()));
      assertAccount(write(both), 3, 1);
    }
  }

  @Test
  void sendsTheLastDocumentOfAnIdOnly() throws Exception {
    server.answers(200, items(item(201, "")));
    try (BulkWriter<String> writer = writer(settings())) {
      writer.accept(Document.of("1", "{\"v\":1}"), "a");
      writer.accept(Document.of("1", "{\"v\":2}"), "b");
      writer.flush();
    }
    assertThat(heard.indexed).containsEntry("a", 1).containsEntry("b", 1);
    assertThat(server.asked().get(0).body()).isEqualTo("{\"index\":{\"_id\":\"1\"}}\n{\"v\":2}\n");
  }

  @Test
  void authenticatesWithTheFirstRequest() throws Exception {
    for (int i = 0; i < 5; i++) {
      server.answers(200, ALL_DONE);
    }
    write(target());
    write(target().withUser("me", new Secret("pässword")));
    write(target().withApiKey(new Secret("a2V5")));
    write(target().withBearerToken(new Secret("token")));
    write(target().withHeader("X-Tenant", new Secret("movies")));
    assertThat(server.asked())
        .extracting(Asked::authorization)
        .containsExactly(null, "Basic bWU6cMOkc3N3b3Jk", "ApiKey a2V5", "Bearer token", null);
    assertThat(server.asked().get(4).headers()).containsEntry("X-tenant", "movies");
  }

  @Test
  void goesBelowThePathOfTheUrl() throws Exception {
    server.answers(200, ALL_DONE);
    write(ElasticsearchTarget.at(server.url() + "/search/", "movies"));
    assertThat(server.asked().get(0).uri()).startsWith("/search/movies/_bulk?");
  }

  private static void assertAccount(Written written, long rows, int attempts) {
    assertThat(written)
        .isEqualTo(new Written("movies", rows, attempts, written.millis(), written.changes()));
  }

  private ElasticsearchTarget target() {
    return ElasticsearchTarget.at(server.url(), "movies");
  }

  private BulkSettings settings() {
    return BulkSettings.of(target()).withRetry(THRICE);
  }

  private BulkWriter<String> writer(BulkSettings settings) {
    return BulkWriter.open(settings, heard);
  }

  /** Writes the three documents by one request. */
  private Written write(ElasticsearchTarget target) throws Exception {
    heard.ended.clear();
    try (BulkWriter<String> writer = writer(BulkSettings.of(target).withRetry(THRICE))) {
      for (Document document : DOCUMENTS) {
        writer.accept(document, "a");
      }
      writer.flush();
    }
    return heard.ended.get(0);
  }

  private static final class Heard implements BulkListener<String> {
    private final Map<String, Integer> indexed = new TreeMap<>();
    private final Map<String, Integer> missing = new TreeMap<>();
    private final List<RefusedDocument> refused = new ArrayList<>();
    private final List<Written> ended = new ArrayList<>();
    private int refusalsAllowed = Integer.MAX_VALUE;

    @Override
    public void indexed(String place, int documents) {
      indexed.merge(place, documents, Integer::sum);
    }

    @Override
    public void missing(String place, int documents, boolean isSure) {
      missing.merge(place, documents, Integer::sum);
    }

    @Override
    public void refused(String place, RefusedDocument document) throws IOException {
      if (refused.size() == refusalsAllowed) {
        throw new IOException("refused " + document.document().id());
      }
      refused.add(document);
    }

    @Override
    public void ended(String first, Written account) {
      ended.add(account);
    }
  }

  private static String items(String... items) {
    return "{\"errors\":true,\"items\":[" + String.join(",", items) + "]}";
  }

  private static String item(int status, String error) {
    return error.isEmpty()
        ? "{\"index\":{\"status\":%s}}".formatted(status)
        : "{\"index\":{\"status\":%s,\"error\":{\"type\":\"%s\"}}}".formatted(status, error);
  }
}
