package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Transfers of all tables that match a pattern, each into an index of its own. */
@ExtendWith({PostgresExtension.class, ElasticsearchExtension.class})
final class TransferTablesToIndexIT {

  private final EdgeDatabase database;
  private final LocalElasticsearch elasticsearch;

  TransferTablesToIndexIT(LocalPostgres postgres, LocalElasticsearch elasticsearch) {
    this.database = new EdgeDatabase(postgres);
    this.elasticsearch = elasticsearch;
  }

  private Launched transfer() {
    return Launched.with(
        Main.COMMANDS,
        "transfer",
        "--from=jdbc:catalogue.*",
        "--to=elasticsearch:catalogue-*",
        "--jdbcUrl=" + database.postgres().jdbcUrl(),
        "--jdbcUser=" + database.postgres().user(),
        "--elasticsearchUrl=" + elasticsearch.url());
  }

  @Test
  void primaryKeysAreTheIdsOfDocuments() throws Exception {
    database.execute(
        """
        DROP SCHEMA IF EXISTS catalogue CASCADE;
        CREATE SCHEMA catalogue;
        CREATE TABLE catalogue.books (id int PRIMARY KEY, title text);
        CREATE TABLE catalogue.copies (book int, number int, PRIMARY KEY (book, number));
        INSERT INTO catalogue.books SELECT i, 'book ' || i FROM generate_series(1, 30) AS i;
        INSERT INTO catalogue.copies SELECT i % 10, i FROM generate_series(1, 40) AS i;
        """);
    for (int run = 0; run < 2; run++) {
      assertDone(transfer());
    }

    assertThat(get("catalogue-books/_count").path("count").asLong()).isEqualTo(30);
    assertThat(get("catalogue-copies/_count").path("count").asLong()).isEqualTo(40);
    assertThat(get("catalogue-books/_doc/7").path("_source").path("title").asText())
        .isEqualTo("book 7");
  }

  @Test
  void aTableWithoutAPrimaryKeyIsRefused() throws Exception {
    database.execute(
        """
        DROP SCHEMA IF EXISTS catalogue CASCADE;
        CREATE SCHEMA catalogue;
        CREATE TABLE catalogue.shelves (id int);
        """);

    Launched refused = transfer();

    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", refused.err()))
        .contains("needs a key, and table catalogue.shelves has no primary key");
  }

  private JsonNode get(String path) throws Exception {
    return new ObjectMapper().readTree(Http.get(elasticsearch.url() + "/" + path));
  }
}
