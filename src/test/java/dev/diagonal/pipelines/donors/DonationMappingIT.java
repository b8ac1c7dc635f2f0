package dev.diagonal.pipelines.donors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.internal.donors.GenerateFiles;
import dev.diagonal.internal.donors.Table;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The mapping of donations beside the one that Elasticsearch guesses: the same documents, and every
 * field is searched, sorted and aggregated with the same results.
 */
@ExtendWith(ElasticsearchExtension.class)
final class DonationMappingIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DONATIONS = 1_000;

  private final String url;
  private final Path directory;

  DonationMappingIT(LocalElasticsearch elasticsearch, @TempDir Path directory) {
    this.url = elasticsearch.url();
    this.directory = directory;
  }

  @Test
  void everyFieldAnswersAsOneThatIsGuessed() throws Exception {
    List<String> documents = documents();
    IndexTemplate.of(Table.mapping())
        .createIfMissing(ElasticsearchTarget.at(url, "donations-ours"));
    Http.send("PUT", url + "/donations-guessed", "{}");
    for (String index : List.of("donations-ours", "donations-guessed")) {
      StringBuilder body = new StringBuilder();
      for (int i = 0; i < documents.size(); i++) {
        body.append("{\"index\":{\"_id\":\"%d\"}}\n%s\n".formatted(i, documents.get(i)));
      }
      assertThat(Http.send("POST", url + "/" + index + "/_bulk?refresh=true", body.toString()))
          .contains("\"errors\":false");
    }
    JsonNode guessed = fields("donations-guessed");
    int compared = 0;
    for (Map.Entry<String, JsonNode> field : fields("donations-ours").properties()) {
      String type = field.getValue().path("type").asText();
      List<JsonNode> values = values(documents, field.getKey());
      if (values.isEmpty() || type.equals("geo_point")) { // which nothing guesses
        continue;
      }
      compare(field.getKey(), type, values.get(values.size() / 2), guessed);
      compared++;
    }
    assertThat(compared).isGreaterThan(60);
    String words = quoted("{'query':{'match':{'resource_item_name':'box'}}}");
    assertThat(search("donations-ours", words).at("/hits/total/value").asLong())
        .isEqualTo(search("donations-guessed", words).at("/hits/total/value").asLong())
        .isPositive();
  }

  private void compare(String field, String type, JsonNode value, JsonNode guessed)
      throws IOException {
    boolean isText = type.equals("keyword") || type.equals("text");
    String ours = type.equals("text") ? field + ".keyword" : field;
    String theirs =
        guessed.path(field).path("type").asText().equals("text") ? field + ".keyword" : field;
    List<String> queries =
        new ArrayList<>(
            List.of(
                "{'exists':{'field':'%s'}}",
                "{'term':{'%s':VALUE}}", "{'range':{'%s':{'gte':VALUE}}}"));
    if (isText) {
      queries.add("{'prefix':{'%s':START}}");
      queries.add("{'wildcard':{'%s':'*a*'}}");
    }
    for (String query : queries) {
      String body =
          ("{'size':20,'_source':false,'query':"
                  + query
                  + ",'sort':[{'%1$s':'asc'}],'aggs':{'all':{'terms':{'field':'%1$s','size':5000}}}}")
              .replace("'%s'", "'%1$s'");
      JsonNode mine = search("donations-ours", filled(body, ours, value));
      JsonNode other = search("donations-guessed", filled(body, theirs, value));
      String what = field + " " + query;
      assertThat(mine.at("/hits/total")).as(what).isEqualTo(other.at("/hits/total"));
      if (isText) {
        assertThat(sorts(mine)).as(what).isEqualTo(sorts(other));
        assertThat(mine.at("/aggregations/all/buckets"))
            .as(what)
            .isEqualTo(other.at("/aggregations/all/buckets"));
      } else {
        assertClose(what, sorts(mine), sorts(other));
        assertThat(mine.at("/aggregations/all/buckets"))
            .as(what)
            .hasSameSizeAs(other.at("/aggregations/all/buckets"));
      }
    }
  }

  /** A guessed field holds amounts as floats of 32 bits. */
  private static void assertClose(String what, List<JsonNode> mine, List<JsonNode> other) {
    assertThat(mine).as(what).hasSameSizeAs(other);
    for (int i = 0; i < mine.size(); i++) {
      double expected = other.get(i).asDouble();
      assertThat(mine.get(i).asDouble())
          .as(what)
          .isCloseTo(expected, within(1e-5 * (1 + Math.abs(expected))));
    }
  }

  private static List<JsonNode> sorts(JsonNode answer) {
    List<JsonNode> sorts = new ArrayList<>();
    answer.at("/hits/hits").forEach(hit -> sorts.add(hit.at("/sort/0")));
    return sorts;
  }

  private static String filled(String body, String field, JsonNode value) throws IOException {
    String text = value.asText();
    String start = JSON.writeValueAsString(text.substring(0, (text.length() + 1) / 2));
    return quoted(body.replace("%1$s", field))
        .replace("START", start)
        .replace("VALUE", value.toString());
  }

  private static String quoted(String body) {
    return body.replace('\'', '"');
  }

  private List<JsonNode> values(List<String> documents, String field) throws IOException {
    List<JsonNode> values = new ArrayList<>();
    for (String document : documents) {
      JsonNode value = JSON.readTree(document).path(field);
      JsonNode first = value.isArray() ? value.path(0) : value;
      if (first.isValueNode() && !first.isNull() && !first.asText().isEmpty()) {
        values.add(first);
      }
    }
    return values;
  }

  private JsonNode fields(String index) throws IOException {
    return JSON.readTree(Http.get(url + "/" + index + "/_mapping"))
        .path(index)
        .at("/mappings/properties");
  }

  private JsonNode search(String index, String body) throws IOException {
    return JSON.readTree(Http.send("POST", url + "/" + index + "/_search", body));
  }

  private List<String> documents() throws IOException {
    GenerateFiles.into(directory, DONATIONS, 5);
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            "donors-choose",
            "--projects=" + directory.resolve("projects.csv.gz"),
            "--donations=" + directory.resolve("donations.csv.gz"),
            "--resources=" + directory.resolve("resources.csv.gz"),
            "--output=" + directory.resolve("out"));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory.resolve("out"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
        lines.addAll(Files.readAllLines(file, UTF_8));
      }
    }
    return lines;
  }
}
