package dev.diagonal.transfer;

import dev.diagonal.transfer.source.SourceRange;
import dev.diagonal.transfer.source.TransferSource;
import org.apache.beam.sdk.transforms.DoFn;

/** Emits the ranges of a source. */
final class CutFn extends DoFn<Integer, SourceRange> {

  private final TransferSource source;

  CutFn(TransferSource source) {
    this.source = source;
  }

  @ProcessElement
  public void cut(OutputReceiver<SourceRange> ranges) throws Exception {
    source.ranges().forEach(ranges::output);
  }
}
