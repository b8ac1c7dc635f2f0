package dev.diagonal.internal.jdbc.sql;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.metrics.WarnOnce;
import java.util.function.Predicate;

/** Warns once, after the first attempt, that a database cannot be reached. */
public final class UnreachableWarning {

  private static final String CANNOT_CONNECT = "08001";

  private UnreachableWarning() {}

  /** Returns {@code retryable}, with the warning if {@code retry} has more than one attempt. */
  public static Predicate<Exception> with(Retry retry, Predicate<Exception> retryable) {
    return retry.maxAttempts() == 1
        ? retryable
        : new WarnOnce(
            retryable,
            fault -> CANNOT_CONNECT.equals(SqlFaults.state(fault)),
            fault ->
                "no database server responds: %s Retrying for about %s s"
                    .formatted(fault.getMessage(), Math.max(1, retry.waits().toSeconds())));
  }
}
