package dev.diagonal.conflictfree;

import dev.diagonal.block.Block;
import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.fault.DeadLetterOutput;
import java.io.Serializable;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.GroupIntoBatches;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.jspecify.annotations.Nullable;

/** Groups leftover rows and writes them; passes the results of written batches on. */
final class WriteLeftovers<T>
    extends PTransform<PCollection<CellOutput<T>>, PCollection<BatchWritten>> {

  /** Enough to keep some bundles busy; a lane has whole waves, whose cells share no slot. */
  private static final int LANES = 4;

  private final ConflictFreeSettings<T> write;
  private final Coder<T> rowCoder;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  WriteLeftovers(
      ConflictFreeSettings<T> write,
      Coder<T> rowCoder,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.write = write;
    this.rowCoder = rowCoder;
    this.errorHandler = errorHandler;
  }

  @Override
  public PCollection<BatchWritten> expand(PCollection<CellOutput<T>> outcome) {
    TupleTag<BatchWritten> done = new TupleTag<>() {};
    TupleTag<KV<Integer, KV<Integer, Block<T>>>> left = new TupleTag<>() {};
    PCollectionTuple parted =
        outcome.apply(
            "By lane",
            ParDo.of(new PartFn<>(lanes(outcome.isBounded()), left))
                .withOutputTags(done, TupleTagList.of(left)));
    PCollection<KV<Integer, Iterable<KV<Integer, Block<T>>>>> grouped =
        group(
            parted
                .get(left)
                .setCoder(
                    KvCoder.of(
                        VarIntCoder.of(), KvCoder.of(VarIntCoder.of(), Block.coder(rowCoder)))));
    TupleTag<BatchWritten> rest = new TupleTag<>() {};
    PCollectionTuple written =
        grouped.apply(
            "Write",
            ParDo.of(new WriteLeftoversFn<>(write, rowCoder, errorHandler != null))
                .withOutputTags(rest, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(written, errorHandler);
    return PCollectionList.of(parted.get(done).setCoder(BatchWritten.coder()))
        .and(written.get(rest).setCoder(BatchWritten.coder()))
        .apply("All", Flatten.pCollections());
  }

  private PCollection<KV<Integer, Iterable<KV<Integer, Block<T>>>>> group(
      PCollection<KV<Integer, KV<Integer, Block<T>>>> byLane) {
    if (byLane.isBounded() == IsBounded.BOUNDED) {
      return byLane.apply("Group", GroupByKey.create());
    }
    long rows = write.writesAnywhere() ? write.batchSize() : write.maxHeldRows();
    return byLane.apply(
        "Group",
        GroupIntoBatches.<Integer, KV<Integer, Block<T>>>ofByteSize(
                rows, block -> (long) block.getValue().size())
            .withMaxBufferingDuration(write.maxBuffering()));
  }

  private Lanes lanes(IsBounded bounded) {
    int lanes = bounded == IsBounded.BOUNDED ? LANES : Lanes.ONE_A_CELL;
    return new Lanes(write.grid().schedule(), write.writesAnywhere() ? lanes : Lanes.ONE_WRITER);
  }

  /**
   * Which leftover rows are grouped.
   *
   * @param count how many lanes there are, if not one of the constants
   */
  private record Lanes(Schedule schedule, int count) implements Serializable {

    /**
     * Returns the lane of a cell. The cells of a wave in one lane can all be written concurrently.
     */
    int of(int cell) {
      return count == ONE_A_CELL ? cell : schedule.waveOf(cell) % count;
    }

    /** All rows under one key, and so in one JVM. */
    static final int ONE_WRITER = 1;

    /** One lane per cell, so that an unbounded input fills batches. */
    static final int ONE_A_CELL = 0;
  }

  private static final class PartFn<T> extends DoFn<CellOutput<T>, BatchWritten> {

    private final Lanes lanes;
    private final TupleTag<KV<Integer, KV<Integer, Block<T>>>> left;

    PartFn(Lanes lanes, TupleTag<KV<Integer, KV<Integer, Block<T>>>> left) {
      this.lanes = lanes;
      this.left = left;
    }

    @ProcessElement
    public void part(@Element CellOutput<T> outcome, ProcessContext context) {
      if (outcome instanceof CellOutput.Leftover<T> leftover) {
        context.output(
            left, KV.of(lanes.of(leftover.cell()), KV.of(leftover.cell(), leftover.rows())));
      } else if (outcome instanceof CellOutput.Done<T> done) {
        context.output(done.batch());
      }
    }
  }
}
