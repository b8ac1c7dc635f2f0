package dev.diagonal.internal.schedule;

import dev.diagonal.grid.Schedule;
import java.util.Arrays;

/** Counts what a scheduler does. Not thread-safe. */
final class SchedulerTally {

  private final Schedule schedule;
  private final long[] rowsOfSlot;
  private long batches;
  private long rows;
  private long retries;
  private int open;
  private int maxOpen;
  private long changedNanos;
  private long busyNanos;
  private double openNanos;

  SchedulerTally(Schedule schedule) {
    this.schedule = schedule;
    this.rowsOfSlot = new long[schedule.slots()];
  }

  /** Counts a batch that starts, and returns how many are in flight, including it. */
  int opened(long nowNanos) {
    passTo(nowNanos);
    open++;
    maxOpen = Math.max(maxOpen, open);
    return open;
  }

  /** Counts a batch that has ended, and its rows if they were written. */
  void ended(BatchRun<?> run, long nowNanos) {
    passTo(nowNanos);
    open--;
    if (run.failure() != null) {
      return;
    }
    batches++;
    rows += run.rows();
    retries += run.retries();
    int row = schedule.rowSlotOf(run.cell());
    int column = schedule.columnSlotOf(run.cell());
    rowsOfSlot[row] += run.rows();
    if (column != row) {
      rowsOfSlot[column] += run.rows();
    }
  }

  SchedulerStats stats(long nowNanos) {
    passTo(nowNanos);
    double hottest = Arrays.stream(rowsOfSlot).max().orElse(0);
    return new SchedulerStats(
        batches,
        rows,
        retries,
        maxOpen,
        busyNanos == 0 ? 0 : openNanos / busyNanos,
        rows == 0 ? 0 : hottest / rows);
  }

  private void passTo(long nowNanos) {
    if (open > 0) {
      long passed = nowNanos - changedNanos;
      busyNanos += passed;
      openNanos += (double) passed * open;
    }
    changedNanos = nowNanos;
  }
}
