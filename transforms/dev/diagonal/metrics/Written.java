package dev.diagonal.metrics;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import org.apache.beam.sdk.coders.Coder;

/**
 * The result of a finished write, to be passed to {@code Wait.on} and summed in a run's summary.
 *
 * @param target the table or index that was written
 * @param rows the given rows that are in effect, including those that a later row of the same key
 *     replaced; with the unmatched and unconfirmed rows of {@code changes}, the sum over a run is
 *     the number of its input rows
 * @param attempts the number of transactions or requests: one per batch, plus retries
 * @param millis how long it took, including waits between attempts
 * @param changes what the rows changed in the target
 */
public record Written(String target, long rows, int attempts, long millis, Changes changes) {

  /** Returns the result of a write with unknown changes. */
  public Written(String target, long rows, int attempts, long millis) {
    this(target, rows, attempts, millis, Changes.UNKNOWN);
  }

  public Written {
    checkArgument(rows >= 0, "rows must be >= 0, got %s", rows);
    checkArgument(attempts >= 0, "attempts must be >= 0, got %s", attempts);
    checkArgument(millis >= 0, "millis must be >= 0, got %s", millis);
  }

  /** Returns an empty result for {@code target}. */
  public static Written nothing(String target) {
    return new Written(target, 0, 0, 0);
  }

  /** Returns the sum of two results for the same target. */
  public Written plus(Written more) {
    checkArgument(
        target.equals(more.target), "targets must be the same, got %s and %s", target, more.target);
    return new Written(
        target,
        rows + more.rows,
        attempts + more.attempts,
        millis + more.millis,
        changes.plus(more.changes));
  }

  public static Coder<Written> coder() {
    return WrittenCoder.INSTANCE;
  }
}
