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
 * How rows are dealt and written.
 *
 * @param id names this write in each JVM that takes part in it
 * @param grid tells the cell of a row
 * @param writers opens the connections
 * @param batchSize the most rows of a transaction
 * @param burstFactor how many batches a slot a dealer may hold in all, before the largest leave
 * @param scheduling workers, prefetch, retry, dead letters
 * @param maxBuffering how long a row of an unbounded input waits for others of its cell
 * @param oneProcess whether one process runs alone
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

  /** How many bytes the dealers of a bundle hold together at most, about. */
  static final long MAX_HELD_BYTES = 64L << 20;

  /**
   * How many bytes a dealer leaves over at most, about. All that is left over meets in memory on
   * the DirectRunner, and there can be some hundred bundles.
   */
  private static final long MAX_LEFT_BYTES = 2L << 20;

  ConflictFreeSettings {
    checkArgument(
        batchSize >= 1 && batchSize <= 1_000_000,
        "batchSize must be within 1 to 1000000, got %s",
        batchSize);
    checkArgument(
        burstFactor >= 1 && burstFactor <= 10_000,
        "burstFactor must be within 1 to 10000, got %s",
        burstFactor);
    checkArgument(
        maxBuffering.isLongerThan(Duration.ZERO),
        "maxBuffering must be longer than 0, got %s",
        maxBuffering);
    checkArgument(maxBadRecords >= 0, "maxBadRecords must be >= 0, got %s", maxBadRecords);
  }

  static <T> ConflictFreeSettings<T> of(Grid<T> grid, BatchWriter.Factory<T> writers) {
    return new ConflictFreeSettings<>(
        // Made once, where the pipeline is built, and the same in all copies: no key of elements.
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

  /** Whether every process may write, since it is alone or the target keeps processes apart. */
  boolean writesAnywhere() {
    return oneProcess || writers.locksSlots();
  }

  /** How many rows a dealer holds at most. */
  long maxHeldRows() {
    return Math.max(batchSize, (long) burstFactor * batchSize * grid.schedule().tableSize());
  }

  /**
   * How many rows are worth a transaction of their own: fewer travel to meet others. Half a batch,
   * but less where that many of all cells would be too much to travel.
   */
  long worthwhileRows(long rowBytes) {
    long rowsOfCell = MAX_LEFT_BYTES / (rowBytes * grid.schedule().cells());
    return Math.max(1, Math.min((batchSize + 1) / 2, rowsOfCell));
  }

  ConflictScheduler<T> newScheduler() {
    return new ConflictScheduler<>(grid.schedule(), writers, scheduling);
  }
}
