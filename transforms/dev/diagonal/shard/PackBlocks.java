package dev.diagonal.shard;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.block.Block;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.block.Packer;
import dev.diagonal.internal.fault.DeadLetterOutput;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.metrics.Counted;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Packs records into blocks per key within the bundle, so that a grouping on few keys has few
 * elements.
 *
 * <p>A block is emitted when it is full, when a window of the bundle holds too much (the largest
 * blocks first, until half is left), or at the end of the bundle. It is in the window of its
 * records, with that window's last timestamp. On the DirectRunner a bundle after a {@code
 * Reshuffle} or a grouping has one element, so packing has no effect there.
 *
 * <p>Every record is in exactly one block. A record whose key function throws fails the run, or
 * goes to a {@linkplain #withBadRecordErrorHandler handler}. As parallel as its input.
 */
public final class PackBlocks<T>
    extends PTransform<PCollection<T>, PCollection<KV<Integer, Block<T>>>> {

  private final SerializableFunction<T, Integer> key;
  private final int blockRows;
  private final long maxHeldRows;

  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private PackBlocks(
      SerializableFunction<T, Integer> key,
      int blockRows,
      long maxHeldRows,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.key = key;
    this.blockRows = blockRows;
    this.maxHeldRows = maxHeldRows;
    this.errorHandler = errorHandler;
  }

  /**
   * Packs by a key, a function of the record with few values; 1,000 records per block and at most
   * 100,000 held.
   */
  public static <T> PackBlocks<T> by(SerializableFunction<T, Integer> key) {
    return new PackBlocks<>(key, 1_000, 100_000, null);
  }

  /** Sets how many records a full block holds; 1,000 by default. */
  public PackBlocks<T> withBlockRows(int blockRows) {
    checkArgument(blockRows > 0, "blockRows must be > 0, got %s", blockRows);
    return new PackBlocks<>(key, blockRows, maxHeldRows, errorHandler);
  }

  /**
   * Sets how many records all blocks of a window and bundle may hold; 100,000 by default, and never
   * less than one block.
   */
  public PackBlocks<T> withMaxHeldRows(long maxHeldRows) {
    checkArgument(maxHeldRows > 0, "maxHeldRows must be > 0, got %s", maxHeldRows);
    return new PackBlocks<>(key, blockRows, maxHeldRows, errorHandler);
  }

  /** Sends records whose key function fails to a handler; null, the default, fails the run. */
  public PackBlocks<T> withBadRecordErrorHandler(@Nullable ErrorHandler<BadRecord, ?> handler) {
    return new PackBlocks<>(key, blockRows, maxHeldRows, handler);
  }

  @Override
  public PCollection<KV<Integer, Block<T>>> expand(PCollection<T> input) {
    TupleTag<KV<Integer, Block<T>>> blocks = new TupleTag<>() {};
    PCollectionTuple packed =
        input.apply(
            "Pack in the bundle",
            ParDo.of(
                    new PackFn<>(
                        key, blockRows, Math.max(blockRows, maxHeldRows), errorHandler != null))
                .withOutputTags(blocks, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(packed, errorHandler);
    return packed.get(blocks).setCoder(KvCoder.of(VarIntCoder.of(), Block.coder(input.getCoder())));
  }

  /** Uses one packer per window; a bundle seldom has more than a few windows. */
  private static final class PackFn<T> extends DoFn<T, KV<Integer, Block<T>>> {

    private final SerializableFunction<T, Integer> key;
    private final int blockRows;
    private final long maxHeldRows;
    private final boolean routeBadRecords;
    private transient Map<BoundedWindow, Packer<T>> packers;

    PackFn(
        SerializableFunction<T, Integer> key,
        int blockRows,
        long maxHeldRows,
        boolean routeBadRecords) {
      this.key = key;
      this.blockRows = blockRows;
      this.maxHeldRows = maxHeldRows;
      this.routeBadRecords = routeBadRecords;
    }

    @StartBundle
    public void startBundle() {
      packers = new HashMap<>();
    }

    @ProcessElement
    public void pack(@Element T record, BoundedWindow window, ProcessContext context) {
      int recordKey;
      try {
        recordKey = key.apply(record);
      } catch (RuntimeException e) {
        reject(DeadLetter.ofRow(Reason.of(e), String.valueOf(record)), e, context);
        return;
      }
      packers
          .computeIfAbsent(window, w -> new Packer<>(blockRows, maxHeldRows))
          .add(
              recordKey,
              record,
              (k, block) -> context.outputWithTimestamp(KV.of(k, block), window.maxTimestamp()));
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) {
      packers.forEach(
          (window, packer) ->
              packer.flush(
                  (k, block) -> context.output(KV.of(k, block), window.maxTimestamp(), window)));
      packers.clear();
    }

    private void reject(DeadLetter record, RuntimeException cause, ProcessContext context) {
      Counted.BAD_RECORDS.add(1);
      if (!routeBadRecords) {
        throw new BadInputException(record.describe(), cause);
      }
      context.output(BadRecordRouter.BAD_RECORD_TAG, record.toBadRecord());
    }
  }
}
