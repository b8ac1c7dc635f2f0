package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The mapping of an existing index decides how values are read. */
@ExtendWith({ElasticsearchExtension.class, PostgresExtension.class})
final class TypesOfIndexIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FIELDS =
      """
      {"properties": {"zip": {"type": "keyword"}, "word": {"type": "text"},
        "amount": {"type": "double"}, "price": {"type": "float"}, "id": {"type": "keyword"},
        "n": {"type": "long"}, "flag": {"type": "boolean"},
        "day": {"type": "date", "format": "yyyy/MM/dd||yyyy-MM-dd HH:mm:ss"},
        "at": {"type": "date"}, "place": {"type": "geo_point"}, "more": {"type": "object"}}}
      """;

  private final Path directory;
  private final LocalElasticsearch elasticsearch;

  TypesOfIndexIT(@TempDir Path directory, LocalElasticsearch elasticsearch) {
    this.directory = directory;
    this.elasticsearch = elasticsearch;
  }

  @Test
  void anExistingIndexDecides() throws Exception {
    create("types-csv", FIELDS);
    String first =
        ",90000,17,1.25,1.5,5,1,2024-01-01 10:00:00,2024-01-01,\"1,2\",\"{\"\"a\"\":1}\"\n";
    StringBuilder csv = new StringBuilder("id,zip,word,amount,price,n,flag,day,at,place,more\n");
    for (int i = 0; i < 1_000; i++) {
      csv.append(i).append(first);
    }
    csv.append("a,02134,007,0.1234567890123456789,1.50,9007199254740993,off,2024/01/02,");
    csv.append("2024-01-02,\"3.5,4\",\"{\"\"a\"\":[2]}\"\n");
    csv.append("b,02135,8,many,1,5,0,2024/01/02,2024-01-01,\"1,2\",{}\n");
    csv.append("c,02136,8,1,1,2.5,0,2024/01/02,2024-01-01,\"1,2\",{}\n");
    csv.append("d,02137,8,1,1,5,0,02.01.2024,2024-01-01,\"1,2\",{}\n");
    csv.append("e,02138,8,1,1,5,0,2024/01/02,2024-01-01,nowhere,{}\n");
    csv.append("f,02139,8,1,1,5,0,2024/01/02,2024-01-01,\"1,2\",{\n");
    csv.append("g,02140,8,1,1,5,maybe,2024/01/02,2024-01-01,\"1,2\",{}\n");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched = load("types-csv", "csv", csv.toString(), "--key=id", "--badRecords=" + bad);

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(source("types-csv", "a"))
        .isEqualTo(
            "{\"id\":\"a\",\"zip\":\"02134\",\"word\":\"007\",\"amount\":0.1234567890123456789,"
                + "\"price\":1.50,\"n\":9007199254740993,\"flag\":false,\"day\":\"2024/01/02\","
                + "\"at\":\"2024-01-02\",\"place\":\"3.5,4\",\"more\":{\"a\":[2]}}");
    assertThat(source("types-csv", "7"))
        .contains(
            "\"zip\":\"90000\",\"word\":\"17\"", "\"flag\":true,\"day\":\"2024-01-01 10:00:00\"");
    assertThat(Files.readAllLines(bad))
        .hasSize(6)
        .anyMatch(each -> each.contains("column 'amount': 'many' is "))
        .anyMatch(each -> each.contains("column 'n': 2.5 has a fraction"))
        .anyMatch(each -> each.contains("failed to parse field [day] of type [date]"))
        .anyMatch(each -> each.contains("failed to parse field [place] of type [geo_point]"))
        .anyMatch(each -> each.contains("column 'more'"))
        .anyMatch(each -> each.contains("column 'flag': 'maybe' is "));
    assertThat(launched.out()).noneMatch(line -> line.contains("zip bigint"));
  }

  @Test
  void jsonTextsBecomeKeywordsAndArraysStayArrays() throws Exception {
    create("types-json", FIELDS);
    String json =
        "{\"id\":\"x\",\"zip\":1,\"word\":\"a\",\"n\":2,\"more\":{\"a\":1},\"other\":\"o\"}\n"
                .repeat(1_000)
            + "{\"id\":\"a\",\"zip\":\"007\",\"word\":\"b\",\"n\":\"3\",\"more\":{\"a\":[2]}}\n"
            + "{\"id\":\"b\",\"zip\":2,\"word\":\"b\",\"n\":3,\"other\":[\"o\",\"p\"]}\n";
    Path bad = directory.resolve("bad.jsonl");
    Launched launched = load("types-json", "jsonl", json, "--key=id", "--badRecords=" + bad);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(source("types-json", "a"))
        .contains("\"zip\":\"007\"", "\"n\":3,", "\"more\":{\"a\":[2]}");
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("line 1002", "column 'other': ", "is not a text", "--types=other:json");
  }

  @Test
  void theTemplateOfAMissingIndexDecides() throws Exception {
    Http.send(
        "PUT",
        elasticsearch.url() + "/_index_template/types-later",
        "{\"index_patterns\":[\"types-later*\"],\"template\":{\"mappings\":"
            + "{\"properties\":{\"zip\":{\"type\":\"keyword\"}}}}}");
    Launched launched =
        load(
            "types-later-1",
            "csv",
            "id,zip\n" + "1,90000\n".repeat(1_000) + "2,02134\n",
            "--key=id");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(source("types-later-1", "2")).contains("\"zip\":\"02134\"");
  }

  @Test
  void tableAndIndexBothGetTheirTypes(LocalPostgres postgres) throws Exception {
    create("types-both", FIELDS);
    JobDatabase database = JobDatabase.create(postgres, "types_of_index");
    database.execute("CREATE TABLE pairs (id text PRIMARY KEY, zip bigint, n bigint)");
    Launched launched =
        load(
            "types-both",
            "csv",
            "id,zip,n\n1,90000,5\na,02134,6\n",
            "--key=id",
            "--to=jdbc:pairs,elasticsearch:types-both",
            "--jdbcUrl=" + database.target().url(),
            "--jdbcUser=" + postgres.user());
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(source("types-both", "a")).contains("\"zip\":\"02134\",\"n\":6");
    assertThat(database.query("SELECT zip, n FROM pairs WHERE id = 'a'")).containsExactly("2134 6");
  }

  private void create(String index, String mapping) throws Exception {
    IndexTemplate.of(mapping).createIfMissing(ElasticsearchTarget.at(elasticsearch.url(), index));
  }

  private String source(String index, String id) throws IOException {
    String found = Http.get(elasticsearch.url() + "/" + index + "/_source/" + id);
    assertThat(JSON.readTree(found).isObject()).isTrue();
    return found;
  }

  private Launched load(String index, String form, String text, String... more) throws IOException {
    Path in = Files.writeString(directory.resolve("in." + form), text);
    List<String> args = new ArrayList<>(List.of("transfer", "--from=" + form + ":" + in));
    args.add("--elasticsearchUrl=" + elasticsearch.url());
    args.addAll(List.of(more));
    if (args.stream().noneMatch(each -> each.startsWith("--to="))) {
      args.add("--to=elasticsearch:" + index);
    }
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }
}
