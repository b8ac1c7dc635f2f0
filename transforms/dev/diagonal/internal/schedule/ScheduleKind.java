package dev.diagonal.internal.schedule;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.grid.Grid;
import dev.diagonal.grid.Schedule;

/** The kinds of schedules, by the names that users choose. */
public enum ScheduleKind {
  /** Sources and targets are different things. */
  BIPARTITE(2),
  /** An id may be at both ends. */
  MONOPARTITE(3),
  /** A column already splits the records. */
  COMPONENTS(2);

  /** The largest table of a schedule. */
  private static final int MAX_SIZE = 64;

  /** How many slots keep a worker busy. */
  private final int slotsPerWorker;

  ScheduleKind(int slotsPerWorker) {
    this.slotsPerWorker = slotsPerWorker;
  }

  /**
   * Returns the schedule with this table size.
   *
   * @throws IllegalArgumentException if {@code tableSize} is not 1 to 64
   */
  public Schedule of(int tableSize) {
    return switch (this) {
      case BIPARTITE -> Grid.bipartite(tableSize).schedule();
      case MONOPARTITE -> Grid.monopartite(tableSize).schedule();
      case COMPONENTS -> Grid.components(tableSize, id -> id).schedule();
    };
  }

  /**
   * Returns the table size for {@code workers} concurrent transactions: the power of two at or
   * above twice as many for a bipartite grid, three times as many for a monopartite one, and at
   * most 64. (With as many slots as workers, only half of the workers are busy.) The size is halved
   * while the rows would not fill half a batch per cell: concurrent transactions are worth more
   * than full ones.
   *
   * @param workers the transactions of all processes together, at least 1
   * @param rows the approximate number of rows; at least 0
   * @param batchSize the rows of a full batch, at least 1
   */
  public int tableSizeFor(int workers, long rows, int batchSize) {
    checkArgument(workers >= 1, "workers must be >= 1, got %s", workers);
    checkArgument(rows >= 0, "rows must be >= 0, got %s", rows);
    checkArgument(batchSize >= 1, "batchSize must be >= 1, got %s", batchSize);
    long wanted = Math.min(MAX_SIZE, (long) slotsPerWorker * workers);
    int size = Integer.highestOneBit((int) wanted - 1) << 1; // at least two are wanted
    while (size > 1 && rows / of(size).cells() < (batchSize + 1) / 2) {
      size /= 2;
    }
    return size;
  }
}
