package dev.diagonal.conflictfree;

import dev.diagonal.block.Block;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;

/** Groups the blocks of a lane into batches of a cell each, and writes all of them. */
final class WriteLeftoversFn<T>
    extends BatchCellsFn<KV<Integer, Iterable<KV<Integer, Block<T>>>>, T, BatchWritten> {

  WriteLeftoversFn(ConflictFreeSettings<T> write, Coder<T> rowCoder, boolean routeBadRecords) {
    super(write, rowCoder, CellBatcher.EmitPolicy.WRITE_ALL, routeBadRecords);
  }

  @Override
  void assign(
      WindowedBatchers<T> batchers,
      KV<Integer, Iterable<KV<Integer, Block<T>>>> lane,
      BoundedWindow window,
      WindowedBatchers.Outputs<T> outputs) {
    for (KV<Integer, Block<T>> block : lane.getValue()) {
      batchers.add(window, block.getKey(), block.getValue(), outputs);
    }
  }

  @Override
  BatchWritten outputFor(CellOutput<T> outcome) {
    if (outcome instanceof CellOutput.Done<T> done) {
      return done.batch();
    }
    throw new IllegalStateException("leftover rows after all were written: " + outcome);
  }
}
