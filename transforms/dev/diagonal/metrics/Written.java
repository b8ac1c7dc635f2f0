package dev.diagonal.metrics;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import org.apache.beam.sdk.coders.Coder;

/**
 * The account of a finished write: what {@code Wait.on} waits for and a run's summary adds up.
 *
 * @param target the table or index that was written
 * @param rows the rows given and now in effect; one that a later row of the same key replaced
 *     counts too, so that the sum over a run is the number of its input rows
 * @param attempts the transactions or requests it took: one for each batch, and one more for each
 *     that was repeated
 * @param millis how long it took, waits between attempts included
 * @param changes what the rows changed in the target
 */
public record Written(String target, long rows, int attempts, long millis, Changes changes) {

  /** Returns the account of a write of which nobody knows what it changed. */
  public Written(String target, long rows, int attempts, long millis) {
    this(target, rows, attempts, millis, Changes.UNKNOWN);
  }

  public Written {
    checkArgument(rows >= 0, "rows must be >= 0, got %s", rows);
    checkArgument(attempts >= 0, "attempts must be >= 0, got %s", attempts);
    checkArgument(millis >= 0, "millis must be >= 0, got %s", millis);
  }

  /** Returns the account of a write to {@code target} that has not written anything yet. */
  public static Written nothing(String target) {
    return new Written(target, 0, 0, 0);
  }

  /** Returns the account of this and {@code more} together, two writes to the same target. */
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
