package dev.diagonal.internal.edges;

import dev.diagonal.conflictfree.PartSource;
import dev.diagonal.fault.Retry;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.sql.SqlScript;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Reads the rows of PostgreSQL queries, each through a cursor, with at most {@value #FETCH_ROWS}
 * rows in memory. Each uses one snapshot and one reader. A connection that is lost before the first
 * row is replaced. After that, the read fails, because emitted rows cannot be taken back.
 *
 * @param database where the queries run
 * @param reader converts the current row of the result
 */
public record QueryRows<T>(JdbcTarget database, Reader<T> reader) implements PartSource<String, T> {

  private static final int OPEN_ATTEMPTS = 3;

  private static final int FETCH_ROWS = 10_000;

  /** Converts the current row of a result, and emits or rejects it. */
  @FunctionalInterface
  public interface Reader<T> extends Serializable {
    void read(ResultSet result, Output<T> rows) throws SQLException;
  }

  @Override
  public void drive(String sql, Output<T> rows) throws SQLException, InterruptedException {
    try (HeldConnection held = new HeldConnection(database)) {
      ResultSet result = opened(held, sql);
      while (result.next()) {
        reader.read(result, rows);
      }
      held.use().commit();
    }
  }

  /** Opens the result. No row has been emitted yet, so a lost connection may be replaced. */
  private ResultSet opened(HeldConnection held, String sql)
      throws SQLException, InterruptedException {
    try {
      return Retry.defaults()
          .withMaxAttempts(OPEN_ATTEMPTS)
          .call(() -> open(held, sql), SqlFaults::isRetryable);
    } catch (SQLException | InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new SQLException(
          "cannot read the rows of a query in %s: %s".formatted(database, fault.getMessage()),
          SqlFaults.state(fault),
          fault);
    }
  }

  private ResultSet open(HeldConnection held, String sql) throws SQLException {
    boolean done = false;
    try {
      Connection connection = held.use();
      HeldConnection.awaitRows(connection);
      // A slow target may hold the rows back for any time, during which the transaction is idle.
      try (var settings = connection.createStatement()) {
        settings.execute(
            "SET TRANSACTION READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0");
      }
      // Closed with the connection. A prepared statement would take the operator ? for a parameter.
      Statement statement = connection.createStatement();
      statement.setFetchSize(FETCH_ROWS);
      ResultSet result = statement.executeQuery(SqlScript.forDriver(SqlScript.query(sql)));
      done = true;
      return result;
    } finally {
      if (!done) {
        held.close();
      }
    }
  }
}
