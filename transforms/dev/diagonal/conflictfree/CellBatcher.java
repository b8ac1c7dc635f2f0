package dev.diagonal.conflictfree;

import dev.diagonal.block.Block;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.block.Packer;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.BatchResult;
import dev.diagonal.metrics.Written;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchFailedException;
import dev.diagonal.schedule.RejectedRow;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.ToIntFunction;

/**
 * Deals rows to cells, hands full batches to the scheduler and waits while that has enough; what is
 * too little for a transaction comes out as {@link CellOutput.Leftover}, unless this is where
 * leftovers end. For one bundle after the other, on one thread; not used again once it has thrown.
 */
final class CellBatcher<T> {

  private final ConflictFreeSettings<T> write;
  private final Schedule schedule;
  private final Leaving leaving;
  private final RowSizeEstimate<T> rowBytes;
  private final Packer<T> packer;
  private final BatchGroup<T> group;
  private final Submission<T> submission;
  private final CellMetrics metrics;
  private final ToIntFunction<T> cells;

  /** Which rows are written from here. */
  enum Leaving {
    /** Those of batches that are worth a transaction; the others come out. */
    WRITES_WHAT_IS_FULL,
    /** None: all come out. */
    WRITES_NOTHING,
    /** All, full batch or not. */
    WRITES_ALL
  }

  /** Takes full batches, and waits while it has enough. */
  @FunctionalInterface
  interface Submission<T> {
    void submit(Batch<T> batch, long bytes) throws InterruptedException;
  }

  /**
   * @param group the batches of the bundle
   * @param submission how they get into the group; {@code group::submit}
   */
  CellBatcher(
      ConflictFreeSettings<T> write,
      RowSizeEstimate<T> rowBytes,
      BatchGroup<T> group,
      Submission<T> submission,
      Leaving leaving) {
    this.write = write;
    this.schedule = write.grid().schedule();
    this.cells = write.grid().cells();
    this.leaving = leaving;
    this.rowBytes = rowBytes;
    this.packer =
        new Packer<>(
            write.batchSize(),
            () ->
                Math.min(
                    write.maxHeldRows(), ConflictFreeSettings.MAX_HELD_BYTES / rowBytes.mean()));
    this.group = group;
    this.submission = submission;
    this.metrics = new CellMetrics(schedule);
  }

  /** Takes in one row; one that has no cell is rejected. */
  void add(T row, Output<CellOutput<T>> output) {
    int cell;
    try {
      cell = cells.applyAsInt(row);
    } catch (RuntimeException e) { // the functions are the user's, and an id may be null
      reject(row, e, output);
      return;
    }
    add(cell, row, output);
  }

  private void reject(T row, RuntimeException fault, Output<CellOutput<T>> output) {
    try {
      output.reject(DeadLetter.ofRow(BatchFailedException.reason(fault), String.valueOf(row)));
    } catch (BadInputException failed) {
      failed.addSuppressed(fault); // it knows where in those functions
      throw failed;
    }
  }

  /** Takes in rows of a cell. */
  void add(int cell, Block<T> rows, Output<CellOutput<T>> output) {
    for (T row : rows.records()) {
      add(cell, row, output);
    }
  }

  private void add(int cell, T row, Output<CellOutput<T>> output) {
    rowBytes.saw(row);
    packer.add(cell, row, (key, block) -> leave(key, block, output));
  }

  /** Returns how many rows it holds that wait for others of their cell. */
  long heldRows() {
    return packer.heldRows();
  }

  /** Lets go of all rows. */
  void letGo(Output<CellOutput<T>> output) {
    packer.flush((key, block) -> leave(key, block, output));
  }

  /** Lets go of all rows, and waits until what is written from here is committed. */
  void finish(Output<CellOutput<T>> output) {
    letGo(output);
    try {
      report(group.await(), output);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Drops what waits and waits for what is being written. */
  void cancel() {
    group.cancel();
  }

  private void leave(int cell, Block<T> rows, Output<CellOutput<T>> output) {
    boolean written =
        leaving == Leaving.WRITES_ALL
            || (leaving == Leaving.WRITES_WHAT_IS_FULL
                && rows.size() >= write.worthwhileRows(rowBytes.mean()));
    if (!written) {
      output.emit(new CellOutput.Leftover<>(cell, rows));
      return;
    }
    try {
      submission.submit(new Batch<>(cell, rows.records()), rows.size() * rowBytes.mean());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    report(group.drain(), output);
  }

  private void report(List<BatchResult<T>> results, Output<CellOutput<T>> output) {
    for (BatchResult<T> result : results) {
      metrics.counted(result);
      Written written =
          new Written(
              write.writers().target(),
              result.rowsWritten(),
              result.attempts(),
              result.writeMillis());
      output.emit(
          new CellOutput.Done<>(
              new BatchWritten(
                  schedule.cell(result.cell()),
                  schedule.waveOf(result.cell()),
                  result.waitMillis(),
                  written)));
      for (RejectedRow<T> rejected : result.rejected()) {
        output.reject(DeadLetter.ofRow(rejected.reason(), String.valueOf(rejected.row())));
      }
    }
  }

  private static CancellationException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    CancellationException cancelled = new CancellationException("interrupted while writing");
    cancelled.initCause(e);
    return cancelled;
  }
}
