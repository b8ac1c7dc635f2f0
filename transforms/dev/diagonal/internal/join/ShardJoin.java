package dev.diagonal.internal.join;

import dev.diagonal.files.LineConsumer;
import java.io.Serializable;

/**
 * Plain Java that joins one shard after another: takes in all blocks of the build side, then one
 * block of the probe side after another, which it need not hold. One instance serves many shards,
 * on one thread; when a shard fails it is not used again.
 *
 * @param <B> a block of the build side, which the memory of a worker must have room for, shard by
 *     shard
 * @param <P> a block of the probe side
 * @param <O> what it puts out
 */
public interface ShardJoin<B, P, O> {

  /** A shard begins. */
  void open(int shard);

  /** Takes in a block of the build side. They come in any order, all of them before a probe. */
  void build(B block, LineConsumer.Output<O> output);

  /** Joins a block of the probe side. They come in any order. */
  void probe(P block, LineConsumer.Output<O> output);

  /** The shard is over: puts out what is still held, and holds nothing afterwards. */
  void finish(LineConsumer.Output<O> output);

  /** Lets go of what is held outside this object, after a shard that failed, too. */
  default void close() {}

  /** Makes a join for each worker. */
  @FunctionalInterface
  interface Factory<B, P, O> extends Serializable {
    ShardJoin<B, P, O> create();
  }
}
