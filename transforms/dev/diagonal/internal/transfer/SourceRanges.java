package dev.diagonal.internal.transfer;

import dev.diagonal.internal.block.SpreadParts;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.SourceRange;
import java.util.List;

/** Finds the ranges of a source. */
public record SourceRanges(BlockSource source) implements SpreadParts.Finder<SourceRange> {

  /** Returns the ranges of a source, spread over the workers. */
  public static SpreadParts<SourceRange> of(BlockSource source) {
    return SpreadParts.of(new SourceRanges(source), new SourceRange.RangeCoder());
  }

  @Override
  public List<SourceRange> find() throws Exception {
    return source.ranges();
  }
}
