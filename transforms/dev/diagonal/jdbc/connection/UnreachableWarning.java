package dev.diagonal.jdbc.connection;

import dev.diagonal.fault.Retry;
import dev.diagonal.metrics.Warnings;
import java.util.function.Predicate;

/**
 * Warns once, after the first attempt, that a database cannot be reached: all attempts together
 * take up to half a minute. For one call of {@link Retry#call}; not safe for use by several
 * threads.
 */
public final class UnreachableWarning implements Predicate<Exception> {

  private static final String CANNOT_CONNECT = "08001";

  private final Predicate<Exception> retryable;
  private boolean warned;

  private UnreachableWarning(Predicate<Exception> retryable) {
    this.retryable = retryable;
  }

  /** Returns {@code retryable}, with the warning if {@code retry} has more than one attempt. */
  public static Predicate<Exception> with(Retry retry, Predicate<Exception> retryable) {
    return retry.maxAttempts() == 1 ? retryable : new UnreachableWarning(retryable);
  }

  @Override
  public boolean test(Exception fault) {
    boolean isRetryable = retryable.test(fault);
    if (isRetryable && !warned && CANNOT_CONNECT.equals(SqlFaults.state(fault))) {
      warned = true;
      Warnings.warn("the database cannot be reached: " + fault.getMessage() + " Trying again");
    }
    return isRetryable;
  }
}
