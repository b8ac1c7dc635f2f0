package dev.diagonal.internal.schedule;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.Retry;
import java.io.Serializable;

/**
 * How a {@link ConflictScheduler} writes. Immutable.
 *
 * @param maxWorkers the maximum number of open transactions in this JVM, and so of threads and
 *     connections; at least 1
 * @param prefetch the maximum number of batches per worker that are pending or in flight; at least
 *     1. A large window finds more batches that share no slot: 32 were 1.3 times as fast as 2 with
 *     8 workers, 16 slots and transactions of 40 ms
 * @param retry how often a batch is tried, and with which waits
 * @param deadLetters whether rows that the target refuses are returned as {@link
 *     dev.diagonal.schedule.RejectedRow} instead of failing the group
 */
public record SchedulerSettings(int maxWorkers, int prefetch, Retry retry, boolean deadLetters)
    implements Serializable {

  private static final long MAX_WINDOW_BYTES = 64L << 20;

  private static final SchedulerSettings DEFAULTS =
      new SchedulerSettings(4, 32, Retry.defaults(), false);

  /**
   * @throws IllegalArgumentException if {@code maxWorkers} or {@code prefetch} is below 1, or their
   *     product above 2^30
   */
  public SchedulerSettings {
    checkArgument(maxWorkers >= 1, "maxWorkers must be >= 1, got %s", maxWorkers);
    checkArgument(prefetch >= 1, "prefetch must be >= 1, got %s", prefetch);
    checkArgument(
        (long) maxWorkers * prefetch <= 1 << 30,
        "maxWorkers x prefetch must be <= 2^30, got %s x %s",
        maxWorkers,
        prefetch);
  }

  /** Returns 4 workers, 32 batches per worker, {@link Retry#defaults}, no dead letters. */
  public static SchedulerSettings defaults() {
    return DEFAULTS;
  }

  /**
   * Sets the maximum number of open transactions; default 4.
   *
   * @throws IllegalArgumentException if {@code workers} is below 1
   */
  public SchedulerSettings withMaxWorkers(int workers) {
    return new SchedulerSettings(workers, prefetch, retry, deadLetters);
  }

  /**
   * Sets the maximum number of batches per worker that are pending or in flight; default 32.
   *
   * @throws IllegalArgumentException if {@code batches} is below 1
   */
  public SchedulerSettings withPrefetch(int batches) {
    return new SchedulerSettings(maxWorkers, batches, retry, deadLetters);
  }

  /** Sets how often a batch is tried; default {@link Retry#defaults}. */
  public SchedulerSettings withRetry(Retry attempts) {
    return new SchedulerSettings(maxWorkers, prefetch, attempts, deadLetters);
  }

  /** Sets whether refused rows are returned instead of failing the group; default false. */
  public SchedulerSettings withDeadLetters(boolean wanted) {
    return new SchedulerSettings(maxWorkers, prefetch, retry, wanted);
  }

  /** Returns the maximum number of batches that are pending or in flight. */
  int window() {
    return maxWorkers * prefetch;
  }

  /**
   * Returns how many places of the window a batch occupies: one, or more for a large one in
   * proportion to its bytes. Rounded up, so that all batches together stay within the byte limit.
   */
  int placesOf(long bytes) {
    double share = (double) bytes / MAX_WINDOW_BYTES;
    return (int) Math.max(1, Math.min(window(), Math.ceil(share * window())));
  }
}
