package dev.diagonal.jobs;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.time.Duration;

/**
 * How batches are worked on.
 *
 * @param lease how long a claim is good for unless it is renewed, which happens three times in that
 *     time; so long a batch waits whose worker is gone
 * @param maxAttempts how many attempts may fail before a batch stays failed
 * @param skipsBadRows whether ratings that are none are left out, counted and told; else they fail
 *     their batch
 * @param maxBadRows how many of them a batch may have before it fails nonetheless
 */
public record WorkSettings(Duration lease, int maxAttempts, boolean skipsBadRows, long maxBadRows)
    implements Serializable {

  private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

  /** A lease of a minute, three attempts; a bad row fails its batch. */
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

  /** Sets how long a claim is good for; a minute by default. */
  public WorkSettings withLease(Duration lease) {
    return new WorkSettings(lease, maxAttempts, skipsBadRows, maxBadRows);
  }

  /** Sets how many attempts may fail before a batch stays failed; 3 by default. */
  public WorkSettings withMaxAttempts(int maxAttempts) {
    return new WorkSettings(lease, maxAttempts, skipsBadRows, maxBadRows);
  }

  /** Leaves bad rows out, up to so many in a batch. */
  public WorkSettings skippingBadRows(long maxBadRows) {
    return new WorkSettings(lease, maxAttempts, true, maxBadRows);
  }
}
