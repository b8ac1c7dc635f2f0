package dev.diagonal.conflictfree;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/** Assigns rows to cells, and emits written batches and leftover rows. */
final class DealFn<T> extends BatchCellsFn<T, T, CellOutput<T>> {

  DealFn(
      ConflictFreeSettings<T> write,
      Coder<T> rowCoder,
      CellBatcher.Leaving leaving,
      boolean routeBadRecords) {
    super(write, rowCoder, leaving, routeBadRecords);
  }

  @Override
  void deal(
      WindowedBatchers<T> dealers,
      T row,
      BoundedWindow window,
      WindowedBatchers.Outputs<T> outputs) {
    dealers.add(window, row, outputs);
  }

  @Override
  CellOutput<T> outputFor(CellOutput<T> dealt) {
    return dealt;
  }
}
