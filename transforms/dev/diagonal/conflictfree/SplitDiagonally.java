package dev.diagonal.conflictfree;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.block.Block;
import dev.diagonal.grid.Grid;
import dev.diagonal.grid.Schedule;
import dev.diagonal.shard.PackBlocks;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupIntoBatches;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Splits records into batches, each of one cell of a {@link Grid}: the diagonal partition splitter.
 * Batches of one wave share no id and can be written at the same time.
 *
 * <p>Input: records of any type with a coder, in any window, bounded or not. Output: every record
 * in exactly one batch of at most {@linkplain #withBatchSize batchSize} records, in the record's
 * window. A batch is emitted as soon as its cell has enough records. Leftover records are emitted
 * at the end of the window or, for an unbounded input, after {@link #withMaxBufferingDuration} if
 * that is set.
 *
 * <p>Memory: records are packed within the bundle, in blocks of a quarter of a batch. When all
 * blocks of a bundle together hold {@linkplain #withBurstFactor burstFactor} batches per slot, the
 * largest are emitted early, so that a hot cell does not grow. The runner holds grouped records as
 * usual: the DirectRunner in memory, Flink on disk.
 *
 * <p>A record without a cell (an id is null, or a slot is out of range) fails the run, unless there
 * is a {@linkplain #withBadRecordErrorHandler handler}.
 *
 * <p>To write in parallel, use {@code WriteConflictFree}: it includes this step and needs no waves.
 *
 * <p>Source: the technique is known as "mix and batch" from loaders for Neo4j.
 */
public final class SplitDiagonally<T>
    extends PTransform<PCollection<T>, PCollection<DiagonalBatch<T>>> {

  /** Blocks are equal parts of a batch; as they arrive, at most one of them is not full. */
  private static final int BLOCKS_PER_BATCH = 4;

  private final Grid<T> grid;
  private final int batchSize;
  private final int burstFactor;
  private final @Nullable Duration maxBuffering;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private SplitDiagonally(
      Grid<T> grid,
      int batchSize,
      int burstFactor,
      @Nullable Duration maxBuffering,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    ConflictFreeSettings.checkSizes(batchSize, burstFactor);
    this.grid = grid;
    this.batchSize = batchSize;
    this.burstFactor = burstFactor;
    this.maxBuffering = maxBuffering;
    this.errorHandler = errorHandler;
  }

  /** Splits by the cells of a grid, with up to 1,000 records per batch. */
  public static <T> SplitDiagonally<T> by(Grid<T> grid) {
    return new SplitDiagonally<>(grid, 1_000, 20, null, null);
  }

  /**
   * Sets the maximum number of records per batch; default 1,000.
   *
   * @throws IllegalArgumentException if {@code records} is not within 1 to 1,000,000
   */
  public SplitDiagonally<T> withBatchSize(int records) {
    return new SplitDiagonally<>(grid, records, burstFactor, maxBuffering, errorHandler);
  }

  /**
   * Sets the maximum number of batches per slot that a bundle holds before the largest are emitted
   * early; default 20.
   *
   * @throws IllegalArgumentException if {@code factor} is not within 1 to 10,000
   */
  public SplitDiagonally<T> withBurstFactor(int factor) {
    return new SplitDiagonally<>(grid, batchSize, factor, maxBuffering, errorHandler);
  }

  /**
   * Sets how long a record waits at most for others of its cell; default: until the end of its
   * window.
   *
   * @throws IllegalArgumentException if {@code duration} is not longer than 0
   */
  public SplitDiagonally<T> withMaxBufferingDuration(Duration duration) {
    checkArgument(
        duration.isLongerThan(Duration.ZERO),
        "maxBufferingDuration must be longer than 0, got %s",
        duration);
    return new SplitDiagonally<>(grid, batchSize, burstFactor, duration, errorHandler);
  }

  /** Sends records without a cell to a handler. */
  public SplitDiagonally<T> withBadRecordErrorHandler(ErrorHandler<BadRecord, ?> handler) {
    return new SplitDiagonally<>(grid, batchSize, burstFactor, maxBuffering, handler);
  }

  @Override
  public PCollection<DiagonalBatch<T>> expand(PCollection<T> records) {
    int blockRows = Math.max(1, batchSize / BLOCKS_PER_BATCH);
    Grid<T> cells = grid;
    PackBlocks<T> pack =
        PackBlocks.<T>by(cells::cellOf)
            .withBlockRows(blockRows)
            .withMaxHeldRows((long) burstFactor * batchSize * grid.schedule().tableSize());
    GroupIntoBatches<Integer, Block<T>> batches =
        GroupIntoBatches.ofByteSize(batchSize, block -> (long) block.size());
    return records
        .apply("Pack", pack.withBadRecordErrorHandler(errorHandler))
        .apply(
            "Batch",
            maxBuffering == null ? batches : batches.withMaxBufferingDuration(maxBuffering))
        .apply("Join", ParDo.of(new JoinFn<>(grid.schedule())))
        .setCoder(DiagonalBatch.coder(records.getCoder()));
  }

  /** Joins the blocks of a batch. */
  private static final class JoinFn<T>
      extends DoFn<KV<Integer, Iterable<Block<T>>>, DiagonalBatch<T>> {

    private final Schedule schedule;

    JoinFn(Schedule schedule) {
      this.schedule = schedule;
    }

    @ProcessElement
    public void join(
        @Element KV<Integer, Iterable<Block<T>>> blocks, OutputReceiver<DiagonalBatch<T>> output) {
      int cell = blocks.getKey();
      List<T> rows = new ArrayList<>();
      blocks.getValue().forEach(block -> rows.addAll(block.records()));
      output.output(
          new DiagonalBatch<>(schedule.cell(cell), schedule.waveOf(cell), new Block<>(rows)));
    }
  }
}
