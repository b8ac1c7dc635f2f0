package dev.diagonal.fault;

import dev.diagonal.internal.trace.Trace;
import java.io.Serializable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Repeats an attempt with growing waits while it fails with a retryable error, at most {@code
 * maxAttempts} times.
 *
 * <p>The wait doubles from {@code initialDelay} to {@code maxDelay}; half of it is random, so that
 * workers that failed together do not retry together ("equal jitter", <a
 * href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">Exponential
 * Backoff And Jitter</a>). All waits of the {@linkplain #defaults defaults} together last 11 to 23
 * seconds: long enough for a server to restart.
 *
 * <p>Immutable and thread-safe; nothing is shared between calls.
 *
 * @param maxAttempts the maximum number of attempts; at least 1, which means no retry
 * @param initialDelay the wait after the first failure, before jitter
 * @param maxDelay the longest wait, before jitter
 */
public record Retry(int maxAttempts, Duration initialDelay, Duration maxDelay)
    implements Serializable {

  private static final Retry DEFAULTS =
      new Retry(8, Duration.ofMillis(200), Duration.ofSeconds(10));

  /**
   * @throws IllegalArgumentException if {@code maxAttempts} is below 1, a delay is negative, or
   *     {@code maxDelay} is shorter than {@code initialDelay}
   */
  public Retry {
    require(maxAttempts >= 1, "maxAttempts must be >= 1, got " + maxAttempts);
    require(!initialDelay.isNegative(), "initialDelay must be >= 0, got " + initialDelay);
    require(
        maxDelay.compareTo(initialDelay) >= 0,
        "maxDelay must be >= initialDelay (" + initialDelay + "), got " + maxDelay);
  }

  /** Returns 8 attempts with waits of 200 ms, 400 ms, ... 6.4 s, 10 s between them. */
  public static Retry defaults() {
    return DEFAULTS;
  }

  /** Returns the policy of one attempt: every fault is thrown immediately. */
  public static Retry never() {
    return DEFAULTS.withMaxAttempts(1);
  }

  /**
   * Sets the maximum number of attempts; default 8.
   *
   * @throws IllegalArgumentException if {@code attempts} is below 1
   */
  public Retry withMaxAttempts(int attempts) {
    return new Retry(attempts, initialDelay, maxDelay);
  }

  /**
   * Sets the first and the longest wait, before jitter; default 200 ms and 10 s.
   *
   * @throws IllegalArgumentException if {@code initial} is negative or longer than {@code max}
   */
  public Retry withDelays(Duration initial, Duration max) {
    return new Retry(maxAttempts, initial, max);
  }

  /**
   * Returns the result of the first successful {@code attempt}.
   *
   * @param retryable returns whether a fault is retryable
   * @throws ExhaustedException if the last attempt also failed with a retryable error, which is the
   *     cause
   * @throws InterruptedException if the thread is interrupted while it waits; the last fault is
   *     suppressed in it
   * @throws Exception what the attempt threw, unchanged, if that is not retryable
   */
  public <T extends @Nullable Object> T call(
      Callable<T> attempt, Predicate<? super Exception> retryable) throws Exception {
    return call(
        attempt,
        retryable,
        delay -> Thread.sleep(delay.toMillis()),
        () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * Repeats an attempt as {@link #call(Callable, Predicate)} does, with the sleeper and the jitter
   * of the caller.
   *
   * @param random returns the jitter, 0 to 1
   */
  public <T extends @Nullable Object> T call(
      Callable<T> attempt,
      Predicate<? super Exception> retryable,
      Sleeper sleeper,
      DoubleSupplier random)
      throws Exception {
    Failures failures = new Failures(random);
    while (true) {
      try {
        return attempt.call();
      } catch (InterruptedException interrupted) {
        throw interrupted;
      } catch (Exception fault) {
        Duration delay = failures.delayAfter(fault, retryable);
        try {
          sleeper.sleep(delay);
        } catch (InterruptedException interrupted) {
          interrupted.addSuppressed(fault);
          throw interrupted;
        }
      }
    }
  }

  /**
   * Returns a record of failures for a caller that makes the attempts and waits itself.
   *
   * @param random returns the jitter, 0 to 1
   */
  public Failures failures(DoubleSupplier random) {
    return new Failures(random);
  }

  /** Counts the failures of one operation and decides whether it is retried. Not thread-safe. */
  public final class Failures {

    private final DoubleSupplier random;
    private int made;

    private Failures(DoubleSupplier random) {
      this.random = random;
    }

    /**
     * Counts a failed attempt and returns how long to wait before the next one.
     *
     * @throws ExhaustedException if it was the last attempt and its fault is retryable
     * @throws Exception {@code fault}, unchanged, if it is not retryable
     */
    public Duration delayAfter(Exception fault, Predicate<? super Exception> retryable)
        throws Exception {
      if (!retryable.test(fault)) {
        throw fault;
      }
      made++;
      if (made == maxAttempts) {
        throw new ExhaustedException(made, fault);
      }
      Duration delay = Retry.this.delayAfter(made, random.getAsDouble());
      Trace.retry(made, maxAttempts, delay, fault);
      return delay;
    }
  }

  /**
   * Returns the wait after {@code failures} failures: half fixed, half scaled by {@code random} in
   * 0..1.
   */
  Duration delayAfter(int failures, double random) {
    // 2^20 times the initial delay exceeds every sensible maximum.
    double doubled = (double) initialDelay.toNanos() * (1 << Math.min(failures - 1, 20));
    double nanos = Math.min(doubled, (double) maxDelay.toNanos());
    return Duration.ofNanos((long) (nanos / 2 * (1 + random)));
  }

  /** Returns the average duration of all waits together. */
  public Duration waits() {
    Duration sum = Duration.ZERO;
    for (int failures = 1; failures < maxAttempts; failures++) {
      sum = sum.plus(delayAfter(failures, 0.5));
    }
    return sum;
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Waits between attempts; tests do not wait. */
  @FunctionalInterface
  public interface Sleeper {
    void sleep(Duration delay) throws InterruptedException;
  }

  /** All attempts failed with retryable errors; the last one is the cause. */
  public static final class ExhaustedException extends Exception {
    private final int attempts;

    ExhaustedException(int attempts, Exception cause) {
      super(
          "gave up after "
              + attempts
              + (attempts == 1 ? " attempt: " : " attempts: ")
              + reason(cause),
          cause);
      this.attempts = attempts;
    }

    /** Returns a message: databases use sentences; other messages may only be a name. */
    private static String reason(Exception cause) {
      String message = cause.getMessage();
      return cause instanceof SQLException && message != null ? message : cause.toString();
    }

    public int attempts() {
      return attempts;
    }
  }
}
