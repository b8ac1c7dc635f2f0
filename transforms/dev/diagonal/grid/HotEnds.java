package dev.diagonal.grid;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Finds the ids that many records share, about one record in {@value #ONE_IN} or more, in bounded
 * memory. Not thread-safe.
 *
 * <p>Source: J. Misra and D. Gries, "Finding repeated elements" (1982): with k counters a count is
 * too low by at most n / k, and never too high.
 */
final class HotEnds {

  private static final int COUNTERS = 256;
  private static final int ONE_IN = 64;

  /** With fewer records, the result would be random. */
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

  /** Returns the slots in rotation, for records that may be in any. */
  int nextSlot(int slots) {
    spread = (spread + 1) % slots;
    return spread;
  }
}
