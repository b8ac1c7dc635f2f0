package dev.diagonal.files;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.stored.PieceCuts;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts files into ranges: enough to keep many readers busy to the end, but few enough that grouping
 * their results stays cheap. A range has the size of the input divided by {@code usualRanges}, but
 * at least {@code minRangeBytes} and at most {@code maxRangeBytes}. If that makes more than {@code
 * maxRanges} ranges, all of them grow. The ranges of a file have equal sizes, so they may be up to
 * a quarter smaller or half as large again. Each file may add one range.
 *
 * @param usualRanges a few per reader; the DirectRunner's grouping copies its content with every
 *     bundle, so the cost is the square of this times the size of a range's results
 * @param minRangeBytes smaller ranges cost more to start than to read
 * @param maxRangeBytes larger ranges leave readers idle at the end
 * @param maxRanges bounds the results that are grouped later: an input ten times as large must not
 *     need ten times the memory
 */
public record RangePlan(int usualRanges, long minRangeBytes, long maxRangeBytes, int maxRanges)
    implements Serializable {

  /** 8 ranges of 4 MiB to 128 MiB, at most 256. */
  public static final RangePlan DEFAULT = new RangePlan(8, 4L << 20, 128L << 20, 256);

  /**
   * Each further range copies the grouped results once more. With a few per reader, a slow range
   * delays little.
   */
  private static final int RANGES_PER_READER = 4;

  public RangePlan {
    checkArgument(usualRanges > 0, "usualRanges must be > 0, got %s", usualRanges);
    checkArgument(minRangeBytes > 0, "minRangeBytes must be > 0, got %s", minRangeBytes);
    checkArgument(
        maxRangeBytes >= minRangeBytes,
        "maxRangeBytes must be >= minRangeBytes %s, got %s",
        minRangeBytes,
        maxRangeBytes);
    checkArgument(maxRanges > 0, "maxRanges must be > 0, got %s", maxRanges);
  }

  /** Returns the plan for a run with {@code readers} concurrent readers. */
  public RangePlan forReaders(int readers) {
    int ranges = Math.max(usualRanges, readers * RANGES_PER_READER);
    return new RangePlan(ranges, minRangeBytes, maxRangeBytes, Math.max(maxRanges, ranges));
  }

  /** Returns ranges that cover every byte of every file once. Empty plain files have none. */
  public List<FileRange> cut(InputFiles input) {
    long rangeBytes = rangeBytes(input.totalBytes());
    List<FileRange> ranges = new ArrayList<>();
    for (InputFile file : input.files()) {
      if (!file.splittable()) {
        ranges.add(FileRange.all(file));
        continue;
      }
      if (file.bytes() == 0) {
        continue;
      }
      // Equal parts: a last range of a few bytes would cost as much as a full one.
      long parts = Math.max(1, Math.round((double) file.bytes() / rangeBytes));
      long partBytes = aligned((file.bytes() + parts - 1) / parts);
      for (long start = 0; start < file.bytes(); start += partBytes) {
        ranges.add(new FileRange(file, start, Math.min(file.bytes(), start + partBytes)));
      }
    }
    return ranges;
  }

  /** Rounds up, so that no piece spans two ranges. */
  private static long aligned(long bytes) {
    long piece = PieceCuts.PIECE_BYTES;
    return bytes < piece ? bytes : (bytes + piece - 1) / piece * piece;
  }

  private long rangeBytes(long totalBytes) {
    long usual = Math.max(minRangeBytes, Math.min(maxRangeBytes, totalBytes / usualRanges));
    return Math.max(usual, (totalBytes + maxRanges - 1) / maxRanges);
  }
}
