package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.CreateIndex;
import dev.diagonal.elasticsearch.ElasticsearchTarget;
import dev.diagonal.pipelines.cli.ExitCode;
import dev.diagonal.pipelines.cli.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void everyRowIsADocumentOfItsKeyHoweverOftenItRuns(String name, String runner) throws Exception {
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
  void aDocumentThatIsRefusedIsABadRecordOfItsRow() throws Exception {
    ElasticsearchTarget target = ElasticsearchTarget.at(elasticsearch.url(), "transfer-refused");
    CreateIndex.ifMissing(target, "{\"properties\":{\"n\":{\"type\":\"byte\"}}}");
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
}
