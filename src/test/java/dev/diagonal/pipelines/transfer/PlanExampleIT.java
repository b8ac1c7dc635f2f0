package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples of transfers, on the servers of the tests. */
@ExtendWith({PostgresExtension.class, ElasticsearchExtension.class})
final class PlanExampleIT {

  private static final Path MOVIELENS = Path.of("examples/movielens");

  private final LocalPostgres postgres;
  private final LocalElasticsearch elasticsearch;
  private final EdgeDatabase database;

  PlanExampleIT(LocalPostgres postgres, LocalElasticsearch elasticsearch) {
    this.postgres = postgres;
    this.elasticsearch = elasticsearch;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void deleteIndexes() {
    String unused =
        Http.send(
            "DELETE", elasticsearch.url() + "/people,movies,ratings?ignore_unavailable=true", "");
  }

  @Test
  void thePlanFillsTablesIndexesAndAFile(@TempDir Path directory) throws Exception {
    database.execute("DROP SCHEMA IF EXISTS movielens CASCADE");
    String text =
        Files.readString(MOVIELENS.resolve("movielens.yaml"))
            .replace("${JDBC_URL}", postgres.jdbcUrl())
            .replace("user: postgres", "user: " + postgres.user())
            .replace("${ELASTICSEARCH_URL}", elasticsearch.url())
            .replace("${MOVIELENS}", MOVIELENS.toAbsolutePath().toString())
            .replace("${OUTPUT}", directory.toString());
    Path plan = Files.writeString(directory.resolve("movielens.yaml"), text);
    Files.copy(MOVIELENS.resolve("movielens.sql"), directory.resolve("movielens.sql"));
    for (int run = 0; run < 2; run++) {
      Launched launched = launch("transfer --plan=" + plan);
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(database.number("SELECT count(*) FROM movielens.ratings")).isEqualTo(7);
      assertThat(count("movies")).isEqualTo(4);
      assertThat(count("ratings")).isEqualTo(7);
      assertThat(Files.readAllLines(directory.resolve("rated-movies.jsonl")))
          .hasSize(7)
          .first()
          .asString()
          .contains("\"title\":\"Metropolis (1927)\"", "\"rating\":4.0");
    }
  }

  @Test
  void thePageShowsThePlan() throws IOException {
    assertThat(Files.readString(Path.of("docs/plans.md")))
        .contains(Files.readString(MOVIELENS.resolve("movielens.yaml")));
  }

  @Test
  void aFileOfPeopleBecomesDocuments() throws IOException {
    Matcher block =
        Pattern.compile("```sh\nbin/diagonal (.*?)\n```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("examples/csv-elasticsearch/README.md")));
    assertThat(block.find()).isTrue();
    Launched launched =
        launch(
            block
                .group(1)
                .replaceAll("\\s*\\\\\n\\s*", " ")
                .replace("http://search:9200", elasticsearch.url()));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(count("people"))
        .isEqualTo(Files.readAllLines(Path.of("examples/people.csv")).size() - 1);
    assertThat(Http.get(elasticsearch.url() + "/people/_doc/1")).contains("\"name\":\"Ada\"");
  }

  private long count(String index) {
    Matcher count =
        Pattern.compile("\"count\":(\\d+)")
            .matcher(Http.get(elasticsearch.url() + "/" + index + "/_count"));
    assertThat(count.find()).isTrue();
    return Long.parseLong(count.group(1));
  }

  private static Launched launch(String command) {
    return Launched.with(Main.COMMANDS, command.split(" +"));
  }
}
