package dev.diagonal.pipelines.donors;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.internal.donors.GenerateFiles;
import dev.diagonal.internal.donors.Table;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.RefusingMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command: into a real Elasticsearch, into files, and what it refuses. */
@ExtendWith(ElasticsearchExtension.class)
final class DonorsChooseIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DONATIONS = 5_000;

  private final LocalElasticsearch elasticsearch;
  private final Path directory;

  DonorsChooseIT(LocalElasticsearch elasticsearch, @TempDir Path directory) throws IOException {
    this.elasticsearch = elasticsearch;
    this.directory = directory;
    GenerateFiles.into(directory, DONATIONS, 5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void everyDonationBecomesSearchableDocument(String runner) throws Exception {
    String index = "donors-" + (runner.contains("Flink") ? "flink" : "direct");
    Path output = directory.resolve("out");
    for (int run = 1; run <= 2; run++) {
      Launched launched =
          launch(
              inputs()
                  + " --output="
                  + output
                  + " --elasticsearchIndex="
                  + index
                  + " --elasticsearchUrl="
                  + elasticsearch.url()
                  + " "
                  + runner);
      assertDone(launched);
      assertThat(launched.out().get(0)).startsWith("donors-choose: 9,000 rows read, 0 bad, in ");
      assertThat(launched.out())
          .anyMatch(line -> line.matches(" *JSON lines +5,000 rows  .*"))
          .anyMatch(line -> line.matches(" *Elasticsearch +5,000 rows  .*"));
    }
    Map<String, JsonNode> documents = documents(output);
    assertThat(documents).hasSize(DONATIONS);
    assertThat(count(index, "{\"match_all\":{}}")).isEqualTo(DONATIONS);

    String id = documents.keySet().iterator().next();
    JsonNode stored = JSON.readTree(Http.get(elasticsearch.url() + "/" + index + "/_doc/" + id));
    assertThat(stored.path("_source")).isEqualTo(documents.get(id));

    assertThat(
            count(
                index,
                """
                {"range": {"donation_timestamp": {"gte": "2009-03-01", "lt": "2010-03-01"}}}"""))
        .isEqualTo(
            documents.values().stream()
                .map(document -> document.path("donation_timestamp").asText())
                .filter(
                    time -> time.compareTo("2009-03-01") >= 0 && time.compareTo("2010-03-01") < 0)
                .count())
        .isPositive();

    assertThat(
            count(
                index,
                """
                {"geo_bounding_box": {"project_location": {
                  "top_left": {"lat": 45, "lon": -110}, "bottom_right": {"lat": 30, "lon": -80}}}}"""))
        .isEqualTo(
            documents.values().stream()
                .map(document -> document.path("project_location"))
                .filter(location -> isWithin(location.path(0), -110, -80))
                .filter(location -> isWithin(location.path(1), 30, 45))
                .count())
        .isPositive();

    // One value of a list.
    assertThat(
            count(index, "{\"term\": {\"resource_item_name.keyword\": \"Pencils\\nbox of 12\"}}"))
        .isEqualTo(
            documents.values().stream()
                .map(document -> document.path("resource_item_name").toString())
                .filter(names -> names.contains("\"Pencils\\nbox of 12\""))
                .count())
        .isPositive();
    assertThat(states(index)).isEqualTo(states(documents));

    JsonNode mapping =
        JSON.readTree(Http.get(elasticsearch.url() + "/" + index + "/_mapping"))
            .path(index)
            .path("mappings")
            .path("properties");
    assertThat(mapping.size()).isEqualTo(23 + 42 + 7);
    assertThat(mapping.path("project_location").path("type").asText()).isEqualTo("geo_point");
    assertThat(mapping.path("project_num_donors").path("type").asText()).isEqualTo("long");
    assertThat(mapping.path("donation_total").path("type").asText()).isEqualTo("double");
    assertThat(mapping.path("project_date_posted").path("type").asText()).isEqualTo("date");
    assertThat(mapping.path("for_honoree").path("type").asText()).isEqualTo("keyword");
    assertThat(mapping.path("donor_zip").path("type").asText()).isEqualTo("keyword");
    assertThat(mapping.at("/resource_item_name/type").asText()).isEqualTo("text");
    assertThat(mapping.at("/resource_item_name/fields/keyword/type").asText()).isEqualTo("keyword");
  }

  @Test
  void aReportComesFromTheEmbeddedServer() throws Exception {
    Launched launched = launch(inputs());
    assertDone(launched);
    Path output = directory.resolve("out");
    assertDone(launch(inputs() + " --output=" + output));
    Map<String, Long> states = states(documents(output));
    assertThat(launched.out()).contains("  5,000 donations in donorschoose");
    assertThat(launched.out())
        .anyMatch(
            line ->
                line.startsWith(
                    "  by state: CA " + String.format(Locale.ROOT, "%,d", states.get("CA")) + ", "))
        .anyMatch(line -> line.matches("  most supported subjects: (.+ [0-9,]+(, |$)){10}"));
  }

  @Test
  void changedShardCountRemovesEarlierFiles() throws Exception {
    Path output = directory.resolve("out");
    assertDone(launch(inputs() + " --shards=5 --output=" + output));
    Map<String, JsonNode> first = documents(output);
    Files.writeString(output.resolve("documents-of-mine.jsonl"), "");
    assertDone(launch(inputs() + " --shards=2 --output=" + output));
    assertThat(documents(output)).isEqualTo(first);
    try (Stream<Path> files = Files.list(output)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "documents-00000-of-00002.jsonl",
              "documents-00001-of-00002.jsonl",
              "documents-of-mine.jsonl");
    }
  }

  @Test
  void badRecordsGoToFileOrFailRun() throws Exception {
    Path more = Files.writeString(directory.resolve("more.csv"), "x,y\n" + ",".repeat(22) + "\n");
    String inputs = inputs().replace("--donations=", "--donations=" + more + ",");
    Launched failed = launch(inputs + " --output=" + directory.resolve("out"));
    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err()).anyMatch(line -> line.contains("more.csv, byte "));
    Path bad = directory.resolve("bad.jsonl");
    assertDone(launch(inputs + " --badRecords=" + bad + " --output=" + directory.resolve("out")));
    assertThat(Files.readAllLines(bad))
        .hasSize(2)
        .anyMatch(line -> line.contains("there are 2 columns, but donations have 23"))
        .anyMatch(line -> line.contains("donationid is empty"));
    assertThat(documents(directory.resolve("out"))).hasSize(DONATIONS);
  }

  @Test
  void removesUnfinishedFilesOfKilledRun() throws Exception {
    Path output = Files.createDirectories(directory.resolve("out"));
    Path left =
        Files.writeString(
            output.resolve(
                ".documents.diagonal-%1$s.part-1.%1$s".formatted("0123456789abcdef".repeat(2))),
            "{\"donationid\":");
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    Path other = Files.writeString(output.resolve(".documents.diagonal-mine"), "");
    assertDone(launch(inputs() + " --shards=3 --output=" + output));
    assertThat(left).doesNotExist();
    assertThat(other).exists();
    Files.delete(other);
    assertThat(documents(output)).hasSize(DONATIONS);
  }

  @Test
  void documentsThatTheIndexRefusesAreBadRecords() throws Exception {
    String index = "donors-refused";
    IndexTemplate.of(RefusingMapping.of(Table.mapping(), "donationid"))
        .createIfMissing(ElasticsearchTarget.at(elasticsearch.url(), index));
    Path output = directory.resolve("out");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        launch(
            inputs()
                + " --output="
                + output
                + " --elasticsearchIndex="
                + index
                + " --elasticsearchUrl="
                + elasticsearch.url()
                + " --badRecords="
                + bad);
    assertDone(launched);
    assertThat(launched.out().get(0)).startsWith("donors-choose: 9,000 rows read, 5,000 bad, in ");
    assertThat(launched.out())
        .anyMatch(line -> line.matches(" *JSON lines +5,000 rows  .*"))
        .anyMatch(line -> line.matches(" *Elasticsearch +0 rows  .*"));
    assertThat(count(index, "{\"match_all\":{}}")).isZero();
    List<String> letters = Files.readAllLines(bad);
    assertThat(letters).hasSize(DONATIONS);
    assertThat(letters.get(0)).contains("with status 400, mapper_parsing_exception");
  }

  @Test
  void generatesWhatItCanRead() throws Exception {
    Path generated = directory.resolve("generated");
    assertDone(launch("--generate=" + generated + " --generateDonations=50"));
    assertThat(generated.resolve("projects.csv.gz")).isNotEmptyFile();
    assertDone(
        launch(
            inputs().replace(directory.toString(), generated.toString())
                + " --output="
                + directory.resolve("out")));
    assertThat(documents(directory.resolve("out"))).hasSize(50);
  }

  @Test
  void aWrongOptionIsNamed() throws Exception {
    assertRefused("--projects is missing; --generate=<directory> writes files to try", "");
    assertRefused(
        "--donations: no file matches", inputs().replace("donations*", "nothing*") + " --output=x");
    assertRefused("there is no target", inputs() + " --elasticsearchUrl=none");
    assertRefused("--shards must be >= 0, got -1", inputs() + " --output=x --shards=-1");
    assertRefused(
        "--output takes a directory",
        inputs() + " --output=" + directory.resolve("projects.csv.gz"));
    assertRefused("--generateDonations must be within", "--generate=x --generateDonations=1");
    assertRefused("so --projects has no effect", inputs() + " --generate=x");
  }

  @Test
  void aDryRunSaysWhatWouldBeDone() throws Exception {
    Launched launched = launch(inputs() + " --dryRun --shards=3 --output=/tmp/documents");
    assertDone(launched);
    assertThat(launched.out())
        .anyMatch(line -> line.matches("reads: +donations +1 file\\(s\\), .* MB"))
        .contains("joins:   in 3 shards")
        .contains("writes:  a document per donation to 3 files in /tmp/documents")
        .anyMatch(line -> line.startsWith("heap: "));
  }

  private void assertRefused(String message, String options) {
    Launched launched = launch(options);
    assertThat(launched.exitCode()).as(options).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).as(options).anyMatch(line -> line.contains(message));
  }

  private String inputs() {
    return "--projects=%1$s/projects* --donations=%1$s/donations* --resources=%1$s/resources*"
        .formatted(directory);
  }

  private static Launched launch(String options) {
    List<String> args = new ArrayList<>(List.of("donors-choose"));
    if (!options.isEmpty()) {
      args.addAll(List.of(options.trim().split(" +", -1)));
    }
    return Launched.with(List.of(new DonorsChoose()), args.toArray(String[]::new));
  }

  private static boolean isWithin(JsonNode number, double least, double most) {
    return number.isNumber() && number.asDouble() >= least && number.asDouble() <= most;
  }

  private long count(String index, String query) throws IOException {
    String answer =
        Http.send(
            "POST", elasticsearch.url() + "/" + index + "/_count", "{\"query\":" + query + "}");
    return JSON.readTree(answer).path("count").asLong();
  }

  private Map<String, Long> states(String index) throws IOException {
    String answer =
        Http.send(
            "POST",
            elasticsearch.url() + "/" + index + "/_search",
            """
            {"size": 0, "aggs": {"states": {"terms": {
              "field": "project_school_state", "size": 100}}}}""");
    Map<String, Long> states = new HashMap<>();
    for (JsonNode bucket :
        JSON.readTree(answer).path("aggregations").path("states").path("buckets")) {
      states.put(bucket.path("key").asText(), bucket.path("doc_count").asLong());
    }
    return states;
  }

  private static Map<String, Long> states(Map<String, JsonNode> documents) {
    Map<String, Long> states = new HashMap<>();
    for (JsonNode document : documents.values()) {
      String state = document.path("project_school_state").asText();
      if (!state.isEmpty()) {
        states.merge(state, 1L, Long::sum);
      }
    }
    return states;
  }

  private static Map<String, JsonNode> documents(Path output) throws IOException {
    Map<String, JsonNode> documents = new TreeMap<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.toList()) {
        for (String line : Files.readAllLines(file)) {
          JsonNode document = JSON.readTree(line);
          assertThat(documents.put(document.path("donationid").asText(), document)).isNull();
        }
      }
    }
    return documents;
  }
}
