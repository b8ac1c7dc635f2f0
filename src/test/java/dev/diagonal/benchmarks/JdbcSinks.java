package dev.diagonal.benchmarks;

import dev.diagonal.block.Block;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.jdbc.write.WriteToJdbc;
import dev.diagonal.metrics.Written;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PCollection;

/** Pipelines that write {@link SinkRow}s, each in its own way. */
final class JdbcSinks {

  private static final String INSERT = "INSERT INTO sink_rows VALUES (?, ?, ?, ?, ?)";
  private static final String UPSERT =
      INSERT
          + " ON CONFLICT (id) DO UPDATE SET user_id = EXCLUDED.user_id, movie_id ="
          + " EXCLUDED.movie_id, rating = EXCLUDED.rating, title = EXCLUDED.title";

  /** What writes the rows. */
  enum Way {
    NOTHING("nothing"),
    JDBC_IO("JdbcIO"),
    JDBC_IO_REWRITE("JdbcIO, reWriteBatchedInserts"),
    DIAGONAL_ROWS("Diagonal, rows"),
    DIAGONAL_BLOCKS("Diagonal, blocks of 1,000");

    final String words;

    Way(String words) {
      this.words = words;
    }
  }

  private final String url;
  private final String user;

  JdbcSinks(String url, String user) {
    this.url = url;
    this.user = user;
  }

  void run(Way way, boolean flink, boolean upsert, boolean reshuffle, long rows) {
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    flink
                        ? new String[] {
                          "--runner=FlinkRunner",
                          "--flinkMaster=[local]",
                          "--parallelism=2",
                          "--objectReuse=true",
                          "--fasterCopy=true"
                        }
                        : new String[] {
                          "--runner=DirectRunner",
                          "--targetParallelism=2",
                          "--enforceImmutability=false",
                          "--enforceEncodability=false"
                        })
                .create());
    if (way == Way.DIAGONAL_BLOCKS) {
      PCollection<Written> unused =
          pipeline
              .apply("Numbers", GenerateSequence.from(0).to(rows / 1_000))
              .apply("Blocks", ParDo.of(new ToBlockFn()))
              .setCoder(Block.coder(SinkRow.Coder.OF))
              .apply("Sink", WriteToJdbc.of(diagonal(upsert)));
    } else {
      PCollection<SinkRow> input =
          pipeline
              .apply("Numbers", GenerateSequence.from(0).to(rows))
              .apply("Rows", ParDo.of(new ToRowFn()))
              .setCoder(SinkRow.Coder.OF);
      sink(way, upsert, reshuffle ? input.apply(Reshuffle.viaRandomKey()) : input);
    }
    State state = pipeline.run().waitUntilFinish();
    if (state != State.DONE) {
      throw new IllegalStateException(way + " ended in state " + state);
    }
  }

  private void sink(Way way, boolean upsert, PCollection<SinkRow> input) {
    if (way == Way.NOTHING) {
      input.apply("Sink", ParDo.of(new DropFn()));
    } else if (way == Way.DIAGONAL_ROWS) {
      PCollection<Written> unused = input.apply("Sink", WriteToJdbc.of(diagonal(upsert)).ofRows());
    } else {
      String parameters = way == Way.JDBC_IO_REWRITE ? "?reWriteBatchedInserts=true" : "";
      input.apply(
          "Sink",
          JdbcIO.<SinkRow>write()
              .withDataSourceConfiguration(
                  JdbcIO.DataSourceConfiguration.create("org.postgresql.Driver", url + parameters)
                      .withUsername(user))
              .withStatement(upsert ? UPSERT : INSERT)
              .withPreparedStatementSetter(SinkRow::set));
    }
  }

  JdbcWrite<SinkRow> diagonal(boolean upsert) {
    JdbcTarget target = JdbcTarget.at(url).withUser(user);
    return JdbcWrite.of(
        upsert ? WriteMode.UPSERT : WriteMode.INSERT, target, SinkRow.TABLE, SinkRow::put);
  }

  private static final class ToRowFn extends DoFn<Long, SinkRow> {
    @ProcessElement
    public void process(@Element Long id, OutputReceiver<SinkRow> out) {
      out.output(SinkRow.of(id));
    }
  }

  private static final class ToBlockFn extends DoFn<Long, Block<SinkRow>> {
    @ProcessElement
    public void process(@Element Long number, OutputReceiver<Block<SinkRow>> out) {
      List<SinkRow> rows = new ArrayList<>(1_000);
      for (long id = number * 1_000; id < (number + 1) * 1_000; id++) {
        rows.add(SinkRow.of(id));
      }
      out.output(new Block<>(rows));
    }
  }

  private static final class DropFn extends DoFn<SinkRow, Void> {
    @ProcessElement
    public void process() {}
  }
}
