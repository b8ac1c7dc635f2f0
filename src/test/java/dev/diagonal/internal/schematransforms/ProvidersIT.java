package dev.diagonal.internal.schematransforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bad records, and settings that do not fit, of the providers. */
@ExtendWith({PostgresExtension.class, ElasticsearchExtension.class})
final class ProvidersIT {

  private static final Schema SCHEMA =
      Schema.builder()
          .addInt64Field("id")
          .addNullableStringField("source")
          .addStringField("target")
          .build();

  private final Map<String, Object> database;
  private final LocalElasticsearch elasticsearch;
  private final Sql sql;
  private final Pipeline pipeline = Pipeline.create();

  ProvidersIT(LocalPostgres postgres, LocalElasticsearch elasticsearch) {
    this.elasticsearch = elasticsearch;
    this.sql = new Sql(JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user()));
    this.database =
        Map.of(
            "url", postgres.jdbcUrl(),
            "username", postgres.user(),
            "password_file", postgres.passwordFile().toString());
  }

  private PCollectionRowTuple rows() {
    return PCollectionRowTuple.of(
        "input",
        pipeline.apply(
            Create.of(row(1, "a", "b"), row(2, null, "b"), row(5_000_000_000L, "a", "c"))
                .withRowSchema(SCHEMA)));
  }

  private static Row row(long id, @Nullable String source, String target) {
    return Row.withSchema(SCHEMA).addValues(id, source, target).build();
  }

  private PCollectionRowTuple apply(String name, Map<String, ?> settings) {
    var provider = YamlPipeline.provider("dev.diagonal:" + name + ":v1");
    return rows().apply(provider.from(YamlPipeline.row(provider.configurationSchema(), settings)));
  }

  private Map<String, Object> settings(Object... pairs) {
    Map<String, Object> all = new LinkedHashMap<>(database);
    all.put("error_handling", Map.of("output", "bad"));
    for (int i = 0; i < pairs.length; i += 2) {
      all.put((String) pairs[i], pairs[i + 1]);
    }
    return all;
  }

  private static PCollection<String> shown(PCollection<Row> bad) {
    return bad.apply(
        MapElements.into(TypeDescriptors.strings())
            .via(
                row ->
                    new String(row.getBytes("failed_row"), StandardCharsets.UTF_8)
                        + " "
                        + row.getString("error_message")));
  }

  @Test
  void tableRefusesMisfitRowAndKeepsRest() throws Exception {
    sql.execute(
        "DROP TABLE IF EXISTS st_rows;"
            + "CREATE TABLE st_rows (id integer PRIMARY KEY, source text, target text)");
    PCollectionRowTuple written =
        apply("write_to_jdbc", settings("table", "st_rows", "key", List.of("id")));
    PAssert.that(shown(written.get("bad")))
        .satisfies(
            all -> {
              assertThat(all)
                  .singleElement()
                  .asString()
                  .startsWith("{\"id\":5000000000,\"source\":\"a\",\"target\":\"c\"} ")
                  .contains("does not accept a number of this size");
              return null;
            });
    PAssert.that(
            written
                .get("output")
                .apply(MapElements.into(TypeDescriptors.longs()).via(row -> row.getInt64("rows")))
                .apply(Sum.longsGlobally()))
        .containsInAnyOrder(2L);
    pipeline.run().waitUntilFinish();
    assertThat(sql.query("SELECT st_rows::text FROM st_rows ORDER BY id"))
        .containsExactly("(1,a,b)", "(2,,b)");
  }

  @Test
  void badRecordFailsRunWithoutErrorHandling() throws Exception {
    sql.execute(
        "DROP TABLE IF EXISTS st_strict; CREATE TABLE st_strict (id integer PRIMARY KEY, source"
            + " text, target text)");
    Map<String, Object> settings = settings("table", "st_strict", "key", List.of("id"));
    settings.remove("error_handling");
    PCollectionRowTuple unused = apply("write_to_jdbc", settings);
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasMessageContaining("a row does not fit table st_strict");
  }

  @Test
  void nullEndIsBadRecordAsJson() throws Exception {
    sql.execute("DROP TABLE IF EXISTS st_edges, st_nodes");
    PCollectionRowTuple written =
        apply(
            "upsert_relationships",
            settings(
                "table", "st_edges",
                "key", List.of("id"),
                "source", "source",
                "target", "target",
                "nodes_table", "st_nodes"));
    PAssert.that(shown(written.get("bad")))
        .satisfies(
            all -> {
              assertThat(all)
                  .singleElement()
                  .asString()
                  .startsWith("{\"id\":2,\"source\":null,\"target\":\"b\"} ");
              return null;
            });
    pipeline.run().waitUntilFinish();
    assertThat(sql.query("SELECT st_nodes::text FROM st_nodes ORDER BY id"))
        .containsExactly("(a,2,0)", "(b,0,1)", "(c,0,1)");
  }

  @Test
  void anIndexRefusesDocumentsWithoutAnId() {
    PCollectionRowTuple written =
        apply(
            "index_documents",
            Map.of(
                "urls",
                List.of(elasticsearch.url()),
                "index",
                "st-rows",
                "id_field",
                "source",
                "error_handling",
                Map.of("output", "bad")));
    PAssert.that(shown(written.get("bad")))
        .containsInAnyOrder(
            "{\"id\":2,\"source\":null,\"target\":\"b\"} the field source, the id, is null");
    pipeline.run().waitUntilFinish();
  }

  @Test
  void indexRefusesDocumentsThatViolateMapping() {
    PCollectionRowTuple written =
        apply(
            "index_documents",
            Map.of(
                "urls", List.of(elasticsearch.url()),
                "index", "st-integers",
                "id_field", "id",
                "mapping", "{\"properties\":{\"id\":{\"type\":\"integer\"}}}",
                "error_handling", Map.of("output", "bad")));
    PAssert.that(shown(written.get("bad")))
        .satisfies(
            all -> {
              assertThat(all)
                  .singleElement()
                  .asString()
                  .startsWith("{\"id\":5000000000,\"source\":\"a\",\"target\":\"c\"} ")
                  .contains("_parsing_exception");
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void refusesTableOfOtherLayoutBeforeRun() throws Exception {
    sql.execute(
        "DROP TABLE IF EXISTS st_other; CREATE TABLE st_other (id bigint PRIMARY KEY, source"
            + " numeric(10,2), target text)");
    assertThatThrownBy(
            () -> apply("write_to_jdbc", settings("table", "st_other", "key", List.of("id"))))
        .isInstanceOf(TargetMismatchException.class)
        .hasMessageContaining("source")
        .hasMessageContaining("numeric(10,2)");
  }

  @Test
  void namesAWrongSetting() {
    assertThatThrownBy(
            () ->
                apply(
                    "write_to_jdbc",
                    settings("table", "st_x", "key", List.of("id"), "mode", "upsurt")))
        .hasMessage("mode: 'upsurt' is unknown; did you mean 'upsert'?");
    assertThatThrownBy(
            () ->
                apply(
                    "run_statement",
                    settings("statement", "SELECT 1", "source", "from", "target", "target")))
        .hasMessageStartingWith("source: the input has no field 'from'");
    assertThatThrownBy(() -> apply("write_to_jdbc", settings("table", "st_x", "password", "x")))
        .hasMessage("set either password or password_file, not both");
  }
}
