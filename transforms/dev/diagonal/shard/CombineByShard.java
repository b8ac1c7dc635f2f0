package dev.diagonal.shard;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.block.Block;
import dev.diagonal.internal.block.Shards;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.Coder.NonDeterministicException;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Combines the values of every key and window like {@link Combine#perKey}, for many keys on runners
 * on which each key is expensive.
 *
 * <p>Values are combined within the bundle. Blocks of accumulators are grouped by one {@code
 * GroupByKey} with one key per shard, and each shard is merged in a map in memory. The accumulators
 * of one shard and window must therefore fit into the memory of a worker.
 *
 * <p>Input: key-value pairs in any window, bounded or not. Output: one pair per key, window and
 * pane; timestamps are the ends of the windows. Keys are equal if their encodings are, as
 * everywhere in Beam. With an accumulating trigger, a pane repeats all keys of its shard. Merging
 * windows (sessions) merge per key, which a shard cannot do: for these, {@code Combine.perKey}
 * itself is used.
 */
public final class CombineByShard<K, InputT, AccumT, OutputT>
    extends PTransform<PCollection<KV<K, InputT>>, PCollection<KV<K, OutputT>>> {

  private final CombineFn<InputT, AccumT, OutputT> combine;
  private final Shards shards;
  private final int maxHeldKeys;

  private CombineByShard(
      CombineFn<InputT, AccumT, OutputT> combine, Shards shards, int maxHeldKeys) {
    this.combine = combine;
    this.shards = shards;
    this.maxHeldKeys = maxHeldKeys;
  }

  /** Combines the values of each key, with 16 shards and up to 100,000 held keys per bundle. */
  public static <K, InputT, AccumT, OutputT> CombineByShard<K, InputT, AccumT, OutputT> perKey(
      CombineFn<InputT, AccumT, OutputT> combine) {
    return new CombineByShard<>(combine, Shards.DEFAULT, 100_000);
  }

  /** Sets the number of shards, which bounds the parallelism of the merge; 16 by default. */
  public CombineByShard<K, InputT, AccumT, OutputT> withShards(int shards) {
    return new CombineByShard<>(combine, new Shards(shards), maxHeldKeys);
  }

  /**
   * Sets how many keys a bundle holds, over all its windows, before it emits their accumulators;
   * 100,000 by default.
   */
  public CombineByShard<K, InputT, AccumT, OutputT> withMaxHeldKeys(int maxHeldKeys) {
    checkArgument(maxHeldKeys > 0, "maxHeldKeys must be > 0, got %s", maxHeldKeys);
    return new CombineByShard<>(combine, shards, maxHeldKeys);
  }

  @Override
  public PCollection<KV<K, OutputT>> expand(PCollection<KV<K, InputT>> input) {
    if (!input.getWindowingStrategy().getWindowFn().isNonMerging()) {
      return input.apply("Combine by key", Combine.perKey(combine));
    }
    checkArgument(
        input.getCoder() instanceof KvCoder,
        "the input must have a KvCoder, got %s",
        input.getCoder());
    KvCoder<K, InputT> pairCoder = (KvCoder<K, InputT>) input.getCoder();
    Coder<K> keyCoder = pairCoder.getKeyCoder();
    verifyDeterministic(keyCoder);
    Coder<AccumT> accumulatorCoder = accumulatorCoder(input, pairCoder);
    return input
        .apply(
            "Combine in the bundle",
            ParDo.of(new CombineInBundleFn<>(combine, keyCoder, shards, maxHeldKeys)))
        .setCoder(KvCoder.of(VarIntCoder.of(), Block.coder(KvCoder.of(keyCoder, accumulatorCoder))))
        .apply("Bring shards together", GroupByKey.create())
        .apply("Merge", ParDo.of(new MergeShardFn<>(combine, keyCoder, accumulatorCoder)))
        .setCoder(KvCoder.of(keyCoder, outputCoder(input, pairCoder)));
  }

  private static void verifyDeterministic(Coder<?> keyCoder) {
    try {
      keyCoder.verifyDeterministic();
    } catch (NonDeterministicException e) {
      throw new IllegalArgumentException(
          "the coder of the keys must be deterministic, got " + keyCoder, e);
    }
  }

  private Coder<AccumT> accumulatorCoder(
      PCollection<KV<K, InputT>> input, KvCoder<K, InputT> pairCoder) {
    CoderRegistry registry = input.getPipeline().getCoderRegistry();
    try {
      return combine.getAccumulatorCoder(registry, pairCoder.getValueCoder());
    } catch (CannotProvideCoderException e) {
      throw new IllegalArgumentException("no coder for the accumulators of " + combine, e);
    }
  }

  private Coder<OutputT> outputCoder(
      PCollection<KV<K, InputT>> input, KvCoder<K, InputT> pairCoder) {
    CoderRegistry registry = input.getPipeline().getCoderRegistry();
    try {
      return combine.getDefaultOutputCoder(registry, pairCoder.getValueCoder());
    } catch (CannotProvideCoderException e) {
      throw new IllegalArgumentException("no coder for the results of " + combine, e);
    }
  }
}
