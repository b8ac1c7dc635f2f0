package dev.diagonal.internal.ratings;

import java.util.Arrays;

/**
 * Numbers movies from 0 in the order of their first rating. Small ids are looked up in an array of
 * their own, without collisions; others in an open-addressing hash table. Popular movies come
 * early, so their numbers, and the data stored by number, are close together. Not thread-safe.
 */
final class MovieIndex {

  /** Ids below this are small; the array grows to at most 4 MiB. */
  private static final int DIRECT_IDS = 1 << 20;

  private static final int INITIAL_DIRECT_IDS = 1 << 12;
  private static final int INITIAL_SLOTS = 1 << 6;

  /** Number + 1 by small id; 0 for an unknown id. */
  private int[] direct = new int[INITIAL_DIRECT_IDS];

  /** Ids by slot of the hash table, and number + 1 by slot; 0 for a free slot. */
  private long[] ids = new long[INITIAL_SLOTS];

  private int[] numbers = new int[INITIAL_SLOTS];
  private int used;
  private int size;

  /** Returns how many movies are numbered. */
  int size() {
    return size;
  }

  /** Returns the number of a movie. A new movie gets the next one. */
  int numberOf(long movie) {
    if (movie >= 0 && movie < direct.length) {
      int known = direct[(int) movie];
      return known != 0 ? known - 1 : addDirect((int) movie);
    }
    return movie >= 0 && movie < DIRECT_IDS ? addDirect((int) movie) : hashed(movie);
  }

  void clear() {
    Arrays.fill(direct, 0);
    ids = new long[INITIAL_SLOTS];
    numbers = new int[INITIAL_SLOTS];
    used = 0;
    size = 0;
  }

  private int addDirect(int movie) {
    if (movie >= direct.length) {
      int length = Math.max(Integer.highestOneBit(movie) << 1, direct.length);
      direct = Arrays.copyOf(direct, Math.min(length, DIRECT_IDS));
    }
    direct[movie] = ++size;
    return size - 1;
  }

  private int hashed(long movie) {
    int slot = slotOf(movie, ids, numbers);
    if (numbers[slot] != 0) {
      return numbers[slot] - 1;
    }
    if (used >= ids.length / 2) {
      grow();
      slot = slotOf(movie, ids, numbers);
    }
    ids[slot] = movie;
    numbers[slot] = ++size;
    used++;
    return size - 1;
  }

  /** Returns the slot of an id, or the free slot for it. */
  private static int slotOf(long movie, long[] ids, int[] numbers) {
    // Fibonacci hashing: the upper bits of the product are well mixed for consecutive ids.
    int shift = Long.SIZE - Integer.numberOfTrailingZeros(ids.length);
    int slot = (int) ((movie * 0x9E3779B97F4A7C15L) >>> shift);
    while (numbers[slot] != 0 && ids[slot] != movie) {
      slot = (slot + 1) & (ids.length - 1);
    }
    return slot;
  }

  private void grow() {
    long[] grownIds = new long[ids.length * 2];
    int[] grownNumbers = new int[ids.length * 2];
    for (int i = 0; i < ids.length; i++) {
      if (numbers[i] != 0) {
        int slot = slotOf(ids[i], grownIds, grownNumbers);
        grownIds[slot] = ids[i];
        grownNumbers[slot] = numbers[i];
      }
    }
    ids = grownIds;
    numbers = grownNumbers;
  }
}
