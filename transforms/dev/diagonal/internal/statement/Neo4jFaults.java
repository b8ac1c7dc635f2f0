package dev.diagonal.internal.statement;

import java.sql.SQLTimeoutException;
import java.util.Set;
import java.util.function.Predicate;
import org.neo4j.bolt.connection.exception.BoltConnectionReadTimeoutException;
import org.neo4j.bolt.connection.exception.BoltException;
import org.neo4j.bolt.connection.exception.BoltFailureException;
import org.neo4j.bolt.connection.exception.BoltServiceUnavailableException;

/**
 * Classifies Neo4j's faults by their status codes (<a
 * href="https://neo4j.com/docs/status-codes/5/errors/all-errors/">list</a>). The SQLState is not
 * specific enough: 50N42 means a violated constraint or a syntax error.
 */
public final class Neo4jFaults {

  private static final String TRANSIENT = "Neo.TransientError.";
  private static final String LOCK_TIMED_OUT = "Neo.ClientError.Transaction.LockAcquisitionTimeout";

  /**
   * The statement was ended from outside, by a person or a server that stops; a retry may succeed.
   */
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

  /** Returns whether the statement itself is at fault. */
  public static boolean isOfStatement(Throwable fault) {
    return any(
        fault,
        cause ->
            cause instanceof BoltFailureException failure
                && failure.code().startsWith("Neo.ClientError.Statement."));
  }

  /** Returns whether the user lacks a privilege. */
  public static boolean isForbidden(Throwable fault) {
    return any(fault, cause -> hasCode(cause, FORBIDDEN));
  }

  /** Returns whether a lock was not free in time ({@code db.lock.acquisition.timeout}). */
  public static boolean isLockTimeout(Throwable fault) {
    return any(
        fault, cause -> hasCode(cause, LOCK_TIMED_OUT) || cause instanceof SQLTimeoutException);
  }

  /**
   * Returns whether the server has rolled back the transaction, which may succeed when repeated.
   */
  static boolean isTransient(Throwable fault) {
    return any(
        fault,
        cause ->
            cause instanceof BoltFailureException failure && failure.code().startsWith(TRANSIENT));
  }

  /** Returns whether the same statement may succeed on a new connection. */
  public static boolean isRetryable(Throwable fault) {
    return isTransient(fault)
        || any(
            fault,
            cause ->
                cause instanceof BoltFailureException failure
                    ? RETRYABLE_CODES.contains(failure.code())
                    : cause instanceof SQLTimeoutException
                        || cause instanceof BoltServiceUnavailableException
                        || cause instanceof BoltConnectionReadTimeoutException);
  }

  /**
   * Returns whether the values are at fault: a constraint forbids them, or they cannot be
   * properties.
   */
  public static boolean isCausedByRows(Throwable fault) {
    return any(
        fault,
        cause ->
            cause instanceof BoltFailureException failure
                && CODES_OF_ROWS.contains(failure.code()));
  }

  /** Returns whether an existing index prevents a new constraint. */
  static boolean isIndexInTheWay(Throwable fault) {
    return any(fault, cause -> hasCode(cause, INDEX_EXISTS));
  }

  /** Returns whether existing nodes violate a new constraint. */
  static boolean isConstraintViolated(Throwable fault) {
    return any(fault, cause -> hasCode(cause, CONSTRAINT_REFUSED));
  }

  private static boolean hasCode(Throwable cause, String code) {
    return cause instanceof BoltFailureException failure && failure.code().equals(code);
  }

  /**
   * Returns whether it is a fault of the driver, which does not always throw a {@code
   * SQLException}.
   */
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
