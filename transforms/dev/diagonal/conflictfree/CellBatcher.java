package dev.diagonal.conflictfree;

import dev.diagonal.block.Block;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.block.Packer;
import dev.diagonal.internal.schedule.BatchFailedException;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.BatchResult;
import dev.diagonal.metrics.Written;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.RejectedRow;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.ToIntFunction;

/**
 * Assigns rows to cells, submits full batches to the scheduler and waits while its window is full.
 * Emits rows that are too few for a transaction as {@link CellOutput.Leftover}, unless it writes
 * those too. Serves one bundle after another, on one thread. Not used again after an exception.
 */
final class CellBatcher<T> {

  private final ConflictFreeSettings<T> write;
  private final Schedule schedule;
  private final EmitPolicy emitPolicy;
  private final RowSizeEstimate<T> rowBytes;
  private final Packer<T> packer;
  private final BatchGroup<T> group;
  private final Submission<T> submission;
  private final CellMetrics metrics;
  private final ToIntFunction<T> cells;
  private final EndCounts<T> ends;

  /** Which rows are written here, and which are emitted. */
  enum EmitPolicy {
    /** Writes batches that are worth a transaction, and emits the other rows. */
    WRITE_FULL_BATCHES,
    /** Emits all rows. */
    EMIT_ALL,
    /** Writes all rows, even if a batch is not full. */
    WRITE_ALL
  }

  /** Accepts full batches, and waits while the window is full. */
  @FunctionalInterface
  interface Submission<T> {
    void submit(Batch<T> batch, long bytes) throws InterruptedException;
  }

  /**
   * @param ends counts the ids of rows that are added without a cell
   * @param group the batches of the bundle
   * @param submission adds batches to the group; {@code group::submit}
   */
  CellBatcher(
      ConflictFreeSettings<T> write,
      RowSizeEstimate<T> rowBytes,
      EndCounts<T> ends,
      BatchGroup<T> group,
      Submission<T> submission,
      EmitPolicy emitPolicy) {
    this.write = write;
    this.schedule = write.grid().schedule();
    this.cells = write.grid().cells();
    this.emitPolicy = emitPolicy;
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
    this.ends = ends;
  }

  /** Adds a row, or rejects it if it has no cell. */
  void add(T row, Output<CellOutput<T>> output) {
    int cell;
    try {
      cell = cells.applyAsInt(row);
    } catch (RuntimeException e) { // the functions are the user's, and an id may be null
      reject(row, e, output);
      return;
    }
    ends.add(row);
    add(cell, row, output);
  }

  private void reject(T row, RuntimeException fault, Output<CellOutput<T>> output) {
    try {
      output.reject(DeadLetter.ofRow(BatchFailedException.reason(fault), String.valueOf(row)));
    } catch (BadInputException failed) {
      failed.addSuppressed(fault); // its stack trace shows the position in those functions
      throw failed;
    }
  }

  /** Adds rows of a cell. */
  void add(int cell, Block<T> rows, Output<CellOutput<T>> output) {
    for (T row : rows.records()) {
      add(cell, row, output);
    }
  }

  private void add(int cell, T row, Output<CellOutput<T>> output) {
    rowBytes.saw(row);
    packer.add(cell, row, (key, block) -> leave(key, block, output));
  }

  /** Returns how many held rows wait for others of their cell. */
  long heldRows() {
    return packer.heldRows();
  }

  /** Emits or submits all held rows. */
  void flush(Output<CellOutput<T>> output) {
    packer.flush((key, block) -> leave(key, block, output));
  }

  /** Emits or submits all held rows, and waits until the submitted ones are committed. */
  void finish(Output<CellOutput<T>> output) {
    flush(output);
    ends.flush();
    try {
      report(group.await(), output);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Drops pending batches and waits for those in flight. */
  void cancel() {
    group.cancel();
  }

  private void leave(int cell, Block<T> rows, Output<CellOutput<T>> output) {
    boolean written =
        emitPolicy == EmitPolicy.WRITE_ALL
            || (emitPolicy == EmitPolicy.WRITE_FULL_BATCHES
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
