package dev.diagonal.internal.schematransforms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.SchemaTransformProvider;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ReadProvidersTest {

  private final Path file;
  private final Pipeline pipeline = Pipeline.create();

  ReadProvidersTest(@TempDir Path directory) {
    this.file = directory.resolve("in.csv");
  }

  private PCollectionRowTuple apply(String name, Map<String, ?> settings) {
    var provider = YamlPipeline.provider("dev.diagonal:" + name + ":v1");
    return PCollectionRowTuple.empty(pipeline)
        .apply(provider.from(YamlPipeline.row(provider.configurationSchema(), settings)));
  }

  private static PCollection<String> joined(PCollection<Row> rows) {
    return rows.apply(
        MapElements.into(TypeDescriptors.strings())
            .via(
                row ->
                    String.join(
                        "|", row.getValues().stream().map(ReadProvidersTest::shown).toList())));
  }

  private static String shown(Object value) {
    return value instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(value);
  }

  static Stream<SchemaTransformProvider> ours() {
    return ServiceLoader.load(SchemaTransformProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(each -> each.identifier().startsWith("dev.diagonal:"));
  }

  @Test
  void sixProvidersAreRegistered() {
    assertThat(ours().map(SchemaTransformProvider::identifier))
        .containsExactlyInAnyOrder(
            "dev.diagonal:aggregate_ratings:v1",
            "dev.diagonal:index_documents:v1",
            "dev.diagonal:read_csv:v1",
            "dev.diagonal:run_statement:v1",
            "dev.diagonal:upsert_relationships:v1",
            "dev.diagonal:write_to_jdbc:v1");
  }

  @ParameterizedTest
  @MethodSource("ours")
  void describesItselfAndEachSetting(SchemaTransformProvider provider) {
    assertThat(provider.description()).endsWith(".");
    assertThat(provider.configurationSchema().getFields())
        .allSatisfy(field -> assertThat(field.getDescription()).endsWith("."))
        .extracting(Schema.Field::getName)
        .contains("error_handling")
        .allMatch(name -> name.matches("[a-z_]+"));
  }

  @Test
  void readsTypedRowsAndEmitsBadOnes() throws Exception {
    Files.writeString(file, "id,born,price\n1,1815-12-10,2.50\nx,2000-01-01,1.00\n3,,-0.25\n");
    PCollectionRowTuple read =
        apply(
            "read_csv",
            Map.of(
                "files", List.of(file.toString()),
                "types", Map.of("id", "bigint"),
                "error_handling", Map.of("output", "bad")));
    assertThat(read.get("output").getSchema().getFields())
        .extracting(field -> field.getType().getTypeName())
        .containsExactly(Schema.TypeName.INT64, Schema.TypeName.STRING, Schema.TypeName.DECIMAL);
    PAssert.that(joined(read.get("output")))
        .containsInAnyOrder("1|1815-12-10|2.50", "3|null|-0.25");
    PAssert.that(joined(read.get("bad")))
        .satisfies(
            all -> {
              assertThat(all)
                  .singleElement()
                  .asString()
                  .startsWith("x,2000-01-01,1.00|")
                  .contains("column 'id'");
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void aTypeThatIsSetOverridesTexts() throws Exception {
    Files.writeString(file, "born\n1815-12-10\n");
    PCollectionRowTuple read =
        apply(
            "read_csv", Map.of("files", List.of(file.toString()), "types", Map.of("born", "date")));
    PAssert.that(
            read.get("output")
                .apply(
                    MapElements.into(TypeDescriptors.strings())
                        .via(row -> row.getLogicalTypeValue(0, LocalDate.class).toString())))
        .containsInAnyOrder("1815-12-10");
    pipeline.run().waitUntilFinish();
  }

  @Test
  void malformedLineFailsRunWithoutErrorHandling() throws Exception {
    Files.writeString(file, "id\n1\n2,3\n");
    PCollectionRowTuple unused = apply("read_csv", Map.of("files", List.of(file.toString())));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish()).hasMessageContaining("2,3");
  }

  @Test
  void namesAnUnknownColumnOrType() throws Exception {
    Files.writeString(file, "id\n1\n");
    List<String> files = List.of(file.toString());
    assertThatThrownBy(
            () -> apply("read_csv", Map.of("files", files, "types", Map.of("idd", "text"))))
        .hasMessage("there is no column 'idd'; did you mean 'id'?");
    assertThatThrownBy(
            () -> apply("read_csv", Map.of("files", files, "types", Map.of("id", "bigin"))))
        .hasMessageContaining("'bigin' is not a type; did you mean 'bigint'?");
  }

  @Test
  void totalsRatingsAndEmitsBadLines() throws Exception {
    Files.writeString(file, "u;m;r\n1;a;4.5\n2;a;0.5\n3;b;none\n");
    PCollectionRowTuple totals =
        apply(
            "aggregate_ratings",
            Map.of(
                "files",
                List.of(file.toString()),
                "delimiter",
                ";",
                "movie_column",
                "m",
                "rating_column",
                "r",
                "text_movies",
                true,
                "error_handling",
                Map.of("output", "bad")));
    PAssert.that(joined(totals.get("output"))).containsInAnyOrder("a|2|5.000|2.500000|0.500|4.500");
    PAssert.that(joined(totals.get("bad")))
        .satisfies(
            all -> {
              assertThat(all).singleElement().asString().startsWith("3;b;none|");
              return null;
            });
    pipeline.run().waitUntilFinish();
  }
}
