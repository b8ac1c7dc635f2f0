package dev.diagonal.internal.statement;

import java.sql.SQLTimeoutException;
import java.util.Set;
import java.util.function.Predicate;
import org.neo4j.bolt.connection.exception.BoltConnectionReadTimeoutException;
import org.neo4j.bolt.connection.exception.BoltException;
import org.neo4j.bolt.connection.exception.BoltFailureException;
import org.neo4j.bolt.connection.exception.BoltServiceUnavailableException;

/**
 * Tells by Neo4j's status codes which of its faults are transient (<a
 * href="https://neo4j.com/docs/status-codes/5/errors/all-errors/">list</a>). The SQLState does not:
 * that of a violated constraint is 50N42, as of a statement that is no Cypher.
 */
public final class Neo4jFaults {

  private static final String TRANSIENT = "Neo.TransientError.";
  private static final String LOCK_TIMED_OUT = "Neo.ClientError.Transaction.LockAcquisitionTimeout";

  /** What was ended from outside, by a person or a server that stops: a new one may succeed. */
  private static final Set<String> RETRYABLE_CODES =
      Set.of(
          "Neo.ClientError.Transaction.Terminated",
          "Neo.ClientError.Transaction.LockClientStopped",
          LOCK_TIMED_OUT);

  private static final Set<String> CODES_OF_ROWS =
      Set.of(
          "Neo.ClientError.Schema.ConstraintValidationFailed",
          "Neo.ClientError.Statement.TypeError",
          "Neo.ClientError.Statement.ArgumentError",
          "Neo.ClientError.Statement.ArithmeticError",
          "Neo.ClientError.Statement.PropertyTypeError",
          "Neo.ClientError.Statement.SemanticError");

  private static final String INDEX_EXISTS = "Neo.ClientError.Schema.IndexAlreadyExists";
  private static final String CONSTRAINT_REFUSED =
      "Neo.DatabaseError.Schema.ConstraintCreationFailed";

  private static final String FORBIDDEN = "Neo.ClientError.Security.Forbidden";

  private Neo4jFaults() {}

  /** Whether the statement itself is at fault. */
  public static boolean isOfStatement(Throwable fault) {
    return any(
        fault,
        cause ->
            cause instanceof BoltFailureException failure
                && failure.code().startsWith("Neo.ClientError.Statement."));
  }

  /** Whether the user lacks a right. */
  public static boolean isForbidden(Throwable fault) {
    return any(fault, cause -> hasCode(cause, FORBIDDEN));
  }

  /** Whether a lock was not free in time ({@code db.lock.acquisition.timeout}). */
  public static boolean isLockTimeout(Throwable fault) {
    return any(
        fault, cause -> hasCode(cause, LOCK_TIMED_OUT) || cause instanceof SQLTimeoutException);
  }

  /** Whether the same statement may succeed on a fresh connection. */
  public static boolean isRetryable(Throwable fault) {
    return any(
        fault,
        cause ->
            cause instanceof BoltFailureException failure
                ? failure.code().startsWith(TRANSIENT) || RETRYABLE_CODES.contains(failure.code())
                : cause instanceof SQLTimeoutException
                    || cause instanceof BoltServiceUnavailableException
                    || cause instanceof BoltConnectionReadTimeoutException);
  }

  /** Whether the values are at fault: what a constraint forbids and what no property can be. */
  public static boolean isCausedByRows(Throwable fault) {
    return any(
        fault,
        cause ->
            cause instanceof BoltFailureException failure
                && CODES_OF_ROWS.contains(failure.code()));
  }

  /** Whether an index of somebody else's rules out a new constraint. */
  static boolean isIndexInTheWay(Throwable fault) {
    return any(fault, cause -> hasCode(cause, INDEX_EXISTS));
  }

  /** Whether nodes that exist violate a new constraint. */
  static boolean isConstraintViolated(Throwable fault) {
    return any(fault, cause -> hasCode(cause, CONSTRAINT_REFUSED));
  }

  private static boolean hasCode(Throwable cause, String code) {
    return cause instanceof BoltFailureException failure && failure.code().equals(code);
  }

  /** Whether it is one of the driver's faults, which are not always in a {@code SQLException}. */
  static boolean isOfDriver(Throwable fault) {
    return any(fault, BoltException.class::isInstance);
  }

  private static boolean any(Throwable fault, Predicate<Throwable> wanted) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (wanted.test(cause)) {
        return true;
      }
    }
    return false;
  }
}
