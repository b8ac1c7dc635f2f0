package dev.diagonal.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.elasticsearch.ScriptedHttpServer.Asked;
import dev.diagonal.fault.Retry;
import dev.diagonal.write.Secret;
import dev.diagonal.write.Written;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BulkIndexerTest {

  private static final Retry THRICE = new Retry(3, Duration.ofMillis(1), Duration.ofMillis(2));
  private static final List<Document> DOCUMENTS =
      IntStream.rangeClosed(1, 3)
          .mapToObj(i -> Document.of("id" + i, "{\"payload\":%d}".formatted(i)))
          .toList();
  private static final String ALL_DONE = items(item(201, ""), item(200, ""), item(201, ""));
  private static final String REJECTED =
      item(429, "es_rejected_execution_exception\",\"reason\":\"queue full");

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
  void sendsTheWholeRequestAgainWhenItMayPass(int status) throws Exception {
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
  void failsOnARefusedDocumentAtOnceAndNamesIt() {
    server.answers(
        200,
        items(
            REJECTED,
            item(201, ""),
            item(
                400,
                "mapper_parsing_exception\",\"reason\":\"failed to parse field [a]. Preview of"
                    + " field's value: 'hunter2'")));
    assertThatThrownBy(() -> write(target()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot index 1 of 3 documents, first id id3, into %s/movies: 1 refused, document id3"
                    .formatted(server.url())
                + " with status 400, mapper_parsing_exception: failed to parse field [a].");
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void failsOnARefusedRequestAtOnce() {
    server.answers(
        403, "{\"error\":{\"type\":\"cluster_block_exception\",\"reason\":\"read-only\"}}");
    assertThatThrownBy(() -> write(target()))
        .hasMessageContaining("cannot index 3 of 3 documents")
        .hasMessageEndingWith("HTTP 403, cluster_block_exception: read-only");
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void givesUpAfterTheLastAttemptAndSaysWhatIsLeft() {
    server
        .answers(200, items(item(201, ""), REJECTED, REJECTED))
        .answers(200, items(item(201, ""), REJECTED))
        .answers(200, items(REJECTED));
    assertThatThrownBy(() -> write(target()))
        .hasMessageContaining("cannot index 1 of 3 documents, first id id3")
        .hasMessageContaining("gave up after 3 attempts")
        .hasMessageContaining("status 429, es_rejected_execution_exception: queue full")
        .hasMessageNotContaining("payload");
    assertThat(server.asked()).hasSize(3);
  }

  @Test
  void givesUpOnAServerThatIsNotThere() {
    ElasticsearchTarget nobody = target();
    server.close();
    assertThatThrownBy(() -> write(nobody))
        .hasMessageContaining("gave up after 3 attempts")
        .hasMessageContaining("Connection refused");
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
    try (BulkIndexer indexer = indexer(target())) {
      assertAccount(
          indexer.write(List.of(Document.of("1", "{\"v\":1}"), Document.of("1", "{\"v\":2}"))),
          2,
          1);
    }
    assertThat(server.asked().get(0).body()).isEqualTo("{\"index\":{\"_id\":\"1\"}}\n{\"v\":2}\n");
  }

  @Test
  void authenticatesWithTheFirstRequest() throws Exception {
    server.answers(200, ALL_DONE).answers(200, ALL_DONE).answers(200, ALL_DONE);
    write(target());
    write(target().withUser("me", new Secret("pässword")));
    write(target().withApiKey(new Secret("a2V5")));
    assertThat(server.asked())
        .extracting(Asked::authorization)
        .containsExactly(null, "Basic bWU6cMOkc3N3b3Jk", "ApiKey a2V5");
  }

  @Test
  void goesBelowThePathOfTheUrl() throws Exception {
    server.answers(200, ALL_DONE);
    write(ElasticsearchTarget.at(server.url() + "/search/", "movies"));
    assertThat(server.asked().get(0).uri()).startsWith("/search/movies/_bulk?");
  }

  private static void assertAccount(Written written, long rows, int attempts) {
    assertThat(written).isEqualTo(new Written("movies", rows, attempts, written.millis()));
  }

  private ElasticsearchTarget target() {
    return ElasticsearchTarget.at(server.url(), "movies");
  }

  private static Written write(ElasticsearchTarget target) throws Exception {
    try (BulkIndexer indexer = indexer(target)) {
      return indexer.write(DOCUMENTS);
    }
  }

  private static BulkIndexer indexer(ElasticsearchTarget target) {
    return new BulkIndexer(new IndexDocuments.Bulk(target, 1_000, 5 << 20, THRICE));
  }

  private static String items(String... items) {
    return "{\"errors\":true,\"items\":[" + String.join(",", items) + "]}";
  }

  private static String item(int status, String error) {
    return error.isEmpty()
        ? "{\"index\":{\"status\":%d}}".formatted(status)
        : "{\"index\":{\"status\":%d,\"error\":{\"type\":\"%s\"}}}".formatted(status, error);
  }
}
