package dev.diagonal.conflictfree;

import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.metrics.WriteMetrics;
import dev.diagonal.internal.schedule.BatchResult;
import dev.diagonal.metrics.Written;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * The metrics of conflict-free writes, in addition to those of every write. Distributions: {@code
 * batch_rows}, {@code wait_millis} and {@code transactions_open} (the number of open transactions
 * when a batch starts). Counters: {@code lock_timeouts} (attempts that did not get their slot
 * locks, or on Neo4j their turn to commit, in time) and {@code rows_of_slot_N} per slot, which
 * shows skew, since the hottest slot bounds the parallelism. On a grid of at most {@value
 * #MAX_CELLS} cells there is also a counter {@code rows_of_cell_N} per cell. Counters {@code
 * changed_NAME} sum what the target reports of each batch.
 */
final class CellMetrics {

  /** A runner keeps all counters of all steps in memory; 600 covers 32 slots. */
  private static final int MAX_CELLS = 600;

  private static final String PER_SLOT = "rows_of_slot_";
  private static final String PER_CELL = "rows_of_cell_";

  private final Schedule schedule;
  private final WriteMetrics writes = WriteMetrics.create();
  private final Distribution batchRows = Metrics.distribution(Counted.NAMESPACE, "batch_rows");
  private final Distribution waitMillis = Metrics.distribution(Counted.NAMESPACE, "wait_millis");
  private final Distribution open = Metrics.distribution(Counted.NAMESPACE, "transactions_open");
  private final Counter lockTimeouts = Metrics.counter(Counted.NAMESPACE, "lock_timeouts");
  private final Counter[] rowsOfSlot;

  CellMetrics(Schedule schedule) {
    this.schedule = schedule;
    this.rowsOfSlot = new Counter[schedule.slots()];
    for (int slot = 0; slot < rowsOfSlot.length; slot++) {
      rowsOfSlot[slot] = Metrics.counter(Counted.NAMESPACE, PER_SLOT + slot);
    }
  }

  void counted(BatchResult<?> result) {
    writes.counted(
        new Written(
            "", result.rowsWritten(), result.attempts(), result.writeMillis(), result.changes()),
        result.retries());
    lockTimeouts.inc(result.lockTimeouts());
    result
        .reported()
        .forEach(
            (name, count) ->
                Metrics.counter(Counted.NAMESPACE, WriteConflictFree.CHANGED + name).inc(count));
    batchRows.update(result.rowsWritten());
    waitMillis.update(result.waitMillis());
    open.update(result.transactionsOpen());
    int row = schedule.rowSlotOf(result.cell());
    int column = schedule.columnSlotOf(result.cell());
    rowsOfSlot[row].inc(result.rowsWritten());
    if (column != row) {
      rowsOfSlot[column].inc(result.rowsWritten());
    }
    if (schedule.cells() <= MAX_CELLS) {
      Metrics.counter(Counted.NAMESPACE, PER_CELL + result.cell()).inc(result.rowsWritten());
    }
  }
}
