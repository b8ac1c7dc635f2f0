package dev.diagonal.conflictfree;

import dev.diagonal.block.Block;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.internal.fault.DeadLetterLimit;
import dev.diagonal.internal.fault.TooManyDeadLettersException;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.ConflictScheduler;
import dev.diagonal.internal.schedule.SchedulerRegistry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.jspecify.annotations.Nullable;

/**
 * The cell batchers of one DoFn instance: one per window of a bundle, which together hold no more
 * rows than one alone may. Also holds the scheduler of this JVM from setup to teardown.
 */
final class WindowedBatchers<T> implements AutoCloseable {

  private final ConflictFreeSettings<T> write;
  private final RowSizeEstimate<T> rowBytes;
  private final EndCounts<T> ends;
  private final CellBatcher.EmitPolicy emitPolicy;
  private final ConflictScheduler<T> scheduler;
  private final Map<BoundedWindow, CellBatcher<T>> byWindow = new LinkedHashMap<>();

  /** The held rows of all windows, without rows that were added to a cell batcher directly. */
  private long heldRows;

  /**
   * The rejected rows over all bundles; bounds what a runner has to hold, and how long a hopeless
   * run continues.
   */
  private @Nullable DeadLetterLimit rejected;

  WindowedBatchers(
      ConflictFreeSettings<T> write, Coder<T> rowCoder, CellBatcher.EmitPolicy emitPolicy) {
    this.write = write;
    this.rowBytes = new RowSizeEstimate<>(rowCoder);
    this.ends = new EndCounts<>(write);
    this.emitPolicy = emitPolicy;
    try {
      this.scheduler = SchedulerRegistry.JVM.acquire(write.id(), write::newScheduler);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while an earlier write is being closed");
    }
  }

  /** Returns the cell batcher of a window, for an input with only one window. */
  CellBatcher<T> in(BoundedWindow window) {
    return byWindow.computeIfAbsent(
        window,
        w -> {
          BatchGroup<T> group = scheduler.newGroup();
          return new CellBatcher<>(write, rowBytes, ends, group, group::submit, emitPolicy);
        });
  }

  /** Receives the outputs of a cell batcher, in its window. */
  interface Outputs<T> {
    Output<CellOutput<T>> of(BoundedWindow window);
  }

  /** Adds a row of a window, or rejects it if it has no cell. */
  void add(BoundedWindow window, T row, Outputs<T> outputs) {
    CellBatcher<T> batcher = in(window);
    heldRows -= batcher.heldRows();
    batcher.add(row, outputs.of(window));
    heldRows += batcher.heldRows();
    makeRoom(outputs);
  }

  /** Adds rows of a cell and a window. */
  void add(BoundedWindow window, int cell, Block<T> rows, Outputs<T> outputs) {
    CellBatcher<T> batcher = in(window);
    heldRows -= batcher.heldRows();
    batcher.add(cell, rows, outputs.of(window));
    heldRows += batcher.heldRows();
    makeRoom(outputs);
  }

  /**
   * If all batchers together hold too many rows, the largest ones emit theirs until at most half of
   * the limit is held. A single batcher limits itself.
   */
  private void makeRoom(Outputs<T> outputs) {
    long mostRows = ConflictFreeSettings.MAX_HELD_BYTES / rowBytes.mean();
    if (byWindow.size() == 1 || heldRows <= mostRows) {
      return;
    }
    List<Map.Entry<BoundedWindow, CellBatcher<T>>> largestFirst =
        new ArrayList<>(byWindow.entrySet());
    largestFirst.sort(Comparator.comparing(each -> -each.getValue().heldRows()));
    for (Map.Entry<BoundedWindow, CellBatcher<T>> each : largestFirst) {
      if (heldRows <= mostRows / 2) {
        return;
      }
      heldRows -= each.getValue().heldRows();
      each.getValue().flush(outputs.of(each.getKey()));
    }
  }

  /** Finishes the cell batchers of the bundle that ends. */
  void finish(BiConsumer<BoundedWindow, CellBatcher<T>> finish) {
    byWindow.forEach(finish);
    byWindow.clear();
    heldRows = 0;
  }

  /**
   * Counts a rejected row.
   *
   * @throws TooManyDeadLettersException if there are too many
   */
  void countRejected(DeadLetter line) {
    if (rejected == null) {
      rejected = new DeadLetterLimit(write.maxBadRecords());
    }
    rejected.add(line);
  }

  /** Cancels the batches of a failed bundle, and releases the scheduler. */
  @Override
  public void close() {
    try {
      byWindow.values().forEach(CellBatcher::cancel);
    } finally {
      byWindow.clear();
      SchedulerRegistry.JVM.release(write.id());
    }
  }
}
