package dev.diagonal.elasticsearch.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ElasticsearchExtension.class)
final class CreateIndexIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MAPPING =
      """
      {"properties": {
        "movie_id": {"type": "long"},
        "rating_mean": {"type": "double"},
        "title": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
        "genre": {"properties": {"name": {"type": "keyword"}}}
      }}""";

  @Test
  void createsWhatIsMissingWithTheMapping(LocalElasticsearch elasticsearch) throws Exception {
    IndexTemplate.of(MAPPING).createIfMissing(target(elasticsearch, "create-missing"));
    assertThat(
            JSON.readTree(Http.get(elasticsearch.url() + "/create-missing/_mapping"))
                .at("/create-missing/mappings"))
        .isEqualTo(JSON.readTree(MAPPING));
  }

  @Test
  void leavesAnIndexThatFitsAsItIs(LocalElasticsearch elasticsearch) throws Exception {
    ElasticsearchTarget target = target(elasticsearch, "create-twice");
    IndexTemplate.of(MAPPING).createIfMissing(target);
    String url = elasticsearch.url() + "/create-twice";
    Http.send("PUT", url + "/_doc/1?refresh=true", "{\"movie_id\":1,\"further\":2}");
    IndexTemplate.of(MAPPING).createIfMissing(target);
    assertThat(JSON.readTree(Http.get(url + "/_count")).path("count").asInt()).isEqualTo(1);
  }

  @Test
  void refusesAnIndexWhoseFieldsHaveOtherTypes(LocalElasticsearch elasticsearch) throws Exception {
    ElasticsearchTarget target = target(elasticsearch, "create-other");
    IndexTemplate.of(
            """
        {"properties": {"movie_id": {"type": "keyword"}, "rating_mean": {"type": "double"},
          "title": {"type": "text"}}}""")
        .createIfMissing(target);
    assertThatThrownBy(() -> IndexTemplate.of(MAPPING).createIfMissing(target))
        .isInstanceOf(TargetMismatchException.class)
        .hasMessage(
            "index create-other does not have the expected layout: field genre: expected"
                + " object, found none; field genre.name: expected keyword, found none; field"
                + " movie_id: expected long, found keyword");
  }

  @Test
  void looksThroughAnAlias(LocalElasticsearch elasticsearch) throws Exception {
    IndexTemplate.of(MAPPING).createIfMissing(target(elasticsearch, "create-aliased"));
    Http.send("PUT", elasticsearch.url() + "/create-aliased/_alias/create-alias", "{}");
    IndexTemplate.of(MAPPING).createIfMissing(target(elasticsearch, "create-alias"));
  }

  @Test
  void saysWhatElasticsearchRefuses(LocalElasticsearch elasticsearch) {
    ElasticsearchTarget target = target(elasticsearch, "create-refused");
    assertThatThrownBy(
            () ->
                IndexTemplate.of("{\"properties\":{\"a\":{\"type\":\"lang\"}}}")
                    .createIfMissing(target))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot create index " + target + ": HTTP 400")
        .hasMessageContaining("lang");
    assertThatThrownBy(() -> RefreshIndex.of(target))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot refresh index " + target + ": HTTP 404");
  }

  @Test
  void manyMayCreateTheSameIndexAtOnce(LocalElasticsearch elasticsearch) throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<Boolean>> creations = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        creations.add(
            executor.submit(
                () -> {
                  start.await();
                  IndexTemplate.of(MAPPING).createIfMissing(target(elasticsearch, "create-race"));
                  return true;
                }));
      }
      for (Future<Boolean> creation : creations) {
        assertThat(creation.get()).isTrue();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static ElasticsearchTarget target(LocalElasticsearch elasticsearch, String index) {
    return ElasticsearchTarget.at(elasticsearch.url(), index);
  }
}
