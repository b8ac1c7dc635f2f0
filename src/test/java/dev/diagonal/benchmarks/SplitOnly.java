package dev.diagonal.benchmarks;

import dev.diagonal.conflictfree.PartSource;
import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.edges.Edge;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;

/** A pipeline that assigns edges to cells, batches and schedules them, and writes nothing. */
final class SplitOnly {

  private static final int EDGES = 1_000_000;
  private static final int PASSES = 5;
  private static final List<Edge> ALL =
      EdgeLoad.edges(EDGES, ScheduleKind.MONOPARTITE, false).stream()
          .map(edge -> Edge.of(edge.id(), edge.source(), edge.target(), List.of()))
          .toList();

  private static volatile long cpuNanos;

  private SplitOnly() {}

  /** Returns the rows per CPU second of the thread that assigns them to cells. */
  static double rowsPerCpuSecond() {
    Grid<Edge> grid = Grid.monopartite(32).byLongs(Edge::sourceNumber, Edge::targetNumber);
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--enforceImmutability=false",
                    "--enforceEncodability=false",
                    "--targetParallelism=2")
                .create());
    pipeline.apply(
        WriteConflictFree.by(grid, new Nowhere())
            .withBatchSize(EdgeLoad.BATCH_ROWS)
            .from(Create.of(PASSES), new Again(), Edge.coder()));
    if (pipeline.run().waitUntilFinish() != PipelineResult.State.DONE) {
      throw new IllegalStateException("the pipeline did not end well");
    }
    return (double) EDGES * PASSES * 1e9 / cpuNanos;
  }

  /** The edges, again and again; notes the time that its thread has taken for them. */
  private static final class Again implements PartSource<Integer, Edge> {
    @Override
    public void drive(Integer passes, Output<Edge> rows) {
      long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      for (int pass = 0; pass < passes; pass++) {
        ALL.forEach(rows::emit);
      }
      cpuNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
    }
  }

  private static final class Nowhere implements BatchWriter.Factory<Edge> {
    @Override
    public BatchWriter<Edge> open() {
      return new BatchWriter<>() {
        @Override
        public void write(Batch<Edge> batch) {}

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
      return "nowhere";
    }

    @Override
    public boolean locksSlots() {
      return true;
    }
  }
}
