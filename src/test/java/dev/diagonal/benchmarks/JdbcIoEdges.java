package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeLoad.Edge;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;

/** The same edges through {@code JdbcIO.write}, as a user would write it. */
final class JdbcIoEdges {

  private static final String SQL =
      """
      WITH added AS (INSERT INTO edges VALUES (?, ?, ?) ON CONFLICT (edge_id) DO NOTHING
                     RETURNING source, target)
      INSERT INTO nodes AS n
      SELECT source, 1, 0 FROM added UNION ALL SELECT target, 0, 1 FROM added
      ON CONFLICT (id) DO UPDATE SET
        out_degree = n.out_degree + excluded.out_degree, in_degree = n.in_degree + excluded.in_degree
      """;

  private JdbcIoEdges() {}

  static void run(JdbcTarget database, List<Edge> edges, int parallelism) {
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--targetParallelism=" + parallelism,
                    "--enforceImmutability=false",
                    "--enforceEncodability=false")
                .create());
    pipeline
        .apply(
            Create.of(
                    edges.stream().map(e -> KV.of(e.id(), KV.of(e.source(), e.target()))).toList())
                .withCoder(
                    KvCoder.of(
                        VarLongCoder.of(), KvCoder.of(VarLongCoder.of(), VarLongCoder.of()))))
        .apply(
            JdbcIO.<KV<Long, KV<Long, Long>>>write()
                .withDataSourceConfiguration(
                    JdbcIO.DataSourceConfiguration.create("org.postgresql.Driver", database.url())
                        .withUsername(database.user()))
                .withStatement(SQL)
                .withRetryStrategy(e -> "40P01".equals(e.getSQLState()))
                .withRetryConfiguration(
                    JdbcIO.RetryConfiguration.create(
                        1_000, Duration.standardMinutes(10), Duration.millis(1)))
                .withPreparedStatementSetter(
                    (edge, statement) -> {
                      statement.setLong(1, edge.getKey());
                      statement.setLong(2, edge.getValue().getKey());
                      statement.setLong(3, edge.getValue().getValue());
                    }));
    pipeline.run().waitUntilFinish();
  }
}
