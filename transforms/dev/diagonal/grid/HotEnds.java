package dev.diagonal.grid;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Finds the ids that many records have at their ends, in bounded memory: those of at least one
 * record in {@value #ONE_IN}, about. Not safe for use by several threads.
 *
 * <p>Source: J. Misra and D. Gries, "Finding repeated elements" (1982): with k counters a count is
 * too low by at most n / k, and never too high.
 */
final class HotEnds {

  private static final int COUNTERS = 256;
  private static final int ONE_IN = 64;

  /** Earlier, chance would decide. */
  private static final int FEWEST_RECORDS = 1_000;

  private final Map<Integer, int[]> counts = new HashMap<>();
  private long records;
  private int spread;

  /** Counts the hash of an end, and returns whether its id is hot. */
  boolean add(int hash) {
    int[] count = counts.get(hash);
    if (count != null) {
      count[0]++;
      return records >= FEWEST_RECORDS && (long) count[0] * ONE_IN > records;
    }
    if (counts.size() < COUNTERS) {
      counts.put(hash, new int[] {1});
    } else {
      for (Iterator<int[]> each = counts.values().iterator(); each.hasNext(); ) {
        if (--each.next()[0] == 0) {
          each.remove();
        }
      }
    }
    return false;
  }

  /** Counts a record. */
  void addRecord() {
    records++;
  }

  /** Returns a slot for a record that may be in any, one after the other. */
  int nextSlot(int slots) {
    spread = (spread + 1) % slots;
    return spread;
  }
}
