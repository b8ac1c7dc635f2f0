package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.FaultyProxy;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Transfers whose sink, or one of whose sinks, is an index. */
@ExtendWith(ElasticsearchExtension.class)
final class TransferToIndexIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final LocalElasticsearch elasticsearch;

  TransferToIndexIT(@TempDir Path directory, LocalElasticsearch elasticsearch) {
    this.directory = directory;
    this.elasticsearch = elasticsearch;
  }

  private Launched transfer(String... options) {
    List<String> args = new ArrayList<>(List.of("transfer"));
    Stream.of(options).flatMap(each -> Stream.of(each.split(" "))).forEach(args::add);
    args.add("--elasticsearchUrl=" + elasticsearch.url());
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private JsonNode get(String path) throws IOException {
    return JSON.readTree(Http.get(elasticsearch.url() + "/" + path));
  }

  private Path rows(int rows) throws IOException {
    StringBuilder text = new StringBuilder("userId,movieId,rating,day,title\n");
    for (int i = 0; i < rows; i++) {
      text.append(i % 50).append(',').append(i).append(",3.5,2026-11-21,\"a \"\"");
      text.append(i).append("\"\"\"\n");
    }
    return Files.writeString(directory.resolve("in.csv"), text);
  }

  @ParameterizedTest
  @CsvSource({
    "direct, --runner=DirectRunner",
    "flink, --runner=FlinkRunner --flinkMaster=[local] --parallelism=2"
  })
  void repeatedRunsWriteOneDocumentPerKey(String name, String runner) throws Exception {
    Path in = rows(2_500);
    String index = "transfer-" + name;
    Path copy = directory.resolve("copy.csv");
    for (int run = 0; run < 2; run++) {
      Launched launched =
          transfer(
              "--from=csv:" + in,
              "--to=elasticsearch:" + index + ",csv:" + copy,
              "--key=userId,movieId",
              runner);
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(launched.out().get(0)).startsWith("transfer: 2,500 rows read, 0 bad, in ");
      assertThat(get(index + "/_count").path("count").asLong()).isEqualTo(2_500);
    }
    assertThat(copy).hasSameTextualContentAs(in);
    assertThat(get(index + "/_doc/17-1217").path("_source"))
        .isEqualTo(
            JSON.readTree(
                "{\"userId\": 17, \"movieId\": 1217, \"rating\": 3.5, \"day\": \"2026-11-21\","
                    + " \"title\": \"a \\\"1217\\\"\"}"));
  }

  @Test
  void refusedDocumentIsBadRecordOfItsRow() throws Exception {
    ElasticsearchTarget target = ElasticsearchTarget.at(elasticsearch.url(), "transfer-refused");
    IndexTemplate.of("{\"properties\":{\"n\":{\"type\":\"byte\"}}}").createIfMissing(target);
    Path in = Files.writeString(directory.resolve("in.csv"), "id,n\n1,10\n2,2000\n,3\n4,40\n");
    Path bad = directory.resolve("bad.jsonl");

    Launched launched =
        transfer(
            "--from=csv:" + in,
            "--to=elasticsearch:transfer-refused",
            "--key=id",
            "--badRecords=" + bad);

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(get("transfer-refused/_count").path("count").asLong()).isEqualTo(2);
    List<String> letters = Files.readAllLines(bad);
    assertThat(letters).hasSize(2);
    assertThat(letters).anyMatch(line -> line.contains("line 3") && line.contains("2000"));
    assertThat(letters)
        .anyMatch(line -> line.contains("line 4") && line.contains("document's id is null"));
  }

  @Test
  void reportHasWhatTheIndexCounted() throws Exception {
    Path report = directory.resolve("run.html");
    Launched launched =
        transfer(
            "--from=csv:" + rows(500),
            "--to=elasticsearch:transfer-report",
            "--key=userId,movieId",
            "--report=" + report);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(Files.readString(report))
        .contains("\"documents_indexed\":500", "\"writes_rejected\":0", "documents indexed");
  }

  @Test
  void fieldsOfANewIndexFollowTheColumns() throws Exception {
    Path in = csv("id,ratio,note\n1,1,2024-05-06\n2,0.9,call back later\n3,0.4,2024-06-07\n");
    Launched launched =
        transfer("--from=csv:" + in, "--to=elasticsearch:transfer-typed", "--key=id");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(sum("transfer-typed", "ratio")).isEqualTo(2.3);
    JsonNode fields = get("transfer-typed/_mapping").at("/transfer-typed/mappings/properties");
    assertThat(fields.at("/id/type").asText()).isEqualTo("long");
    assertThat(fields.at("/ratio/type").asText()).isEqualTo("double");
    assertThat(fields.at("/note/type").asText()).isEqualTo("keyword");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_index_template/transfer-%1$s|{'index_patterns':['transfer-%1$s'],'priority':600,'template':{'mappings':%2$s}}",
        "_template/transfer-%1$s|{'index_patterns':['transfer-%1$s'],'mappings':%2$s}"
      })
  void templatesOfTheUserWin(String template) throws Exception {
    String name = template.startsWith("_template") ? "legacy" : "composed";
    String mapping = "{'properties':{'note':{'type':'keyword'}},'date_detection':true}";
    String[] request = template.formatted(name, mapping).replace('\'', '"').split("[|]");
    Http.send("PUT", elasticsearch.url() + "/" + request[0], request[1]);
    Path in = csv("id,ratio,note\n1,1,a\n2,0.5,b\n");
    Launched launched =
        transfer("--from=csv:" + in, "--to=elasticsearch:transfer-" + name, "--key=id");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    JsonNode fields = get("transfer-" + name + "/_mapping").at("/transfer-" + name + "/mappings");
    assertThat(fields.at("/properties/note")).hasToString("{\"type\":\"keyword\"}");
    assertThat(fields.at("/properties/ratio/type").asText()).isEqualTo("double");
    assertThat(fields.path("date_detection").asBoolean()).isTrue();
  }

  @Test
  void fractionForWholeNumberFieldIsBadRecord() throws Exception {
    put("transfer-whole", "{'mappings':{'properties':{'ratio':{'type':'long'}}}}");
    Path in = csv("id,ratio\n1,1\n2,0.9\n3,3.0\n");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        transfer(
            "--from=csv:" + in,
            "--to=elasticsearch:transfer-whole",
            "--key=id",
            "--badRecords=" + bad);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(get("transfer-whole/_count").path("count").asLong()).isEqualTo(2);
    assertThat(Files.readString(bad)).contains("line 3, column 'ratio': 0.9 has a fraction");
  }

  @Test
  void differentKeysNeverShareADocument() throws Exception {
    Path in = csv("a,b,n\na-b,c,1\na,b-c,2\na\\,-b-c,3\n");
    Launched launched =
        transfer("--from=csv:" + in, "--to=elasticsearch:transfer-keys", "--key=a,b");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(get("transfer-keys/_count").path("count").asLong()).isEqualTo(3);
    assertThat(sum("transfer-keys", "n")).isEqualTo(6);
  }

  @ParameterizedTest
  @CsvSource({
    "routing, routing_missing_exception",
    "closed, index_closed_exception",
    "alias, no write index is defined for alias [transfer-fault-alias]"
  })
  void doesNotBlameDocumentsForIndexErrors(String fault, String reason) throws Exception {
    String index = "transfer-fault-" + fault;
    switch (fault) {
      case "routing" -> put(index, "{'mappings':{'_routing':{'required':true}}}");
      case "closed" -> {
        put(index, "{}");
        Http.send("POST", elasticsearch.url() + "/" + index + "/_close", "");
      }
      default -> {
        put(index + "-1", "{'aliases':{'%s':{}}}".formatted(index));
        put(index + "-2", "{'aliases':{'%s':{}}}".formatted(index));
      }
    }
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        transfer(
            "--from=csv:" + rows(2_500),
            "--to=elasticsearch:" + index,
            "--key=movieId",
            "--badRecords=" + bad);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err()).anyMatch(line -> line.contains(index) && line.contains(reason));
    assertThat(bad)
        .satisfiesAnyOf(
            file -> assertThat(file).doesNotExist(), file -> assertThat(file).isEmptyFile());
  }

  @Test
  @Tag("large")
  void indexWithoutLiveShardFailsAndIsNamed() throws Exception {
    put(
        "transfer-no-shard?wait_for_active_shards=0",
        "{'settings':{'index.routing.allocation.require._name':'nobody'}}");
    Launched launched =
        transfer("--from=csv:" + rows(10), "--to=elasticsearch:transfer-no-shard", "--key=movieId");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err())
        .anyMatch(
            line -> line.contains("no live shard accepts documents") && line.contains("tries"))
        .anyMatch(
            line ->
                line.contains("failed")
                    && line.contains("transfer-no-shard")
                    && line.contains("primary shard is not active"));
  }

  @Test
  void theSummaryDistinguishesNewAndChangedDocuments() throws Exception {
    String to = "--to=elasticsearch:transfer-changes";
    Launched first = transfer("--from=csv:" + csv("id,n\n1,1\n2,2\n1,3\n"), to, "--key=id");
    assertThat(first.out())
        .anyMatch(line -> line.endsWith("(2 new, 1 replaced by later ones of the same key)"));
    Launched second = transfer("--from=csv:" + csv("id,n\n1,1\n9,2\n"), to, "--key=id");
    assertThat(second.out()).anyMatch(line -> line.endsWith("(1 new, 1 changed)"));
  }

  @Test
  void aBlockOfTheIndexIsNamed() throws Exception {
    put("transfer-blocked", "{'mappings':{'properties':{'movieId':{'type':'long'}}}}");
    String settings = elasticsearch.url() + "/transfer-blocked/_settings";
    Http.send("PUT", settings, "{\"index.blocks.metadata\":true}");
    Path ratings =
        Files.writeString(directory.resolve("ratings.csv"), "userId,movieId,rating\n1,7,3.0\n");
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            "movie-ratings",
            "--input=" + ratings,
            "--elasticsearchUrl=" + elasticsearch.url(),
            "--elasticsearchIndex=transfer-blocked");
    Http.send("PUT", settings, "{\"index.blocks.metadata\":false}");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err())
        .anyMatch(
            line -> line.contains("transfer-blocked") && line.contains("index metadata (api)"));
  }

  @Test
  void aDataStreamGetsNewDocuments() throws Exception {
    Http.send(
        "PUT",
        elasticsearch.url() + "/_index_template/transfer-stream",
        "{\"index_patterns\":[\"transfer-stream\"],\"data_stream\":{},\"priority\":700}");
    for (int run = 0; run < 2; run++) {
      Launched launched =
          transfer(
              "--from=csv:"
                  + csv("id,@timestamp,n\n1,2026-11-21T10:00:00,1\n2,2026-11-22T10:00:00,2\n"),
              "--to=elasticsearch:transfer-stream",
              "--key=id");
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(get("transfer-stream/_count").path("count").asLong()).isEqualTo(2);
    }
    Launched refused =
        transfer("--from=csv:" + rows(3), "--to=elasticsearch:transfer-stream", "--key=movieId");
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(refused.err().get(0))
        .contains("data stream transfer-stream takes documents with a field @timestamp");
  }

  @Test
  void withoutTheRightToRefreshTheRunSucceeds() throws Exception {
    try (FaultyProxy proxy =
        FaultyProxy.before(elasticsearch.url(), FaultyProxy::forward).forbidding("/_refresh")) {
      Launched launched =
          Launched.with(
              Main.COMMANDS,
              "transfer",
              "--from=csv:" + rows(100),
              "--to=elasticsearch:transfer-no-refresh",
              "--key=movieId",
              "--elasticsearchUrl=" + proxy.url());
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(proxy.strikes()).isEqualTo(1);
      assertThat(launched.err())
          .anyMatch(line -> line.startsWith("warning: all documents are in index transfer-no-"));
    }
    Http.send("POST", elasticsearch.url() + "/transfer-no-refresh/_refresh", "");
    assertThat(get("transfer-no-refresh/_count").path("count").asLong()).isEqualTo(100);
  }

  @Test
  void anOlderVersionIsSupersededAndCounted() throws Exception {
    put("transfer-versions", "{}");
    for (String rows : List.of("1,5,new\n2,5,new\n", "1,4,old\n2,6,newest\n3,0,first\n")) {
      Launched launched =
          transfer(
              "--from=csv:" + csv("id,v,text\n" + rows),
              "--to=elasticsearch:transfer-versions",
              "--key=id",
              "--versionColumn=v");
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(String.join("\n", launched.out()))
          .contains(rows.startsWith("1,5") ? "2 rows" : "1 documents were not written");
    }
    assertThat(get("transfer-versions/_doc/1").at("/_source/text").asText()).isEqualTo("new");
    assertThat(get("transfer-versions/_doc/2").at("/_source/text").asText()).isEqualTo("newest");
    assertThat(get("transfer-versions/_doc/3").path("_version").asLong()).isZero();
  }

  @Test
  void invalidVersionIsBadRecord() throws Exception {
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        transfer(
            "--from=csv:" + csv("id,v\n1,5\n2,-1\n3,\n4,7\n"),
            "--to=elasticsearch:transfer-no-version",
            "--key=id",
            "--versionColumn=v",
            "--badRecords=" + bad);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(get("transfer-no-version/_count").path("count").asLong()).isEqualTo(2);
    assertThat(Files.readAllLines(bad))
        .hasSize(2)
        .anyMatch(line -> line.contains("line 3") && line.contains("whole number from 0"))
        .anyMatch(line -> line.contains("line 4") && line.contains("version column 'v' is null"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://elastic:hunter2@127.0.0.1:1", "http://127.0.0.1:1?key=hunter2"})
  void refusesUrlWithExtraPartsInOneLine(String url) throws Exception {
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            "transfer",
            "--from=csv:" + rows(3),
            "--to=elasticsearch:some",
            "--key=movieId",
            "--elasticsearchUrl=" + url);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).as("%s", launched).hasSizeLessThanOrEqualTo(2);
    assertThat(String.join("", launched.err()))
        .contains("the URL of Elasticsearch ")
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", ".", "_x", "Upper", "a b", "a/b", "a?b", "a#b", "a,b", "a\"b"})
  void hostileIndexNamesAreRefusedInOneLine(String index) throws Exception {
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            "transfer",
            "--from=csv:" + rows(3),
            "--to=elasticsearch:" + index,
            "--key=movieId",
            "--elasticsearchUrl=" + elasticsearch.url());
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).as("%s", launched).hasSizeLessThanOrEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"transfer%2ename", "transfer+name", "transfer-größe", "…255"})
  void unusualIndexNamesArriveUnchanged(String name) throws Exception {
    String index = name.equals("…255") ? "x".repeat(255) : name;
    Launched launched =
        transfer("--from=csv:" + rows(3), "--to=elasticsearch:" + index, "--key=movieId");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(get("_cat/indices?format=json&h=index").findValuesAsText("index")).contains(index);
  }

  @Test
  void hostileColumnNamesArriveUnchanged() throws Exception {
    String header = "id,\"a\"\"b\",\"back\\slash\",\"tab\there\",ctrl\u0001,é😀,$diagonal$,x.y,x.z";
    Launched launched =
        transfer(
            "--from=csv:" + csv(header + "\n1,2,3,4,5,6,7,8,9\n"),
            "--to=elasticsearch:transfer-columns",
            "--key=id");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(get("transfer-columns/_doc/1").path("_source"))
        .isEqualTo(
            JSON.readTree(
                "{\"id\":1,\"a\\\"b\":2,\"back\\\\slash\":3,\"tab\\there\":4,\"ctrl\\u0001\":5,"
                    + "\"é😀\":6,\"$diagonal$\":7,\"x.y\":8,\"x.z\":9}"));
    assertThat(sum("transfer-columns", "x.z")).isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "a..b", ".a", "_id", "x,x.y"})
  void columnsThatCannotBeFieldsAreNamed(String columns) throws Exception {
    Launched launched =
        transfer(
            "--from=csv:"
                + csv("id," + columns + "\n1,2" + (columns.contains(",") ? ",3\n" : "\n")),
            "--to=elasticsearch:transfer-no-columns",
            "--key=id");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err().get(0)).contains("'" + columns.split(",")[0] + "'");
    assertThat(launched.err()).as("%s", launched).hasSizeLessThanOrEqualTo(2);
  }

  private Path csv(String text) throws IOException {
    return Files.writeString(directory.resolve("some.csv"), text);
  }

  private void put(String index, String body) {
    Http.send("PUT", elasticsearch.url() + "/" + index, body.replace('\'', '"'));
  }

  private double sum(String index, String field) throws IOException {
    String query = "{\"size\":0,\"aggs\":{\"sum\":{\"sum\":{\"field\":\"%s\"}}}}".formatted(field);
    return JSON.readTree(Http.send("POST", elasticsearch.url() + "/" + index + "/_search", query))
        .at("/aggregations/sum/value")
        .asDouble();
  }
}
