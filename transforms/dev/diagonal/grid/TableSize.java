package dev.diagonal.grid;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

/** Chooses the number of slots of a grid. */
public final class TableSize {

  private TableSize() {}

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
  public static int of(ScheduleKind kind, int workers, long rows, int batchSize) {
    checkArgument(workers >= 1, "workers must be >= 1, got %s", workers);
    checkArgument(rows >= 0, "rows must be >= 0, got %s", rows);
    checkArgument(batchSize >= 1, "batchSize must be >= 1, got %s", batchSize);
    long wanted = Math.min(Slots.BUCKETS, (long) kind.slotsPerWorker() * workers);
    int size = wanted <= 1 ? 1 : Integer.highestOneBit((int) wanted - 1) << 1;
    while (size > 1 && rows / kind.of(size).cells() < (batchSize + 1) / 2) {
      size /= 2;
    }
    return size;
  }
}
