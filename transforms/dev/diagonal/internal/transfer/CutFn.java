package dev.diagonal.internal.transfer;

import dev.diagonal.transfer.source.SourceRange;
import dev.diagonal.transfer.source.TransferSource;
import org.apache.beam.sdk.transforms.DoFn;

/** Emits the ranges of a source. */
public final class CutFn extends DoFn<Integer, SourceRange> {

  private final TransferSource source;

  public CutFn(TransferSource source) {
    this.source = source;
  }

  @ProcessElement
  public void cut(OutputReceiver<SourceRange> ranges) throws Exception {
    source.ranges().forEach(ranges::output);
  }
}
