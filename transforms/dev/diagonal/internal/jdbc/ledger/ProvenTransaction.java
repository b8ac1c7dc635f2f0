package dev.diagonal.internal.jdbc.ledger;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.schema.CommitCheck;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.sql.UnreachableWarning;
import java.sql.Connection;
import java.sql.SQLException;

/** Runs a transaction that is repeated on retryable errors but takes effect once. */
public final class ProvenTransaction {

  private ProvenTransaction() {}

  /** The work of the transaction, which is committed afterwards. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /**
   * Returns the result of the committed attempt.
   *
   * @param check proves whether an attempt is committed whose reply was lost
   * @param work is called once per attempt, in a transaction that holds the token of {@code check}
   * @throws dev.diagonal.internal.jdbc.schema.UnknownOutcomeException if it is unknown whether the
   *     last attempt is committed
   * @throws SQLException if the database refuses, or retries run out
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static <T> T call(HeldConnection held, CommitCheck<T> check, Work<T> work)
      throws SQLException, InterruptedException {
    return call(held, Retry.defaults(), check, work);
  }

  public static <T> T call(HeldConnection held, Retry retry, CommitCheck<T> check, Work<T> work)
      throws SQLException, InterruptedException {
    try {
      return retry.call(
          () -> attempt(held, check, work), UnreachableWarning.with(retry, SqlFaults::isRetryable));
    } catch (SQLException | InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new SQLException(fault.getMessage(), SqlFaults.state(fault), fault);
    }
  }

  private static <T> T attempt(HeldConnection held, CommitCheck<T> check, Work<T> work)
      throws SQLException {
    boolean done = false;
    try {
      Connection connection = held.use();
      T result = check.begin(connection);
      if (result == null) {
        result = work.in(connection);
        check.commit(connection, result);
      }
      done = true;
      return result;
    } finally {
      if (!done) {
        held.close(); // the server rolls back; the next attempt opens a new connection
      }
    }
  }
}
