package dev.diagonal.statement;

import dev.diagonal.grid.CellLocks;
import java.util.Arrays;

/**
 * The numbers of the {@value #COUNT} slot locks of a store that has no locks by name: rows of a
 * table, or nodes. All loads of a database share them, whatever they write: some wait for one
 * another without need, and none meets another unseen.
 */
final class SlotNumbers {

  static final int COUNT = 64;

  private SlotNumbers() {}

  /**
   * Returns the locks of a cell in ascending order, each once. The number of a bucket's lock is
   * twice the bucket, plus one for the side of targets: two neighbouring buckets share a lock here,
   * which only slots of tables of more than 32 slots notice.
   */
  static int[] of(CellLocks locks, int cell) {
    return Arrays.stream(locks.of(cell))
        .map(number -> (number / 4 * 2 + number % 2) % COUNT)
        .sorted()
        .distinct()
        .toArray();
  }
}
