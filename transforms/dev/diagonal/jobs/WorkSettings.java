package dev.diagonal.jobs;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.time.Duration;

/**
 * How workers process batches.
 *
 * @param lease how long a claim is valid unless it is renewed, which happens three times per lease;
 *     also how long a batch waits after its worker has died
 * @param maxAttempts how many attempts may fail before a batch stays failed
 * @param skipsBadRows whether bad ratings are left out, counted and reported; otherwise they fail
 *     their batch
 * @param maxBadRows how many bad ratings a batch may have before it fails nonetheless
 */
public record WorkSettings(Duration lease, int maxAttempts, boolean skipsBadRows, long maxBadRows)
    implements Serializable {

  private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

  /** A lease of one minute and three attempts; a bad row fails its batch. */
  public static final WorkSettings DEFAULT = new WorkSettings(Duration.ofMinutes(1), 3, false, 0);

  /**
   * @throws IllegalArgumentException if the lease is shorter than 100 ms, {@code maxAttempts} is
   *     below 1 or {@code maxBadRows} below 0
   */
  public WorkSettings {
    checkArgument(
        lease.compareTo(SHORTEST_LEASE) >= 0, "lease must be >= %s, got %s", SHORTEST_LEASE, lease);
    checkArgument(maxAttempts >= 1, "maxAttempts must be >= 1, got %s", maxAttempts);
    checkArgument(maxBadRows >= 0, "maxBadRows must be >= 0, got %s", maxBadRows);
  }

  /** Sets how long a claim is valid; one minute by default. */
  public WorkSettings withLease(Duration lease) {
    return new WorkSettings(lease, maxAttempts, skipsBadRows, maxBadRows);
  }

  /** Sets how many attempts may fail before a batch stays failed; 3 by default. */
  public WorkSettings withMaxAttempts(int maxAttempts) {
    return new WorkSettings(lease, maxAttempts, skipsBadRows, maxBadRows);
  }

  /** Leaves bad rows out, up to {@code maxBadRows} per batch. */
  public WorkSettings skippingBadRows(long maxBadRows) {
    return new WorkSettings(lease, maxAttempts, true, maxBadRows);
  }
}
