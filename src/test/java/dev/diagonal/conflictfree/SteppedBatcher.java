package dev.diagonal.conflictfree;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.SchedulerSettings;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.beam.sdk.coders.Coder;
import org.joda.time.Duration;

/**
 * A {@link CellBatcher} that never waits: the batches it would submit are in {@link #outgoing}, and
 * the caller submits them before it adds more rows.
 */
public final class SteppedBatcher<T> {

  /** A batch to submit. */
  public record Outgoing<T>(Batch<T> batch, long bytes) {}

  /** Takes what a batcher emits. */
  public interface Receiver<T> {
    /** Rows of a cell that are too few for a transaction of their own. */
    void leftover(int cell, Iterable<T> rows);

    /** A batch that is committed. */
    void written(long rows);

    /** A row that is a dead letter. */
    void rejected(String record);
  }

  private final Deque<Outgoing<T>> outgoing = new ArrayDeque<>();
  private final ConflictFreeSettings<T> write;
  private final CellBatcher<T> batcher;
  private final Output<CellOutput<T>> output;

  /**
   * @param writesAll whether leftover rows are written too, as in the last step of a write
   */
  public SteppedBatcher(
      Grid<T> grid,
      BatchWriter.Factory<T> writers,
      Coder<T> coder,
      int batchSize,
      int burstFactor,
      SchedulerSettings scheduling,
      BatchGroup<T> group,
      boolean writesAll,
      Receiver<T> receiver) {
    this.write =
        new ConflictFreeSettings<>(
            "simulated",
            grid,
            writers,
            batchSize,
            burstFactor,
            scheduling,
            Duration.standardSeconds(10),
            false,
            Long.MAX_VALUE);
    this.output = new ToReceiver<>(receiver);
    this.batcher =
        new CellBatcher<>(
            write,
            new RowSizeEstimate<>(coder),
            new EndCounts<>(write),
            group,
            (batch, bytes) -> outgoing.add(new Outgoing<>(batch, bytes)),
            writesAll
                ? CellBatcher.EmitPolicy.WRITE_ALL
                : CellBatcher.EmitPolicy.WRITE_FULL_BATCHES);
  }

  public void add(T row) {
    batcher.add(row, output);
  }

  /** Empties the buffers. */
  public void flush() {
    batcher.flush(output);
  }

  /** Reports the results of the group, all batches of which have ended. */
  public void finish() {
    batcher.finish(output);
  }

  public Deque<Outgoing<T>> outgoing() {
    return outgoing;
  }

  public long heldRows() {
    return batcher.heldRows();
  }

  public long mostHeldRows() {
    return write.maxHeldRows();
  }

  private record ToReceiver<T>(Receiver<T> receiver) implements Output<CellOutput<T>> {
    @Override
    public void emit(CellOutput<T> output) {
      if (output instanceof CellOutput.Leftover<T> leftover) {
        receiver.leftover(leftover.cell(), leftover.rows().records());
      } else if (output instanceof CellOutput.Done<T> done) {
        receiver.written(done.batch().written().rows());
      }
    }

    @Override
    public void reject(DeadLetter letter) {
      receiver.rejected(letter.record());
    }
  }
}
