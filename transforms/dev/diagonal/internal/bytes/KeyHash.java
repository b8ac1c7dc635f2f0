package dev.diagonal.internal.bytes;

/**
 * The 32-bit hash that maps keys to shards and ids to slots. Every bit of a key changes every bit
 * of the hash with even odds, so strided keys spread evenly.
 *
 * <p>Source: MurmurHash3 by Austin Appleby, in the public domain: its 64-bit finalizer for numbers,
 * its x86 32-bit hash with seed 0 for bytes.
 */
public final class KeyHash {

  private static final int C1 = 0xcc9e2d51;
  private static final int C2 = 0x1b873593;

  private KeyHash() {}

  /** Returns the hash of a number. */
  public static int of(long key) {
    long hash = key;
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    hash ^= hash >>> 33;
    return (int) (hash >>> 32);
  }

  /** Returns the hash of the bytes from {@code from} up to {@code to}. */
  public static int of(byte[] bytes, int from, int to) {
    int hash = 0;
    int at = from;
    for (; at + 4 <= to; at += 4) {
      int word =
          (bytes[at] & 0xff)
              | (bytes[at + 1] & 0xff) << 8
              | (bytes[at + 2] & 0xff) << 16
              | bytes[at + 3] << 24;
      hash = Integer.rotateLeft(hash ^ mixed(word), 13) * 5 + 0xe6546b64;
    }
    int tail = 0;
    for (int i = to - 1; i >= at; i--) {
      tail = tail << 8 | (bytes[i] & 0xff);
    }
    hash ^= mixed(tail) ^ (to - from);
    hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
    hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
    return hash ^ (hash >>> 16);
  }

  /**
   * Returns the index, from 0, of the range of a hash if all hashes are divided into {@code count}
   * equal ranges.
   */
  public static int part(int hash, int count) {
    return (int) (((hash & 0xffffffffL) * count) >>> 32);
  }

  private static int mixed(int word) {
    return Integer.rotateLeft(word * C1, 15) * C2;
  }
}
