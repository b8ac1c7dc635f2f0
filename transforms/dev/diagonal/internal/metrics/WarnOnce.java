package dev.diagonal.internal.metrics;

import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Wraps a test for retryable errors, and warns about the first one that concerns the user, since
 * all attempts together can take half a minute. For one retried call. Not thread-safe.
 */
public final class WarnOnce implements Predicate<Exception> {

  private final Predicate<? super Exception> retryable;
  private final Predicate<? super Exception> worthIt;
  private final Function<? super Exception, String> message;
  private boolean warned;

  /**
   * @param retryable whether there is another attempt
   * @param worthIt whether the fault concerns the user
   * @param message of the warning
   */
  public WarnOnce(
      Predicate<? super Exception> retryable,
      Predicate<? super Exception> worthIt,
      Function<? super Exception, String> message) {
    this.retryable = retryable;
    this.worthIt = worthIt;
    this.message = message;
  }

  @Override
  public boolean test(Exception fault) {
    boolean isRetryable = retryable.test(fault);
    if (isRetryable && !warned && worthIt.test(fault)) {
      warned = true;
      Warnings.warn(message.apply(fault));
    }
    return isRetryable;
  }
}
