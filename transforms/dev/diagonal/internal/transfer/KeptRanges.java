package dev.diagonal.internal.transfer;

import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.rows.types.ColumnGuess;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.source.SourceRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Some ranges of a source, which stay the same in a later run.
 *
 * @param source the source, which can open any range of its key
 * @param ranges the ranges that are read
 */
public record KeptRanges(BlockSource source, List<SourceRange> ranges) implements ForwardingSource {

  public KeptRanges {
    ranges = List.copyOf(ranges);
  }

  /** Returns the ranges of a key that {@link #bounds} has described. */
  public static KeptRanges of(BlockSource source, String bounds) {
    List<SourceRange> ranges = new ArrayList<>();
    long start = Long.MIN_VALUE;
    for (String bound : bounds.isEmpty() ? new String[0] : bounds.split(",")) {
      long end = Long.parseLong(bound);
      ranges.add(new SourceRange(ranges.size(), source.describe(), start, end));
      start = end;
    }
    ranges.add(new SourceRange(ranges.size(), source.describe(), start, Long.MAX_VALUE));
    return new KeptRanges(source, ranges);
  }

  /** Describes all ranges of a key, from the first to the last. */
  public String bounds() {
    return ranges.stream()
        .limit(ranges.size() - 1L)
        .map(range -> String.valueOf(range.end()))
        .collect(joining(","));
  }

  /** Returns the ranges whose numbers are not among these. */
  public KeptRanges without(Set<Integer> finished) {
    return new KeptRanges(
        source, ranges.stream().filter(range -> !finished.contains(range.index())).toList());
  }

  @Override
  public BlockSource strict(List<ColumnGuess> guesses, Set<String> json) {
    return new KeptRanges(source.strict(guesses, json), ranges);
  }

  @Override
  public int mostRanges() {
    return Math.max(1, ranges.size());
  }

  @Override
  public RowBlockReader open(SourceRange range, int blockRows) throws Exception {
    return source.open(range, blockRows);
  }
}
