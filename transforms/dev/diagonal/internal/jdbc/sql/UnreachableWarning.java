package dev.diagonal.internal.jdbc.sql;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.metrics.AnnouncedRetries;
import java.util.function.Predicate;

/**
 * Warns once, after the first attempt, that a database cannot be reached, and limits the time of
 * the further ones.
 */
public final class UnreachableWarning {

  /** The standard state, and that of PostgreSQL's driver. */
  private static final String POSTGRES = "08001";

  private static final String MARIADB = "08000";

  private UnreachableWarning() {}

  /** Returns {@code retryable}, with the warning if {@code retry} has more than one attempt. */
  public static Predicate<Exception> with(Retry retry, Predicate<Exception> retryable) {
    return retry.maxAttempts() == 1
        ? retryable
        : new AnnouncedRetries(
            retryable,
            UnreachableWarning::isCannotConnect,
            retry.waits(),
            (fault, seconds) ->
                "no database server responds: %s Retrying for about %s s"
                    .formatted(fault.getMessage(), seconds));
  }

  /**
   * Returns whether no connection could be made. MariaDB's driver has one state for this and for
   * lost connections.
   */
  public static boolean isCannotConnect(Exception fault) {
    String state = SqlFaults.state(fault);
    return POSTGRES.equals(state)
        || (MARIADB.equals(state) && !String.valueOf(fault.getMessage()).contains("Socket error"));
  }
}
