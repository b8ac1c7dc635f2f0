package dev.diagonal.block;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * Deals keys to a fixed number of shards by hash: what must meet is brought together by shard, tens
 * of keys, never by one key a record. The same key always gets the same shard; strides of keys do
 * not collapse (Murmur3's finalizer, then multiply-shift in place of a modulus).
 *
 * @param count how many shards there are
 */
public record Shards(int count) implements Serializable {

  /** Enough for the workers of a small cluster, few enough for the DirectRunner. */
  public static final Shards DEFAULT = new Shards(16);

  public Shards {
    checkArgument(
        count >= 1 && count <= 4096, "the number of shards must be 1 to 4096, got %s", count);
  }

  /** Returns the shard of a number, from 0 to {@link #count} - 1. */
  public int of(long key) {
    long hash = key;
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    hash ^= hash >>> 33;
    return (int) (((hash >>> 32) * count) >>> 32);
  }

  /** Returns the shard of an encoded key, from 0 to {@link #count} - 1. */
  public int of(byte[] key) {
    long hash = MurmurHash3.hash32x86(key) & 0xffffffffL;
    return (int) ((hash * count) >>> 32);
  }
}
