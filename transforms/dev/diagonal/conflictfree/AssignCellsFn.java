package dev.diagonal.conflictfree;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/** Assigns rows to cells, and emits written batches and leftover rows. */
final class AssignCellsFn<T> extends BatchCellsFn<T, T, CellOutput<T>> {

  AssignCellsFn(
      ConflictFreeSettings<T> write,
      Coder<T> rowCoder,
      CellBatcher.EmitPolicy emitPolicy,
      boolean routeBadRecords) {
    super(write, rowCoder, emitPolicy, routeBadRecords);
  }

  @Override
  void assign(
      WindowedBatchers<T> batchers,
      T row,
      BoundedWindow window,
      WindowedBatchers.Outputs<T> outputs) {
    batchers.add(window, row, outputs);
  }

  @Override
  CellOutput<T> outputFor(CellOutput<T> outcome) {
    return outcome;
  }
}
