package dev.diagonal.internal.jdbc.sql;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.metrics.AnnouncedRetries;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Warns once, after the first attempt, that a database cannot be reached, and limits the time of
 * the further ones.
 */
public final class UnreachableWarning {

  /** The first one is standard, and PostgreSQL's; MariaDB's driver uses the other one. */
  private static final Set<String> CANNOT_CONNECT = Set.of("08001", "08000");

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

  /** MariaDB's driver has one state for connections that cannot be made and that are lost. */
  private static boolean isCannotConnect(Exception fault) {
    String state = SqlFaults.state(fault);
    return isCannotConnect(state)
        && !(MARIADB.equals(state) && String.valueOf(fault.getMessage()).contains("Socket error"));
  }

  /** Returns whether an SQLState says that there is no connection. */
  public static boolean isCannotConnect(@Nullable String state) {
    return state != null && CANNOT_CONNECT.contains(state);
  }
}
