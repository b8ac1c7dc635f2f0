package dev.diagonal.block;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Blocks of records of one key, packed inside the bundle: few elements in place of many, for a
 * grouping on few keys.
 *
 * <p>A block leaves when it is full, when a window of the bundle holds too much (the largest blocks
 * first, until half is left), or at the end of the bundle. It is in the window of its records, with
 * that window's last timestamp. On the DirectRunner a bundle behind a {@code Reshuffle} or a
 * grouping holds one element, and packing does nothing there.
 *
 * <p>Every record is in exactly one block. Parallel as its input.
 */
public final class PackBlocks<T>
    extends PTransform<PCollection<T>, PCollection<KV<Integer, Block<T>>>> {

  private final SerializableFunction<T, Integer> key;
  private final int blockRows;
  private final long maxHeldRows;

  private PackBlocks(SerializableFunction<T, Integer> key, int blockRows, long maxHeldRows) {
    this.key = key;
    this.blockRows = blockRows;
    this.maxHeldRows = maxHeldRows;
  }

  /**
   * Packs by a key, a function of the record with few values; 1,000 records a block and at most
   * 100,000 held.
   */
  public static <T> PackBlocks<T> by(SerializableFunction<T, Integer> key) {
    return new PackBlocks<>(key, 1_000, 100_000);
  }

  /** Sets how many records a full block holds; 1,000 by default. */
  public PackBlocks<T> withBlockRows(int blockRows) {
    checkArgument(blockRows > 0, "blockRows must be > 0, got %s", blockRows);
    return new PackBlocks<>(key, blockRows, maxHeldRows);
  }

  /**
   * Sets how many records all blocks of a window and bundle may hold; 100,000 by default, and never
   * less than one block.
   */
  public PackBlocks<T> withMaxHeldRows(long maxHeldRows) {
    checkArgument(maxHeldRows > 0, "maxHeldRows must be > 0, got %s", maxHeldRows);
    return new PackBlocks<>(key, blockRows, maxHeldRows);
  }

  @Override
  public PCollection<KV<Integer, Block<T>>> expand(PCollection<T> input) {
    Coder<Block<T>> blockCoder = Block.coder(input.getCoder());
    return input
        .apply(
            "Pack in the bundle",
            ParDo.of(new PackFn<>(key, blockRows, Math.max(blockRows, maxHeldRows))))
        .setCoder(KvCoder.of(VarIntCoder.of(), blockCoder));
  }

  /** One packer a window; a bundle seldom has more than a few. */
  private static final class PackFn<T> extends DoFn<T, KV<Integer, Block<T>>> {

    private final SerializableFunction<T, Integer> key;
    private final int blockRows;
    private final long maxHeldRows;
    private transient Map<BoundedWindow, Packer<T>> packers;

    PackFn(SerializableFunction<T, Integer> key, int blockRows, long maxHeldRows) {
      this.key = key;
      this.blockRows = blockRows;
      this.maxHeldRows = maxHeldRows;
    }

    @StartBundle
    public void startBundle() {
      packers = new HashMap<>();
    }

    @ProcessElement
    public void pack(
        @Element T record, BoundedWindow window, OutputReceiver<KV<Integer, Block<T>>> output) {
      packers
          .computeIfAbsent(window, w -> new Packer<>(blockRows, maxHeldRows))
          .add(
              key.apply(record),
              record,
              (k, block) -> output.outputWithTimestamp(KV.of(k, block), window.maxTimestamp()));
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) {
      packers.forEach(
          (window, packer) ->
              packer.flush(
                  (k, block) -> context.output(KV.of(k, block), window.maxTimestamp(), window)));
      packers.clear();
    }
  }
}
