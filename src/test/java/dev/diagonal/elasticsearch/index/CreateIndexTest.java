package dev.diagonal.elasticsearch.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.bulk.ScriptedHttpServer;
import dev.diagonal.elasticsearch.bulk.ScriptedHttpServer.Asked;
import dev.diagonal.fault.TargetMismatchException;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CreateIndexTest {

  private static final String MAPPING =
      """
      {"properties":{"title":{"type":"keyword"},"mean":{"type":"double"},
       "genre":{"properties":{"name":{"type":"text"}}}}}""";

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
  void anIndexThatAnotherCreatedMeanwhileIsFine() throws Exception {
    answersThatNoTemplateMatches();
    server
        .answers(
            400, "{\"error\":{\"type\":\"resource_already_exists_exception\",\"reason\":\"\"}}")
        .answers(200, found(MAPPING));
    IndexTemplate.of(MAPPING).createIfMissing(target());
    assertThat(server.asked())
        .extracting(Asked::method)
        .containsExactly("GET", "POST", "GET", "PUT", "GET");
  }

  /** The index is missing, and neither kind of template matches. */
  private void answersThatNoTemplateMatches() {
    server.answers(404, "").answers(200, "{}").answers(200, "{}");
  }

  @Test
  void failsOnAMappingThatElasticsearchRefuses() {
    answersThatNoTemplateMatches();
    server.answers(
        400, "{\"error\":{\"type\":\"mapper_parsing_exception\",\"reason\":\"no type x\"}}");
    assertThatThrownBy(() -> IndexTemplate.of(MAPPING).createIfMissing(target()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot create index %s/movies: HTTP 400, mapper_parsing_exception: no type x"
                .formatted(server.url()));
  }

  @Test
  void triesAgainWhileElasticsearchStarts() throws Exception {
    server.answers(503, "").answers(200, found(MAPPING));
    IndexTemplate.of(MAPPING).createIfMissing(target());
    assertThat(server.asked()).hasSize(2);
  }

  @Test
  void namesEveryFieldThatDiffers() {
    server.answers(
        200,
        found(
            """
                {"properties":{"title":{"type":"text"},"mean":{"type":"double"},
                 "genre":{"type":"keyword"},"more":{"type":"long"}}}"""));
    assertThatThrownBy(() -> IndexTemplate.of(MAPPING).createIfMissing(target()))
        .isInstanceOf(TargetMismatchException.class)
        .hasMessage(
            "index movies does not have the expected layout: field genre: expected object,"
                + " found keyword; field genre.name: expected text, found none; field title:"
                + " expected keyword, found text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "{\"properties\":1}", "{\"properties\":"})
  void refusesInvalidMapping(String mapping) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IndexTemplate.of(mapping).createIfMissing(target()))
        .withMessageStartingWith("mapping must be");
  }

  private ElasticsearchTarget target() {
    return ElasticsearchTarget.at(server.url(), "movies");
  }

  private static String found(String mapping) {
    return "{\"movies-000001\":{\"mappings\":%s}}".formatted(mapping);
  }
}
