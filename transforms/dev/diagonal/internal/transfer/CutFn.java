package dev.diagonal.internal.transfer;

import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.SourceRange;
import org.apache.beam.sdk.transforms.DoFn;

/** Emits the ranges of a source. */
public final class CutFn extends DoFn<Integer, SourceRange> {

  private final BlockSource source;

  public CutFn(BlockSource source) {
    this.source = source;
  }

  @ProcessElement
  public void cut(OutputReceiver<SourceRange> ranges) throws Exception {
    source.ranges().forEach(ranges::output);
  }
}
