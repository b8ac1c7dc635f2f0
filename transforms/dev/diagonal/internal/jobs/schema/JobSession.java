package dev.diagonal.internal.jobs.schema;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.schema.Session;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Transactions on one connection, which is replaced when it breaks. Isolation is READ COMMITTED,
 * whatever the database's default. Not thread-safe.
 */
public final class JobSession implements Session {

  private static final int NO_TIMEOUT = 0;

  private final String database;
  private final Session held;
  private final Retry.Sleeper sleeper;
  private final DoubleSupplier jitter;
  private @Nullable Connection prepared;

  /**
   * @throws IllegalArgumentException if {@code database} is not PostgreSQL
   */
  public JobSession(JdbcTarget database) {
    this(
        database.toString(),
        new HeldConnection(database),
        delay -> Thread.sleep(delay.toMillis()),
        () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * @param database names the database in messages
   * @param sleeper waits between attempts
   * @param jitter random numbers from 0 to 1, for these waits
   */
  JobSession(String database, Session held, Retry.Sleeper sleeper, DoubleSupplier jitter) {
    this.database = database;
    this.held = held;
    this.sleeper = sleeper;
    this.jitter = jitter;
  }

  /** The work of a transaction, which is committed afterwards. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Connection connection) throws SQLException, InterruptedException;
  }

  /**
   * Returns the result of a transaction. It is repeated on a new connection while it fails with a
   * retryable error, so it must be idempotent.
   *
   * @throws SQLException if it fails with another error, or too often
   */
  public <T> T call(Work<T> work) throws SQLException, InterruptedException {
    try {
      return Retry.defaults().call(() -> callOnce(work), SqlFaults::isRetryable, sleeper, jitter);
    } catch (SQLException | InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new SQLException(database + ": " + fault.getMessage(), SqlFaults.state(fault), fault);
    }
  }

  /** Returns the result of a transaction, which is tried once. */
  public <T> T callOnce(Work<T> work) throws SQLException, InterruptedException {
    boolean done = false;
    try {
      Connection connection = held.use();
      if (held.isPooled()) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
        }
      } else if (connection != prepared) {
        // At a higher level, completing a batch after a heartbeat would be a serialization failure.
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        prepared = connection;
      }
      T result = work.in(connection);
      connection.commit();
      done = true;
      return result;
    } finally {
      if (!done) {
        // Also rolls back.
        held.close();
      }
    }
  }

  /**
   * Returns the result of a transaction that may take any time in the server, such as a plan over a
   * large table.
   */
  public <T> T callLong(Work<T> work) throws SQLException, InterruptedException {
    return call(
        connection -> {
          int timeout = connection.getNetworkTimeout();
          connection.setNetworkTimeout(Runnable::run, NO_TIMEOUT);
          T result = work.in(connection);
          connection.setNetworkTimeout(Runnable::run, timeout);
          return result;
        });
  }

  @Override
  public Connection use() throws SQLException {
    return held.use();
  }

  @Override
  public void close() {
    held.close();
  }
}
