package dev.diagonal.files;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.files.stored.PieceCuts;
import java.io.Serializable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How {@link ReadLines} reads files.
 *
 * @param header whether the first line of a file is a header
 * @param skipped which lines are not records
 * @param plan how files are cut into ranges
 * @param maxBadRecords the maximum number of bad records per reader
 * @param records a format that is not text, or null
 * @param cuts how files are cut into pieces, or null
 * @param limit how many records are read
 */
record LineReading(
    boolean header,
    SkippedLines skipped,
    RangePlan plan,
    long maxBadRecords,
    @Nullable RecordFormat records,
    @Nullable PieceCuts cuts,
    long limit)
    implements Serializable {

  static final LineReading DEFAULT =
      new LineReading(
          false,
          SkippedLines.NONE,
          RangePlan.DEFAULT,
          ReadLines.DEFAULT_MAX_BAD_RECORDS,
          null,
          null,
          ReadLines.NO_LIMIT);

  LineReading {
    checkArgument(maxBadRecords >= 0, "maxBadRecords must be >= 0, got %s", maxBadRecords);
    checkArgument(limit >= 1, "limit must be >= 1, got %s", limit);
  }

  /** Returns a copy that cuts files into pieces if the consumers want them. */
  LineReading by(LineConsumer.Factory<?> consumers) {
    return consumers instanceof PieceCuts.Wanted wanted
        ? with(copy -> copy.cuts = wanted.cuts())
        : this;
  }

  /** Returns a copy with a change. */
  LineReading with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return new LineReading(
        copy.header,
        copy.skipped,
        copy.plan,
        copy.maxBadRecords,
        copy.records,
        copy.cuts,
        copy.limit);
  }

  /** The settings that a copy can change. */
  static final class Copy {
    boolean header;
    SkippedLines skipped;
    RangePlan plan;
    long maxBadRecords;
    @Nullable RecordFormat records;
    @Nullable PieceCuts cuts;
    long limit;

    private Copy(LineReading from) {
      header = from.header;
      skipped = from.skipped;
      plan = from.plan;
      maxBadRecords = from.maxBadRecords;
      records = from.records;
      cuts = from.cuts;
      limit = from.limit;
    }
  }
}
