package dev.diagonal.files;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.files.stored.InputFile;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts files into ranges: enough of them to keep many readers busy to the end, and not so many that
 * what each of them puts out adds up. A range is the input over {@code usualRanges}, but at least
 * {@code minRangeBytes}, and at most {@code maxRangeBytes} unless there would be more than {@code
 * maxRanges} of them: then all of them grow. Since the ranges of a file are equal they are up to a
 * quarter smaller or half as large again, and each file may add one to their number.
 *
 * @param usualRanges some for each reader; the DirectRunner's grouping copies what it holds with
 *     every bundle that comes: the square of this times the size of what a range puts out
 * @param minRangeBytes smaller ranges cost more to start than to read
 * @param maxRangeBytes larger ranges leave readers idle at the end
 * @param maxRanges bounds what has to meet later: a tenfold input must not need tenfold memory
 */
public record RangePlan(int usualRanges, long minRangeBytes, long maxRangeBytes, int maxRanges)
    implements Serializable {

  /** 8 ranges of 4 MiB to 128 MiB, at most 256. */
  public static final RangePlan DEFAULT = new RangePlan(8, 4L << 20, 128L << 20, 256);

  /**
   * What meets later is copied with every range more: few, and a slow one still holds up little.
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

  /** Returns the plan for a run of so many readers at once. */
  public RangePlan forReaders(int readers) {
    int ranges = Math.max(usualRanges, readers * RANGES_PER_READER);
    return new RangePlan(ranges, minRangeBytes, maxRangeBytes, Math.max(maxRanges, ranges));
  }

  /**
   * Returns ranges that cover every byte of every file once. Plain files without a byte have none.
   */
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

  /** Rounds up, so that a piece lies in one range. */
  private static long aligned(long bytes) {
    long piece = PieceCuts.PIECE_BYTES;
    return bytes < piece ? bytes : (bytes + piece - 1) / piece * piece;
  }

  private long rangeBytes(long totalBytes) {
    long usual = Math.max(minRangeBytes, Math.min(maxRangeBytes, totalBytes / usualRanges));
    return Math.max(usual, (totalBytes + maxRanges - 1) / maxRanges);
  }
}
