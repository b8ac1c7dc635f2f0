package dev.diagonal.internal.schedule;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;

/** Waits for a condition with a time limit, regardless of interrupts. */
final class BoundedWait {

  private BoundedWait() {}

  /**
   * Returns whether the condition became true within the limit. Restores the interrupt flag if the
   * thread was interrupted. Called under the lock of the condition.
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
          // The loop checks the condition and the clock again after every wake-up.
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
