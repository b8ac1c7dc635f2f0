package dev.diagonal.pipelines.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(ElasticsearchExtension.class)
final class LocalElasticsearchIT {

  private static final String BULK =
      """
      {"index":{"_id":"1"}}
      {"title":"Heat"}
      {"index":{"_id":"2"}}
      {"title":"Alien"}
      """;

  @Test
  void hasStatedVersionAndAnswersSearches(LocalElasticsearch elasticsearch) {
    String url = elasticsearch.url();
    assertThat(Http.get(url)).contains("\"number\" : \"8.7.1\"");

    Http.send(
        "PUT", url + "/films", "{\"mappings\":{\"properties\":{\"title\":{\"type\":\"text\"}}}}");
    assertThat(Http.send("POST", url + "/films/_bulk?refresh=true", BULK))
        .contains("\"errors\":false");

    assertThat(Http.get(url + "/films/_search?q=title:alien&filter_path=hits.hits._id"))
        .isEqualTo("{\"hits\":{\"hits\":[{\"_id\":\"2\"}]}}");
  }

  @Test
  @Tag("large")
  void keepsDocumentsAcrossAKill(@TempDir Path directory) {
    var setup = LocalElasticsearch.configure().withDataDirectory(directory);
    try (LocalElasticsearch elasticsearch = setup.start()) {
      String url = elasticsearch.url();
      Http.send("POST", url + "/films/_bulk", BULK);

      elasticsearch.kill();
      assertThatThrownBy(() -> Http.get(url)).isInstanceOf(UncheckedIOException.class);
      elasticsearch.restart();

      assertThat(elasticsearch.url()).isEqualTo(url);
      assertThat(Http.get(url + "/films/_source/1")).isEqualTo("{\"title\":\"Heat\"}");
      assertThatThrownBy(setup::start)
          .isInstanceOf(EmbeddedServersException.class)
          .hasMessageContaining(directory + " is in use by another running server");
    }
    try (LocalElasticsearch elasticsearch = setup.withSetting("node.name", "renamed").start()) {
      assertThat(Http.get(elasticsearch.url())).contains("\"name\" : \"renamed\"");
      assertThat(Http.get(elasticsearch.url() + "/films/_source/2"))
          .isEqualTo("{\"title\":\"Alien\"}");
    }
  }

  @Test
  void showsServerOutputWhenStartFails() {
    var setup = LocalElasticsearch.configure().withSetting("no.such.setting", "1");
    assertThatThrownBy(setup::start)
        .isInstanceOf(EmbeddedServersException.class)
        .hasMessageContaining("ended with exit code 1")
        .hasMessageContaining("bin/elasticsearch")
        .hasMessageContaining("unknown setting [no.such.setting]")
        .satisfies(
            e -> {
              String log =
                  String.valueOf(e.getMessage()).replaceAll("(?s).*log \\((.*?)\\):.*", "$1");
              assertThat(Path.of(log)).hasFileName("server.log");
              assertThat(Path.of(log).getParent()).doesNotExist();
            });
  }
}
