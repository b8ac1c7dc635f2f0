package dev.diagonal.grid;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.bytes.KeyHash;
import java.io.Serializable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The slots of one side of a grid: equal ranges of all {@linkplain IdHash hashes}.
 *
 * <p>A database does not lock slots but {@value #BUCKETS} buckets, the slots of the largest table,
 * so runs with different table sizes lock the same ids. If the table size is a power of two, slots
 * share no bucket; otherwise neighbours may share one.
 *
 * @param tableSize the number of slots, 1 to {@value #BUCKETS}
 */
record Slots(int tableSize) implements Serializable {

  /** The number of buckets, and the maximum number of slots. */
  public static final int BUCKETS = 64;

  public Slots {
    checkTableSize(tableSize);
  }

  static void checkTableSize(int tableSize) {
    checkArgument(
        tableSize >= 1 && tableSize <= BUCKETS,
        "tableSize must be 1 to %s, got %s",
        BUCKETS,
        tableSize);
  }

  /** Returns the slot of a whole number, from 0 to {@link #tableSize} - 1. */
  public int of(long id) {
    return KeyHash.part(IdHash.of(id), tableSize);
  }

  /**
   * Returns the slot of an id, from 0 to {@link #tableSize} - 1.
   *
   * @throws NotOnGridException if it is null or not a type of ids
   */
  public int of(@Nullable Object id) {
    return KeyHash.part(IdHash.of(id), tableSize);
  }

  /** Returns the slot of an id by its {@link IdHash}. */
  int ofHash(int hash) {
    return KeyHash.part(hash, tableSize);
  }

  /** Returns the buckets that the ids of a slot can be in, in ascending order. */
  int[] bucketsOf(int slot) {
    int first = slot * BUCKETS / tableSize;
    int last = ((slot + 1) * BUCKETS - 1) / tableSize;
    return IntStream.rangeClosed(first, last).toArray();
  }
}
