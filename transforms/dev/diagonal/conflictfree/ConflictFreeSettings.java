package dev.diagonal.conflictfree;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.files.ReadLines;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.schedule.ConflictScheduler;
import dev.diagonal.internal.schedule.SchedulerSettings;
import dev.diagonal.schedule.BatchWriter;
import java.io.Serializable;
import java.util.UUID;
import org.joda.time.Duration;

/**
 * How rows are assigned to cells and written.
 *
 * @param id names this write in each JVM that takes part in it
 * @param grid returns the cell of a row
 * @param writers opens the connections
 * @param batchSize the maximum number of rows per transaction
 * @param burstFactor the maximum number of batches per slot that a cell batcher holds before the
 *     largest are submitted
 * @param scheduling workers, prefetch, retry, dead letters
 * @param maxBuffering how long a row of an unbounded input waits for others of its cell
 * @param oneProcess whether only one process runs
 * @param maxBadRecords how many rows one instance of a step may reject
 */
record ConflictFreeSettings<T>(
    String id,
    Grid<T> grid,
    BatchWriter.Factory<T> writers,
    int batchSize,
    int burstFactor,
    SchedulerSettings scheduling,
    Duration maxBuffering,
    boolean oneProcess,
    long maxBadRecords)
    implements Serializable {

  /** The approximate maximum size of the rows that the cell batchers of a bundle hold together. */
  static final long MAX_HELD_BYTES = 64L << 20;

  /**
   * The approximate maximum size of the leftover rows of a cell batcher. The DirectRunner holds all
   * leftover rows in memory, possibly those of hundreds of bundles.
   */
  private static final long MAX_LEFT_BYTES = 2L << 20;

  ConflictFreeSettings {
    checkSizes(batchSize, burstFactor);
    checkArgument(
        maxBuffering.isLongerThan(Duration.ZERO),
        "maxBuffering must be longer than 0, got %s",
        maxBuffering);
    checkArgument(maxBadRecords >= 0, "maxBadRecords must be >= 0, got %s", maxBadRecords);
  }

  /**
   * Checks the sizes of a cell batcher.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  static void checkSizes(int batchSize, int burstFactor) {
    checkArgument(
        batchSize >= 1 && batchSize <= 1_000_000,
        "batchSize must be within 1 to 1000000, got %s",
        batchSize);
    checkArgument(
        burstFactor >= 1 && burstFactor <= 10_000,
        "burstFactor must be within 1 to 10000, got %s",
        burstFactor);
  }

  static <T> ConflictFreeSettings<T> of(Grid<T> grid, BatchWriter.Factory<T> writers) {
    return new ConflictFreeSettings<>(
        // Drawn once, where the pipeline is built, and the same in all copies. It is not a key of
        // elements.
        UUID.randomUUID().toString(),
        grid,
        writers,
        1_000,
        20,
        SchedulerSettings.defaults(),
        Duration.standardSeconds(10),
        false,
        ReadLines.DEFAULT_MAX_BAD_RECORDS);
  }

  ConflictFreeSettings<T> withBatchSize(int rows) {
    return new ConflictFreeSettings<>(
        id, grid, writers, rows, burstFactor, scheduling, maxBuffering, oneProcess, maxBadRecords);
  }

  ConflictFreeSettings<T> withBurstFactor(int factor) {
    return new ConflictFreeSettings<>(
        id, grid, writers, batchSize, factor, scheduling, maxBuffering, oneProcess, maxBadRecords);
  }

  ConflictFreeSettings<T> withScheduling(SchedulerSettings settings) {
    return new ConflictFreeSettings<>(
        id,
        grid,
        writers,
        batchSize,
        burstFactor,
        settings,
        maxBuffering,
        oneProcess,
        maxBadRecords);
  }

  ConflictFreeSettings<T> withMaxBuffering(Duration duration) {
    return new ConflictFreeSettings<>(
        id, grid, writers, batchSize, burstFactor, scheduling, duration, oneProcess, maxBadRecords);
  }

  ConflictFreeSettings<T> withMaxBadRecords(long records) {
    return new ConflictFreeSettings<>(
        id, grid, writers, batchSize, burstFactor, scheduling, maxBuffering, oneProcess, records);
  }

  ConflictFreeSettings<T> withOneProcess() {
    return new ConflictFreeSettings<>(
        id, grid, writers, batchSize, burstFactor, scheduling, maxBuffering, true, maxBadRecords);
  }

  /**
   * Returns whether every process may write, because there is only one or the target has slot
   * locks.
   */
  boolean writesAnywhere() {
    return oneProcess || writers.locksSlots();
  }

  /** Returns the maximum number of rows that a cell batcher holds. */
  long maxHeldRows() {
    return Math.max(batchSize, (long) burstFactor * batchSize * grid.schedule().tableSize());
  }

  /**
   * Returns how many rows are worth a transaction; fewer are grouped with those of other bundles.
   * Half a batch, or less if that many leftover rows of all cells would be too large.
   */
  long worthwhileRows(long rowBytes) {
    long rowsOfCell = MAX_LEFT_BYTES / (rowBytes * grid.schedule().cells());
    return Math.max(1, Math.min((batchSize + 1) / 2, rowsOfCell));
  }

  ConflictScheduler<T> newScheduler() {
    return new ConflictScheduler<>(grid.schedule(), writers, scheduling);
  }
}
