package dev.diagonal.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.jobs.Publication;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Runner;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
@ExtendWith(ElasticsearchExtension.class)
final class ServerRecipesIT {

  private final TestPipeline pipeline = Runner.DIRECT.pipeline();

  @Test
  void writesRowsOfOnesOwnType(LocalPostgres postgres) throws Exception {
    EdgeDatabase database = new EdgeDatabase(postgres);
    database.execute(
        "DROP TABLE IF EXISTS people; CREATE TABLE people (id bigint PRIMARY KEY, name text);"
            + " INSERT INTO people VALUES (1, 'Augusta')");
    PCollection<KV<Long, String>> people =
        pipeline.apply(
            Create.of(KV.of(1L, "Ada"), KV.of(2L, "Grace"))
                .withCoder(KvCoder.of(VarLongCoder.of(), StringUtf8Coder.of())));
    PCollection<Written> written = ServerRecipes.writeRows(people, database.target());
    PAssert.thatSingleton(
            written
                .apply(MapElements.into(TypeDescriptors.longs()).via(Written::rows))
                .apply(Sum.longsGlobally()))
        .isEqualTo(2L);
    pipeline.run().waitUntilFinish();
    assertThat(database.query("SELECT id || name FROM people ORDER BY id"))
        .containsExactly("1Ada", "2Grace");
  }

  @Test
  void indexesSearchableDocuments(LocalElasticsearch elasticsearch) throws Exception {
    PCollection<KV<String, String>> titles =
        pipeline.apply(
            Create.of(KV.of("1", "{\"title\":\"Alien\"}"), KV.of("2", "{\"title\":\"Brazil\"}")));
    ServerRecipes.indexDocuments(pipeline, titles, elasticsearch.url());
    assertThat(Http.get(elasticsearch.url() + "/titles/_search?q=title:brazil"))
        .contains("\"_id\":\"2\"")
        .doesNotContain("\"_id\":\"1\"");
  }

  @Test
  void totalsRatingsByWorkers(LocalPostgres postgres) throws Exception {
    JobDatabase database = JobDatabase.create(postgres, "recipe_of_batches").withRatings(1_000);
    database.execute(
        "DROP SCHEMA jobs, staging CASCADE; DROP TABLE " + database.tables().totalsSql());
    Publication.Published published = ServerRecipes.totalRatings(pipeline, database.target());
    assertThat(published.batches()).isEqualTo(1);
    assertThat(published.written()).isEqualTo(97);
    database.assertExact();
  }
}
