package dev.diagonal.shard;

import dev.diagonal.block.Block;
import dev.diagonal.internal.block.Packer;
import dev.diagonal.internal.block.Shards;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;

/**
 * Combines the values of a bundle by window and key, and emits the accumulators in blocks per
 * shard: at the end of the bundle, or earlier, window by window, while too many keys are held.
 */
final class CombineInBundleFn<K, InputT, AccumT>
    extends DoFn<KV<K, InputT>, KV<Integer, Block<KV<K, AccumT>>>> {

  private static final int BLOCK_ROWS = 1_000;

  private final CombineFn<InputT, AccumT, ?> combine;
  private final Coder<K> keyCoder;
  private final Shards shards;
  private final int maxHeldKeys;

  private transient Map<BoundedWindow, AccumulatorTable<K, InputT, AccumT>> tables;
  private transient int heldKeys;

  CombineInBundleFn(
      CombineFn<InputT, AccumT, ?> combine, Coder<K> keyCoder, Shards shards, int maxHeldKeys) {
    this.combine = combine;
    this.keyCoder = keyCoder;
    this.shards = shards;
    this.maxHeldKeys = maxHeldKeys;
  }

  @StartBundle
  public void startBundle() {
    tables = new HashMap<>();
    heldKeys = 0;
  }

  @ProcessElement
  public void process(
      @Element KV<K, InputT> element,
      BoundedWindow window,
      OutputReceiver<KV<Integer, Block<KV<K, AccumT>>>> output) {
    AccumulatorTable<K, InputT, AccumT> table =
        tables.computeIfAbsent(window, w -> new AccumulatorTable<>(combine, keyCoder));
    int before = table.size();
    table.add(element.getKey(), element.getValue());
    heldKeys += table.size() - before;
    if (heldKeys > maxHeldKeys) {
      tables.remove(window);
      heldKeys -= table.size();
      pack(
          table,
          (shard, block) -> output.outputWithTimestamp(KV.of(shard, block), window.maxTimestamp()));
    }
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    tables.forEach(
        (window, table) ->
            pack(
                table,
                (shard, block) ->
                    context.output(KV.of(shard, block), window.maxTimestamp(), window)));
    tables.clear();
  }

  private void pack(
      AccumulatorTable<K, InputT, AccumT> table, Packer.Output<KV<K, AccumT>> output) {
    Packer<KV<K, AccumT>> packer = new Packer<>(BLOCK_ROWS, Long.MAX_VALUE);
    table.forEachEncoded((encodedKey, entry) -> packer.add(shards.of(encodedKey), entry, output));
    packer.flush(output);
  }
}
