package dev.diagonal.internal.schematransforms;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.nio.file.Path;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example of Beam YAML, on the DirectRunner and real servers. */
@ExtendWith({PostgresExtension.class, ElasticsearchExtension.class})
final class BeamYamlIT {

  private static final Path EXAMPLE = Path.of("examples/beam-yaml/shop.yaml");

  private final LocalPostgres postgres;
  private final LocalElasticsearch elasticsearch;
  private final Sql sql;

  BeamYamlIT(LocalPostgres postgres, LocalElasticsearch elasticsearch) {
    this.postgres = postgres;
    this.elasticsearch = elasticsearch;
    this.sql = new Sql(JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user()));
  }

  @Test
  void theExampleWritesTablesIndexAndGraph() throws Exception {
    sql.execute(
        "DROP TABLE IF EXISTS yaml_people, yaml_bad_people, yaml_ratings, yaml_knows,"
            + " yaml_follows, yaml_nodes;"
            + "CREATE TABLE yaml_people (id integer PRIMARY KEY, name text, born date, town text);"
            + "CREATE TABLE yaml_knows (source bigint, target bigint, PRIMARY KEY (source, target))");
    for (int run = 0; run < 2; run++) { // the second one changes nothing
      Pipeline pipeline = Pipeline.create();
      YamlPipeline.parse(
              EXAMPLE,
              Map.of(
                  "examples", "examples",
                  "jdbc_url", postgres.jdbcUrl(),
                  "jdbc_user", postgres.user(),
                  "jdbc_password_file", postgres.passwordFile().toString(),
                  "elasticsearch_url", elasticsearch.url(),
                  "jar", "target/diagonal-bundled.jar"))
          .apply(pipeline);
      pipeline.run().waitUntilFinish();
      assertWritten();
    }
  }

  private void assertWritten() throws Exception {
    assertThat(sql.query("SELECT yaml_people::text FROM yaml_people ORDER BY id"))
        .containsExactly(
            "(1,Ada,1815-12-10,London)",
            "(2,Grace,1906-12-09,\"New York\")",
            "(3,Edsger,1930-05-11,Rotterdam)");
    assertThat(sql.query("SELECT count(*) FROM yaml_bad_people")).containsExactly("0");
    assertThat(
            sql.query(
                "SELECT concat_ws(' ', movie_id, rating_count, rating_sum, rating_mean)"
                    + " FROM yaml_ratings ORDER BY movie_id"))
        .containsExactly("10 2 9.000 4.500000", "20 2 8.000 4.000000", "30 1 2.000 2.000000");
    assertThat(
            sql.query("SELECT concat(source, '-', target) FROM yaml_knows ORDER BY source, target"))
        .containsExactly("1-2", "1-3", "2-3", "3-4");
    assertThat(sql.query("SELECT yaml_nodes::text FROM yaml_nodes ORDER BY id"))
        .containsExactly("(1,2,0)", "(2,1,1)", "(3,1,2)", "(4,0,1)");
    Http.send("POST", elasticsearch.url() + "/yaml-people/_refresh", "");
    JsonNode ada =
        new ObjectMapper().readTree(Http.get(elasticsearch.url() + "/yaml-people/_doc/1"));
    assertThat(ada.path("_source"))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{\"id\":1,\"name\":\"Ada\",\"born\":\"1815-12-10\",\"town\":\"London\"}"));
  }
}
