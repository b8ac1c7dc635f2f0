package dev.diagonal.statement;

import dev.diagonal.grid.CellLocks;
import java.util.Arrays;

/**
 * The numbers of the {@value #COUNT} slot locks of a database without named locks; they are rows of
 * a table. All loads of a database share them. Some may wait for each other without need, but
 * conflicting ones always do.
 */
final class SlotNumbers {

  static final int COUNT = 64;

  private SlotNumbers() {}

  /**
   * Returns the locks of a cell in ascending order, each once. The number of a bucket's lock is
   * twice the bucket, plus one for the side of targets. Neighbouring buckets may share a lock, but
   * only in grids of more than 32 slots.
   */
  static int[] of(CellLocks locks, int cell) {
    return Arrays.stream(locks.of(cell))
        .map(number -> (number / 4 * 2 + number % 2) % COUNT)
        .sorted()
        .distinct()
        .toArray();
  }
}
