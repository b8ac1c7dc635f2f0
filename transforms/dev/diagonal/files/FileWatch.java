package dev.diagonal.files;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.UUID;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to watch for new files.
 *
 * @param id names this watch in each JVM
 * @param interval how often to look for files
 * @param idleTime how long to wait for a new file before the watch ends; null to watch forever
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

  /** Returns a watch that never ends. */
  static FileWatch every(Duration interval) {
    // Drawn once, where the pipeline is built, and the same in all copies. It is not a key of
    // elements.
    return new FileWatch(UUID.randomUUID().toString(), interval, null);
  }

  FileWatch endingAfter(Duration idle) {
    return new FileWatch(id, interval, idle);
  }

  boolean isIdle(long millis) {
    return idleTime != null && millis >= idleTime.getMillis();
  }
}
