package dev.diagonal.internal.metrics;

import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the attempts to reach a server go on. After the first one it announces for how
 * long they will, and it keeps that promise: a server that accepts a connection and never answers
 * makes each attempt last until its time limit, so that there are fewer of them. Other retryable
 * errors do not count, and begin the time anew. For one retried call, whose first attempt starts
 * now. Not thread-safe.
 */
public final class AnnouncedRetries implements Predicate<Exception> {

  private static final Duration SLACK = Duration.ofSeconds(1);

  private final Predicate<? super Exception> retryable;
  private final Predicate<? super Exception> unreachable;
  private final Duration waits;
  private final BiFunction<Exception, Long, String> message;
  private final LongSupplier nanoTime;
  private long startNanos;
  private @Nullable Duration firstAttempt;

  /**
   * @param retryable whether an error is transient
   * @param unreachable whether it shows that the server cannot be reached
   * @param waits the average duration of all waits between attempts
   * @param message of the warning, for the first of these errors and the seconds that the further
   *     attempts take
   */
  public AnnouncedRetries(
      Predicate<? super Exception> retryable,
      Predicate<? super Exception> unreachable,
      Duration waits,
      BiFunction<Exception, Long, String> message) {
    this(retryable, unreachable, waits, message, System::nanoTime);
  }

  AnnouncedRetries(
      Predicate<? super Exception> retryable,
      Predicate<? super Exception> unreachable,
      Duration waits,
      BiFunction<Exception, Long, String> message,
      LongSupplier nanoTime) {
    this.retryable = retryable;
    this.unreachable = unreachable;
    this.waits = waits;
    this.message = message;
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
  }

  @Override
  public boolean test(Exception fault) {
    if (!retryable.test(fault)) {
      return false;
    } else if (!unreachable.test(fault)) {
      firstAttempt = null; // the server responds, so that the next loss is another one
      startNanos = nanoTime.getAsLong();
      return true;
    }
    Duration passed = Duration.ofNanos(nanoTime.getAsLong() - startNanos);
    Duration first = firstAttempt;
    if (first == null) {
      firstAttempt = passed;
      long seconds = waits.plus(passed).toSeconds();
      Warnings.warn(message.apply(fault, Math.max(1, seconds)));
      return true;
    }
    // Jitter makes the waits at most a third longer than the average.
    Duration longestWaits = waits.multipliedBy(4).dividedBy(3).plus(SLACK);
    Duration announced = waits.plus(first);
    // One more attempt may take as long as the first one did.
    return passed.compareTo(longestWaits.compareTo(announced) > 0 ? longestWaits : announced) <= 0;
  }
}
