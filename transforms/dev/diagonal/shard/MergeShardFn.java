package dev.diagonal.shard;

import dev.diagonal.block.Block;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;

/** Merges the accumulators of one shard and window and extracts the results. */
final class MergeShardFn<K, InputT, AccumT, OutputT>
    extends DoFn<KV<Integer, Iterable<Block<KV<K, AccumT>>>>, KV<K, OutputT>> {

  private final CombineFn<InputT, AccumT, OutputT> combine;
  private final Coder<K> keyCoder;
  private final Coder<AccumT> accumulatorCoder;

  MergeShardFn(
      CombineFn<InputT, AccumT, OutputT> combine,
      Coder<K> keyCoder,
      Coder<AccumT> accumulatorCoder) {
    this.combine = combine;
    this.keyCoder = keyCoder;
    this.accumulatorCoder = accumulatorCoder;
  }

  @ProcessElement
  public void merge(
      @Element KV<Integer, Iterable<Block<KV<K, AccumT>>>> shard,
      OutputReceiver<KV<K, OutputT>> output) {
    AccumulatorTable<K, InputT, AccumT> table = new AccumulatorTable<>(combine, keyCoder);
    for (Block<KV<K, AccumT>> block : shard.getValue()) {
      block.records().forEach(entry -> table.merge(entry.getKey(), copyOf(entry.getValue())));
    }
    table.forEach(
        entry -> output.output(KV.of(entry.getKey(), combine.extractOutput(entry.getValue()))));
  }

  /** Returns a copy: merging may change its arguments, but the runner keeps its elements. */
  private AccumT copyOf(AccumT accumulator) {
    try {
      return CoderUtils.clone(accumulatorCoder, accumulator);
    } catch (CoderException e) {
      throw new IllegalArgumentException("cannot copy the accumulator " + accumulator, e);
    }
  }
}
