package dev.diagonal.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.conflictfree.DiagonalBatch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class ConflictFreeExampleIT {

  private static final int EDGES = 3_000;

  private final EdgeDatabase database;
  private final Pipeline pipeline = Pipeline.create();

  ConflictFreeExampleIT(LocalPostgres postgres) {
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createTable() throws Exception {
    database.execute(
        "DROP TABLE IF EXISTS knows;"
            + "CREATE TABLE knows (source bigint, target bigint, PRIMARY KEY (source, target))");
  }

  private PCollection<KV<Long, Long>> edges() {
    List<KV<Long, Long>> edges =
        LongStream.range(0, EDGES).mapToObj(i -> KV.of(i % 50, 1_000 + i / 50)).toList();
    return pipeline.apply(
        Create.of(edges).withCoder(KvCoder.of(VarLongCoder.of(), VarLongCoder.of())));
  }

  @Test
  void runsAStatementForEachBatch() throws Exception {
    ConflictFreeExample.runStatement(edges(), database.target());
    pipeline.run().waitUntilFinish();
    assertLoaded();
  }

  @Test
  void writesBatchesWithAWriterOfOnesOwn() throws Exception {
    ConflictFreeExample.writeBatches(
        edges(), database.postgres().jdbcUrl(), database.postgres().user());
    pipeline.run().waitUntilFinish();
    assertLoaded();
  }

  @Test
  void splitsForASinkOfOnesOwn() {
    PCollection<Integer> written = ConflictFreeExample.split(edges(), new CountFn());
    PAssert.thatSingleton(written.apply(Sum.integersGlobally())).isEqualTo(EDGES);
    pipeline.run().waitUntilFinish();
  }

  private static final class CountFn extends DoFn<DiagonalBatch<KV<Long, Long>>, Integer> {
    @ProcessElement
    public void write(@Element DiagonalBatch<KV<Long, Long>> batch, OutputReceiver<Integer> out) {
      out.output(batch.rows().size());
    }
  }

  private void assertLoaded() throws Exception {
    assertThat(
            database.query(
                "SELECT concat_ws(' ', count(*), count(DISTINCT source), min(target), max(target))"
                    + " FROM knows"))
        .containsExactly(EDGES + " 50 1000 " + (1_000 + EDGES / 50 - 1));
  }
}
