package dev.diagonal.internal.join;

import dev.diagonal.files.LineConsumer;
import java.io.Serializable;

/**
 * Joins shards one after another, without Beam: receives all blocks of the build side, then the
 * blocks of the probe side one by one, which it need not hold. One instance serves many shards, on
 * one thread; after a failed shard it is not used again.
 *
 * @param <B> a block of the build side; those of a shard must fit into the memory of a worker
 * @param <P> a block of the probe side
 * @param <O> what it emits
 */
public interface ShardJoin<B, P, O> {

  /** Begins a shard. */
  void open(int shard);

  /** Adds a block of the build side. They come in any order, all of them before the probe side. */
  void build(B block, LineConsumer.Output<O> output);

  /** Joins a block of the probe side. They come in any order. */
  void probe(P block, LineConsumer.Output<O> output);

  /** Ends the shard: emits everything that is still held. */
  void finish(LineConsumer.Output<O> output);

  /** Releases external resources, including after a shard that failed. */
  default void close() {}

  /** Creates a join for each worker. */
  @FunctionalInterface
  interface Factory<B, P, O> extends Serializable {
    ShardJoin<B, P, O> create();
  }
}
