package dev.diagonal.files;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.UUID;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How files to come are looked for.
 *
 * @param id names this watch in each JVM
 * @param interval how often to look
 * @param idleTime after how long without a new file to end; null for never
 */
record FileWatch(String id, Duration interval, @Nullable Duration idleTime)
    implements Serializable {

  FileWatch {
    checkArgument(interval.isLongerThan(Duration.ZERO), "interval must be > 0, got %s", interval);
    checkArgument(
        idleTime == null || idleTime.isLongerThan(Duration.ZERO),
        "idleTime must be > 0, got %s",
        idleTime);
  }

  /** Returns one without an end. */
  static FileWatch every(Duration interval) {
    // Made once, where the pipeline is built, and the same in all copies: no key of elements.
    return new FileWatch(UUID.randomUUID().toString(), interval, null);
  }

  FileWatch endingAfter(Duration idle) {
    return new FileWatch(id, interval, idle);
  }

  boolean isIdle(long millis) {
    return idleTime != null && millis >= idleTime.getMillis();
  }
}
