package dev.diagonal.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits, within a bound, for what another process does. */
public final class Eventually {

  private static final Duration POLL = Duration.ofMillis(20);

  private Eventually() {}

  /** Returns whether the condition came true within the bound; returns as soon as it does. */
  public static boolean within(Duration bound, BooleanSupplier condition) {
    long deadlineNanos = System.nanoTime() + bound.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadlineNanos) {
        return false;
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    return true;
  }
}
