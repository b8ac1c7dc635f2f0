package dev.diagonal.write;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/** Deals rows, and puts out what became of their batches. */
final class DealFn<T> extends DealingFn<T, T, Dealt<T>> {

  DealFn(
      ConflictFree<T> write, Coder<T> rowCoder, Dealer.Leaving leaving, boolean routeBadRecords) {
    super(write, rowCoder, leaving, routeBadRecords);
  }

  @Override
  void deal(Dealers<T> dealers, T row, BoundedWindow window, Dealers.Outputs<T> outputs) {
    dealers.add(window, row, outputs);
  }

  @Override
  Dealt<T> outputFor(Dealt<T> dealt) {
    return dealt;
  }
}
