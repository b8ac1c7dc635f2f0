package dev.diagonal.internal.schedule;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;

/** A wait that an interrupt does not end, but a time limit does. */
final class BoundedWait {

  private BoundedWait() {}

  /**
   * Returns whether it came true within the limit. If the thread was or is interrupted, it is so
   * again at the end. Called under the lock of the condition.
   */
  static boolean until(BooleanSupplier isTrue, Condition changed, Duration limit) {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    boolean interrupted = false;
    try {
      while (!isTrue.getAsBoolean()) {
        long leftNanos = deadlineNanos - System.nanoTime();
        if (leftNanos <= 0) {
          return false;
        }
        try {
          // A signal is not all it waits for: the loop looks again, and at the clock.
          long ignored = changed.awaitNanos(leftNanos);
        } catch (InterruptedException now) {
          interrupted = true;
        }
      }
      return true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
