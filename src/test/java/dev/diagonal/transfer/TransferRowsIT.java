package dev.diagonal.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.RefreshIndex;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Runner;
import dev.diagonal.transfer.mapping.DocumentColumns;
import dev.diagonal.transfer.mapping.Mapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.testing.TestPipeline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PostgresExtension.class)
@ExtendWith(ElasticsearchExtension.class)
final class TransferRowsIT {

  private static final List<String> ROWS =
      List.of("{\"id\":1,\"name\":\"Ada\"}", "{\"id\":2,\"name\":\"Grace\"}");

  @TempDir Path directory;

  @Test
  void passesRowsThroughEverySourceAndSink(LocalPostgres postgres) throws Exception {
    EdgeDatabase database = new EdgeDatabase(postgres);
    database.execute(
        "DROP TABLE IF EXISTS passed; CREATE TABLE passed (id bigint PRIMARY KEY, name text)");
    Table table = Table.of("passed", Column.key("id", "bigint"), Column.of("name", "text"));
    transfer(
        source("in.jsonl"),
        TransferSink.csv(path("out.csv"), ";", '"', "\n", true, OutputRun.alone()),
        TransferSink.parquet(path("out.parquet"), OutputRun.alone()),
        TransferSink.table(
            database.target(), table, WriteMode.UPSERT, 1_000, LedgerSettings.defaults()));
    assertThat(Path.of(path("out.csv"))).hasContent("id;name\n1;Ada\n2;Grace");
    assertThat(database.query("SELECT id || name FROM passed ORDER BY id"))
        .containsExactly("1Ada", "2Grace");
    assertReads(
        TransferSource.csv(
            List.of(path("out.csv")),
            CsvFormat.DEFAULT.withDialect(CsvFormat.DEFAULT.dialect().withDelimiter(";")),
            RangePlan.DEFAULT));
    assertReads(
        TransferSource.parquet(List.of(path("out.parquet")), RangePlan.DEFAULT, Mapping.NONE));
    assertReads(TransferSource.table(database.target(), "passed", null, 2));
    assertReads(TransferSource.query(database.target(), "SELECT id, name FROM passed", null, 1));
  }

  @Test
  void preparesTheIndexForTheRows(LocalElasticsearch elasticsearch) throws Exception {
    ElasticsearchTarget target = ElasticsearchTarget.at(elasticsearch.url(), "passed_rows");
    TransferSource source = source("in.jsonl");
    List<String> warnings = new ArrayList<>();
    transfer(
        source,
        TransferSink.index(
            BulkSettings.of(target),
            DocumentColumns.ofKey(List.of("id")),
            source,
            Mapping.NONE,
            warnings::add));
    RefreshIndex.of(target);
    assertThat(warnings).isEmpty();
    assertThat(Http.get(elasticsearch.url() + "/passed_rows/_mapping"))
        .contains("\"name\":{\"type\":\"keyword\"");
    assertThat(Http.get(elasticsearch.url() + "/passed_rows/_search?q=id:2"))
        .contains("\"name\":\"Grace\"")
        .doesNotContain("Ada");
  }

  private void assertReads(TransferSource source) throws Exception {
    transfer(source, TransferSink.jsonLines(path("read.jsonl"), OutputRun.alone()));
    assertThat(Files.readAllLines(Path.of(path("read.jsonl"))))
        .as("%s", source)
        .containsExactlyInAnyOrderElementsOf(ROWS);
  }

  private static void transfer(TransferSource source, TransferSink... sinks) {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    pipeline.apply(TransferRows.of(source, Mapping.NONE, List.of(sinks)));
    pipeline.run().waitUntilFinish();
  }

  private TransferSource source(String name) throws Exception {
    Files.write(Path.of(path(name)), ROWS);
    return TransferSource.jsonLines(List.of(path(name)), RangePlan.DEFAULT, false);
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }
}
