package dev.diagonal.internal.block;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.bytes.KeyHash;
import java.io.Serializable;

/**
 * Assigns keys to a fixed number of shards by hash. Records are grouped by shard, with tens of
 * groups, instead of by key. The same key always has the same shard, and strided keys spread evenly
 * ({@link KeyHash}).
 *
 * @param count the number of shards
 */
public record Shards(int count) implements Serializable {

  /** Enough for the workers of a small cluster, and few enough for the DirectRunner. */
  public static final Shards DEFAULT = new Shards(16);

  public Shards {
    checkArgument(
        count >= 1 && count <= 4096, "the number of shards must be 1 to 4096, got %s", count);
  }

  /** Returns the shard of a number, from 0 to {@link #count} - 1. */
  public int of(long key) {
    return KeyHash.part(KeyHash.of(key), count);
  }

  /** Returns the shard of an encoded key, from 0 to {@link #count} - 1. */
  public int of(byte[] key) {
    return KeyHash.part(KeyHash.of(key, 0, key.length), count);
  }
}
