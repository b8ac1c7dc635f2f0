package dev.diagonal.internal.jdbc.connection;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.sql.UnreachableWarning;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A transaction in which a command inspects a database or prepares it for a run. While it fails
 * with a retryable error, it is repeated on a new connection.
 *
 * @param database where it runs
 * @param what completes the sentence "cannot … in database": a verb and its object, such as the
 *     table
 * @param isLong whether the server may take any time to reply to a statement
 * @param commitsOnce whether a commit without a reply fails the transaction instead of repeating it
 * @param retry how often and after which waits it is repeated
 */
public record RetriedTransaction(
    JdbcTarget database, String what, boolean isLong, boolean commitsOnce, Retry retry) {

  /** The statements of a transaction, which may run more than once. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    T in(Connection connection) throws SQLException;
  }

  /** Thrown if a commit failed whose transaction must not be repeated. */
  private static final class UnknownOutcomeException extends SQLException {
    UnknownOutcomeException(SQLException cause) {
      super(
          "the commit got no reply, so it is unknown whether it took effect: " + cause.getMessage(),
          cause.getSQLState(),
          cause);
    }
  }

  /** Returns a transaction whose statements take at most two minutes each. */
  public static RetriedTransaction in(JdbcTarget database, String what) {
    return new RetriedTransaction(database, what, false, false, Retry.defaults());
  }

  /** Lets the server take any time to reply to a statement. */
  public RetriedTransaction withLongStatements() {
    return new RetriedTransaction(database, what, true, commitsOnce, retry);
  }

  /** Fails instead of repeating the transaction once its commit has been sent. */
  public RetriedTransaction committingOnce() {
    return new RetriedTransaction(database, what, isLong, true, retry);
  }

  /** Sets how the transaction is repeated; default {@link Retry#defaults}. */
  public RetriedTransaction withRetry(Retry policy) {
    return new RetriedTransaction(database, what, isLong, commitsOnce, policy);
  }

  /**
   * Runs {@code work}, commits, and returns the result of {@code work}. Unless it commits once,
   * {@code work} must be idempotent: the reply to a commit may be lost.
   *
   * @throws SQLException if {@code work} fails with another error, or retries run out; the message
   *     starts with {@code what} and the database, and the SQLState is that of the error
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public <T extends @Nullable Object> T run(Work<T> work)
      throws SQLException, InterruptedException {
    try (HeldConnection held = HeldConnection.toAny(database)) {
      return retry.call(
          () -> attempt(held, work),
          UnreachableWarning.with(retry, RetriedTransaction::isRepeatable));
    } catch (InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new SQLException(
          "cannot %s in %s: %s".formatted(what, database, fault.getMessage()),
          SqlFaults.state(fault),
          fault);
    }
  }

  private <T extends @Nullable Object> T attempt(HeldConnection held, Work<T> work)
      throws SQLException {
    boolean done = false;
    try {
      Connection connection = held.use();
      if (isLong) {
        HeldConnection.awaitReplies(connection);
      }
      T result = work.in(connection);
      commit(connection);
      done = true;
      return result;
    } finally {
      if (!done) {
        held.close(); // rolls back
      }
    }
  }

  private static boolean isRepeatable(Exception fault) {
    return !(fault instanceof UnknownOutcomeException) && SqlFaults.isRetryable(fault);
  }

  private void commit(Connection connection) throws SQLException {
    try {
      connection.commit();
    } catch (SQLException fault) {
      throw commitsOnce && SqlFaults.isRetryable(fault)
          ? new UnknownOutcomeException(fault)
          : fault;
    }
  }
}
