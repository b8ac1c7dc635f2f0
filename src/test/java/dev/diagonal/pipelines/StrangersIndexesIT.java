package dev.diagonal.pipelines;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.internal.donors.GenerateFiles;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Indexes, aliases, data streams and templates as their owners make them, loaded by every command.
 */
@ExtendWith(ElasticsearchExtension.class)
final class StrangersIndexesIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a command indexes. */
  enum Loading {
    MOVIES("movie-ratings --input=%1$s/ratings.csv --elasticsearchIndex=%2$s", 2, "movie_id"),
    DONATIONS(
        "donors-choose --projects=%1$s/projects* --donations=%1$s/donations*"
            + " --resources=%1$s/resources* --elasticsearchIndex=%2$s",
        20, "donor_zip"),
    ROWS("transfer --from=csv:%1$s/rows.csv --to=elasticsearch:%2$s --key=id", 3, "ratio");

    private final String command;
    private final int documents;

    /** A field that all documents have. */
    private final String field;

    Loading(String command, int documents, String field) {
      this.command = command;
      this.documents = documents;
      this.field = field;
    }

    String index(String name) {
      return "strange-" + name + "-" + name().toLowerCase(Locale.ROOT);
    }
  }

  private final Path directory;
  private final LocalElasticsearch elasticsearch;

  StrangersIndexesIT(@TempDir Path directory, LocalElasticsearch elasticsearch) throws IOException {
    this.directory = directory;
    this.elasticsearch = elasticsearch;
    GenerateFiles.into(directory, 20, 2);
    Files.writeString(
        directory.resolve("ratings.csv"),
        "userId,movieId,rating,timestamp\n1,1,3.5,1\n2,1,4.5,2\n1,2,1,3\n");
    Files.writeString(directory.resolve("rows.csv"), "id,ratio\n1,1\n2,0.9\n3,0.4\n");
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheWriteIndexOfAnAliasChanges(Loading loading) throws Exception {
    String alias = loading.index("alias");
    put(alias + "-1", "{}");
    like(loading, alias + "-2");
    alias(alias, true);
    assertDone(load(loading, alias));
    assertThat(count(alias + "-1")).isZero();
    assertThat(mapping(alias + "-1")).isEmpty();
    assertThat(count(alias + "-2")).isEqualTo(loading.documents);
  }

  @ParameterizedTest
  @CsvSource({
    "MOVIES, closed, index_closed_exception",
    "MOVIES, routing, routing_missing_exception",
    "MOVIES, alias-without, no write index is defined for alias",
    "DONATIONS, closed, index_closed_exception",
    "DONATIONS, routing, routing_missing_exception",
    "DONATIONS, alias-without, no write index is defined for alias"
  })
  void aFaultOfTheIndexFailsTheRun(Loading loading, String fault, String reason) throws Exception {
    String index = loading.index(fault);
    switch (fault) {
      case "closed" -> {
        like(loading, index);
        Http.send("POST", elasticsearch.url() + "/" + index + "/_close", "");
      }
      case "routing" -> {
        like(loading, index, mapping -> mapping.putObject("_routing").put("required", true));
      }
      default -> {
        like(loading, index + "-1");
        like(loading, index + "-2");
        alias(index, false);
      }
    }
    Path bad = directory.resolve("bad.jsonl");
    Launched launched = load(loading, index, "--badRecords=" + bad);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", launched.err())).contains(index, reason).doesNotContain("\tat ");
    if (Files.exists(bad)) {
      assertThat(bad).isEmptyFile();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTemplateGivesSettingsAndAliases(Loading loading) throws Exception {
    String index = loading.index("template");
    template(index, "{'settings':{'number_of_shards':2},'aliases':{'all-%s':{}}}".formatted(index));
    assertDone(load(loading, index));
    assertThat(count("all-" + index)).isEqualTo(loading.documents);
    assertThat(get(index + "/_settings").at("/" + index + "/settings/index/number_of_shards"))
        .hasToString("\"2\"");
  }

  @ParameterizedTest
  @CsvSource({
    "MOVIES, _index_template",
    "MOVIES, _template",
    "DONATIONS, _index_template",
    "DONATIONS, _template"
  })
  void aTemplateWithAnotherMappingIsRefused(Loading loading, String kind) throws Exception {
    String index = loading.index(kind.equals("_template") ? "legacy" : "mapped");
    String mapping = "'mappings':{'properties':{'%s':{'type':'boolean'}}}".formatted(loading.field);
    if (kind.equals("_template")) {
      put(kind + "/" + index, "{'index_patterns':['%s*'],%s}".formatted(index, mapping));
    } else {
      template(index, "{" + mapping + "}");
    }
    Launched launched = load(loading, index);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", launched.err()))
        .contains("template", index, "field " + loading.field, "found boolean")
        .doesNotContain("\tat ");
    assertThat(get("_cat/indices/" + index + "*?format=json")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aDataStreamWithoutTimestampsIsRefused(Loading loading) throws Exception {
    String stream = loading.index("stream");
    put(
        "_index_template/" + stream,
        "{'index_patterns':['%s'],'data_stream':{},'priority':700}".formatted(stream));
    Launched launched = load(loading, stream);
    assertThat(launched.exitCode()).as("%s", launched).isIn(ExitCode.FAILED, ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", launched.err()))
        .contains(stream, "data stream")
        .doesNotContain("\tat ");
    assertThat(Http.get(elasticsearch.url() + "/_cat/indices?expand_wildcards=all"))
        .doesNotContain(stream);
  }

  @Test
  void fieldsOfAWriteIndexAreNotGuessed() throws Exception {
    put("strange-guess-1", "{'mappings':{'properties':{'ratio':{'type':'keyword'}}}}");
    put("strange-guess-2", "{}");
    alias("strange-guess", true);
    assertDone(load(Loading.ROWS, "strange-guess"));
    assertThat(sum("strange-guess-2")).isEqualTo(2.3);
    assertThat(mapping("strange-guess-1").at("/properties/id").isMissingNode()).isTrue();
  }

  @Test
  void nestedFractionsForWholeNumbersAreBadRecords() throws Exception {
    put(
        "strange-json",
        "{'mappings':{'properties':{'more':{'properties':{'a':{'type':'long'}}}}}}");
    Path rows = directory.resolve("rows.jsonl");
    Files.writeString(
        rows,
        """
        {"id":1,"more":{"a":1}}
        {"id":2,"more":{"a":[2,0.5]}}
        {"id":3,"more":{"b":{"a":0.5},"a":3.0}}
        {"id":4,"more":{"b":[{"c":1}],"a":"4.5"}}
        """);
    Path bad = directory.resolve("bad.jsonl");
    assertDone(
        launch(
            "transfer --from=jsonl:%s --to=elasticsearch:strange-json --key=id --badRecords=%s"
                .formatted(rows, bad)));
    assertThat(Files.readAllLines(bad))
        .hasSize(2)
        .anyMatch(line -> line.contains("column 'more.a': 0.5 has a fraction"))
        .anyMatch(line -> line.contains("column 'more.a': 4.5 has a fraction"));
    assertThat(count("strange-json")).isEqualTo(2);
  }

  private Launched load(Loading loading, String index, String... more) {
    return launch(loading.command.formatted(directory, index), more);
  }

  private Launched launch(String command, String... more) {
    List<String> args = new ArrayList<>(Arrays.asList(command.split(" ")));
    args.add("--runner=DirectRunner");
    args.add("--elasticsearchUrl=" + elasticsearch.url());
    args.addAll(List.of(more));
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  /** Creates an empty index with the mapping that the command itself makes. */
  private void like(Loading loading, String index) throws IOException {
    like(loading, index, mapping -> {});
  }

  private void like(Loading loading, String index, Consumer<ObjectNode> change) throws IOException {
    String model = loading.index("model");
    assertDone(load(loading, model));
    ObjectNode mapping = (ObjectNode) mapping(model);
    change.accept(mapping);
    put(index, "{'mappings':" + mapping + "}");
  }

  /** Adds an alias to the indexes whose names end in 1 and 2; the second may be written. */
  private void alias(String alias, boolean writes) {
    String actions =
        "{'actions':[{'add':{'index':'%1$s-1','alias':'%1$s'}},"
            + "{'add':{'index':'%1$s-2','alias':'%1$s'%2$s}}]}";
    Http.send(
        "POST",
        elasticsearch.url() + "/_aliases",
        actions.formatted(alias, writes ? ",'is_write_index':true" : "").replace('\'', '"'));
  }

  private void template(String index, String template) {
    put(
        "_index_template/" + index,
        "{'index_patterns':['%s'],'priority':702,'template':%s}".formatted(index, template));
  }

  private void put(String path, String body) {
    Http.send("PUT", elasticsearch.url() + "/" + path, body.replace('\'', '"'));
  }

  private JsonNode get(String path) throws IOException {
    return JSON.readTree(Http.get(elasticsearch.url() + "/" + path));
  }

  private JsonNode mapping(String index) throws IOException {
    return get(index + "/_mapping").path(index).path("mappings");
  }

  private int count(String index) throws IOException {
    return get(index + "/_count").path("count").asInt();
  }

  private double sum(String index) throws IOException {
    String query = "{\"size\":0,\"aggs\":{\"sum\":{\"sum\":{\"field\":\"ratio\"}}}}";
    return JSON.readTree(Http.send("POST", elasticsearch.url() + "/" + index + "/_search", query))
        .at("/aggregations/sum/value")
        .asDouble();
  }
}
