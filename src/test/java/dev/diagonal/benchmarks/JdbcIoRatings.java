package dev.diagonal.benchmarks;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;

/** Ratings read by JdbcIO and summed by Combine.perKey, as Beam's own examples do it. */
final class JdbcIoRatings {

  private JdbcIoRatings() {}

  static void run(String url, String user, long ratings, int parallelism) {
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--runner=FlinkRunner",
                    "--flinkMaster=[local]",
                    "--objectReuse=true",
                    "--fasterCopy=true",
                    "--streaming=false",
                    "--parallelism=" + parallelism)
                .create());
    pipeline
        .apply(
            "Read",
            JdbcIO.<KV<Long, Long>>readWithPartitions()
                .withDataSourceConfiguration(
                    JdbcIO.DataSourceConfiguration.create("org.postgresql.Driver", url)
                        .withUsername(user))
                .withTable("ratings")
                .withPartitionColumn("rating_id")
                .withLowerBound(0L)
                .withUpperBound(ratings + 1)
                .withNumPartitions(2 * parallelism)
                .withRowMapper(new ToThousandths()))
        .apply("Sum", Combine.perKey(Sum.ofLongs()))
        .apply("Drop", ParDo.of(new DropFn()));
    State state = pipeline.run().waitUntilFinish();
    if (state != State.DONE) {
      throw new IllegalStateException("ended in state " + state);
    }
  }

  private static final class ToThousandths implements JdbcIO.RowMapper<KV<Long, Long>> {
    @Override
    public KV<Long, Long> mapRow(ResultSet row) throws SQLException {
      return KV.of(
          row.getLong("movie_id"), row.getBigDecimal("rating").movePointRight(3).longValueExact());
    }
  }

  /** Consumes the sums and emits nothing. */
  private static final class DropFn extends DoFn<KV<Long, Long>, Void> {
    @ProcessElement
    public void process() {}
  }
}
