package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.SearchServer;
import dev.diagonal.testing.SearchServerExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What columns become in documents: fields, routings. A subclass runs it on OpenSearch. */
@ExtendWith(SearchServerExtension.class)
class TransferDocumentsIT {

  static final ObjectMapper JSON = new ObjectMapper();

  final Path directory;
  final SearchServer server;

  TransferDocumentsIT(@TempDir Path directory, SearchServer server) {
    this.directory = directory;
    this.server = server;
  }

  @Test
  void aColumnIsTheRouting() throws Exception {
    put("routed", "{'mappings':{'_routing':{'required':true}}}");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        transfer(
            csv("id,region,n\n1,eu,1\n2,us,2\n3,,3\n"),
            "routed",
            "--routing=region",
            "--badRecords=" + bad);
    assertDone(launched);
    assertThat(count("routed")).isEqualTo(2);
    assertThat(get("routed/_doc/2?routing=us").path("_routing").asText()).isEqualTo("us");
    assertThat(Files.readAllLines(bad))
        .hasSize(1)
        .allMatch(line -> line.contains("line 4") && line.contains("the routing column is null"));
  }

  @Test
  void aRoutingThatIsMissingNamesTheOption() throws Exception {
    put("unrouted", "{'mappings':{'_routing':{'required':true}}}");
    Launched launched = transfer(csv("id,region\n1,eu\n"), "unrouted");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err()).anyMatch(line -> line.contains("--routing=<column>"));
  }

  @Test
  void anUnknownRoutingColumnIsWrongUsage() throws Exception {
    Launched launched = transfer(csv("id,region\n1,eu\n"), "unknown", "--routing=regoin");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err().get(0)).contains("regoin");
  }

  @Test
  void numbersWithinJsonKeepTheirFractions() throws Exception {
    Path in =
        jsonLines(
            """
            {"id":1,"data":{"price":1,"tag":"2024-05-06"}}
            {"id":2,"data":{"price":0.9,"tag":"later"}}
            {"id":3,"data":[{"price":0.4}]}
            """);
    assertDone(transfer("jsonl:" + in, "json"));
    assertThat(sum("json", "data.price")).isEqualTo(2.3);
    JsonNode data = field("json", "data").path("properties");
    assertThat(data.at("/price/type").asText()).isEqualTo("double");
    assertThat(data.at("/tag/type").asText()).isEqualTo("keyword");
  }

  @Test
  void aReasonQuotesNothingOfALongTerm() throws Exception {
    Path bad = directory.resolve("bad.jsonl");
    Path in = jsonLines("{\"id\":1,\"data\":{\"a\":\"" + "x".repeat(40_000) + "\"}}\n{\"id\":2}\n");
    assertDone(transfer("jsonl:" + in, "immense", "--badRecords=" + bad));
    assertThat(count("immense")).isEqualTo(1);
    assertThat(Files.readString(bad))
        .contains("with status 400", "data.a")
        .doesNotContain("[120, 120");
  }

  /** Our templates for JSON must not pass for the user's, who then decides on new fields. */
  @Test
  void aColumnThatComesLaterIsNotGuessed() throws Exception {
    assertDone(transfer("jsonl:" + jsonLines("{\"id\":1,\"data\":{\"a\":1}}\n"), "later"));
    assertDone(
        transfer(
            "jsonl:" + jsonLines("{\"id\":2,\"price\":1}\n{\"id\":3,\"price\":0.9}\n"), "later"));
    assertThat(sum("later", "price")).isEqualTo(1.9);
  }

  @Test
  void textsAreKeywordsUnlessAskedFor() throws Exception {
    assertDone(
        transfer(
            csv("id,code,title,day\n1,a b,The Third Man,2024-05-06\n2,a b,Third time,2024-06-07\n"),
            "texts",
            "--textFields=title"));
    assertThat(field("texts", "code")).hasToString("{\"type\":\"keyword\"}");
    assertThat(field("texts", "title")).hasToString("{\"type\":\"text\"}");
    assertThat(field("texts", "day").path("type").asText()).isEqualTo("date");
    assertThat(hits("texts", "{'match':{'title':'third'}}")).isEqualTo(2);
    assertThat(hits("texts", "{'term':{'code':'a b'}}")).isEqualTo(2);
    assertThat(hits("texts", "{'range':{'day':{'gte':'2024-06-01'}}}")).isEqualTo(1);
  }

  @Test
  void textTooLongForFieldIsBadRecord() throws Exception {
    Path bad = directory.resolve("bad.jsonl");
    String input = csv("id,note\n1,short\n2," + "ä".repeat(17_000) + "\n");
    assertDone(transfer(input, "long", "--badRecords=" + bad));
    assertThat(count("long")).isEqualTo(1);
    assertThat(Files.readString(bad))
        .contains("line 3", "column 'note' has 34,000 bytes", "--textFields");
    assertDone(transfer(input, "long-text", "--textFields=note"));
    assertThat(count("long-text")).isEqualTo(2);
  }

  @Test
  void typesThatAreGuessedAreReported() throws Exception {
    String input = csv("id,ratio,note\n1,0.5,a\n");
    Launched guessed = transfer(input, "guessed");
    assertDone(guessed);
    assertThat(guessed.out())
        .anyMatch(
            line ->
                line.contains("types guessed from the first record of ")
                    && line.contains(": id bigint, ratio decimal "));
    Path mapping =
        Files.writeString(
            directory.resolve("mapping.yaml"),
            "columns:\n  - {name: id, type: bigint}\n  - {name: ratio, type: decimal}\n");
    Launched declared = transfer(input, "declared", "--mapping=" + mapping);
    assertDone(declared);
    assertThat(declared.out()).noneMatch(line -> line.contains("guessed from"));
  }

  @Test
  void aPipelineThatIsMissingFailsTheRun() throws Exception {
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        transfer(csv("id,n\n1,1\n2,2\n"), "no-pipeline", "--pipeline=none", "--badRecords=" + bad);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err()).anyMatch(line -> line.contains("pipeline with id [none]"));
    assertThat(count("no-pipeline")).isZero();
  }

  final Launched transfer(String from, String index, String... options) {
    List<String> args = new ArrayList<>(List.of("transfer", "--from=" + from, "--key=id"));
    args.addAll(List.of(options));
    args.add("--to=elasticsearch:documents-" + index);
    args.add("--elasticsearchUrl=" + server.url());
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  final String csv(String text) throws IOException {
    return "csv:" + Files.writeString(directory.resolve("some.csv"), text);
  }

  private Path jsonLines(String text) throws IOException {
    return Files.writeString(directory.resolve("some.jsonl"), text);
  }

  final void put(String index, String body) {
    Http.send("PUT", server.url() + "/documents-" + index, body.replace('\'', '"'));
  }

  final JsonNode get(String path) throws IOException {
    return JSON.readTree(Http.get(server.url() + "/documents-" + path));
  }

  final long count(String index) throws IOException {
    return get(index + "/_count").path("count").asLong();
  }

  private JsonNode field(String index, String name) throws IOException {
    return get(index + "/_mapping")
        .at("/documents-%s/mappings/properties/%s".formatted(index, name));
  }

  private double sum(String index, String field) throws IOException {
    return search(index, "{'size':0,'aggs':{'sum':{'sum':{'field':'%s'}}}}".formatted(field))
        .at("/aggregations/sum/value")
        .asDouble();
  }

  private long hits(String index, String query) throws IOException {
    return search(index, "{'query':%s}".formatted(query)).at("/hits/total/value").asLong();
  }

  private JsonNode search(String index, String body) throws IOException {
    return JSON.readTree(
        Http.send(
            "POST", server.url() + "/documents-" + index + "/_search", body.replace('\'', '"')));
  }
}
