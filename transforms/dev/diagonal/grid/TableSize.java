package dev.diagonal.grid;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

/** How many slots a grid should have. */
public final class TableSize {

  private TableSize() {}

  /**
   * Returns the table size for so many transactions at once: the power of two at or above twice as
   * many for a bipartite grid, three times as many for a monopartite one (with as many slots as
   * workers only half of them have work), at most 64; halved while the rows do not fill half a
   * batch a cell: transactions that can be open at once are worth more than full ones.
   *
   * @param workers the transactions of all processes together, at least 1
   * @param rows how many rows there are, about; at least 0
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
