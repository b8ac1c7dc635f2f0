package dev.diagonal.conflictfree;

import dev.diagonal.files.RangePlan;
import dev.diagonal.files.ReadLines;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.edges.Edge;
import dev.diagonal.internal.edges.EdgeFormat;
import dev.diagonal.internal.edges.EdgeLines;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;

/** Loads a file of edges into a sink that takes its time, and says how many rows came there. */
public final class SlowSinkJvm {

  static final LongAdder ROWS = new LongAdder();

  private static final long BATCH_NANOS = 5_000_000;

  private SlowSinkJvm() {}

  /**
   * Arguments: {@code write}, {@code wide} (write, with the third column) or {@code split}; the
   * file; then options of Beam.
   */
  public static void main(String[] args) {
    String[] options = Arrays.copyOfRange(args, 2, args.length);
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(options).create());
    Grid<Edge> grid = Grid.monopartite(16).byLongs(Edge::sourceNumber, Edge::targetNumber);
    boolean wide = args[0].equals("wide");
    EdgeFormat format = EdgeFormat.CSV.withColumns(wide ? List.of("3") : List.of());
    ReadLines<Edge> files =
        ReadLines.from(List.of(args[1]))
            .into(EdgeLines.of(format), Edge.coder())
            .withHeader(true)
            .withRanges(RangePlan.DEFAULT.forReaders(2));
    if (wide || args[0].equals("write")) {
      pipeline.apply(WriteConflictFree.by(grid, new SlowWriters()).from(files));
    } else {
      pipeline.apply(files).apply(SplitDiagonally.by(grid)).apply(ParDo.of(new TakeTimeFn()));
    }
    PipelineResult.State state = pipeline.run().waitUntilFinish();
    System.out.println(state + " " + ROWS.sum());
    System.exit(0);
  }

  private static void takeTime(int rows) {
    LockSupport.parkNanos(BATCH_NANOS);
    ROWS.add(rows);
  }

  private static final class SlowWriters implements BatchWriter.Factory<Edge> {
    @Override
    public BatchWriter<Edge> open() {
      return new BatchWriter<>() {
        @Override
        public void write(Batch<Edge> batch) {
          takeTime(batch.rows().size());
        }

        @Override
        public boolean isRetryable(Exception fault) {
          return false;
        }

        @Override
        public boolean isCausedByRows(Exception fault) {
          return false;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public String target() {
      return "a slow sink";
    }

    @Override
    public boolean locksSlots() {
      return true;
    }
  }

  private static final class TakeTimeFn extends DoFn<DiagonalBatch<Edge>, Void> {
    @ProcessElement
    public void process(@Element DiagonalBatch<Edge> batch) {
      ROWS.add(batch.rows().size());
    }
  }
}
