package dev.diagonal.internal.statement;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.neo4j.jdbc.Neo4jPreparedStatement;

/**
 * A connection to Neo4j: opened on first use, validated after a pause, replaced after it was
 * discarded. Each statement is a transaction. Connecting takes at most 10 seconds.
 *
 * <p>Not thread-safe.
 */
public final class Neo4jConnection implements AutoCloseable {

  private static final int ANSWER_SECONDS = 120;
  private static final int VALIDATION_SECONDS = 5;
  private static final long VALIDATED_AFTER_NANOS = 1_000_000_000;

  /**
   * The sum of Neo4j's counters: created and deleted nodes and relationships, properties set,
   * labels added and removed.
   */
  private static final String CHANGES = "changes";

  private final JdbcTarget target;
  private @Nullable Connection connection;
  private long lastUsedNanos;

  /** Creates a connection that is not open yet. */
  public Neo4jConnection(JdbcTarget target) {
    Neo4jDrivers.checkNeo4j(target);
    this.target = target;
  }

  /**
   * Runs an idempotent statement without parameters in its own transaction. Repeats it after a
   * transient error, such as a deadlock with another process that prepares the same load.
   */
  public void run(String cypher) throws SQLException {
    repeat(
        () ->
            guarded(
                () -> {
                  try (Statement statement = use().createStatement()) {
                    statement.execute(cypher);
                  }
                }));
  }

  /** Runs a query without parameters and returns its rows. */
  public List<List<Object>> query(String cypher) throws SQLException {
    List<List<Object>> rows = new ArrayList<>();
    guarded(
        () -> {
          try (Statement statement = use().createStatement();
              ResultSet result = statement.executeQuery(cypher)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
              List<Object> row = new ArrayList<>();
              for (int column = 1; column <= columns; column++) {
                row.add(result.getObject(column));
              }
              rows.add(row);
            }
          }
        });
    return rows;
  }

  /**
   * Runs an idempotent statement whose parameter {@code $rows} is a list of maps, in its own
   * transaction. Repeats it after a transient error.
   */
  public void run(String cypher, List<Map<String, Object>> rows) throws SQLException {
    repeat(
        () -> {
          var unused = transaction(connection -> execute(connection, cypher, false, rows));
        });
  }

  private void repeat(Call call) throws SQLException {
    try {
      var unused =
          Retry.defaults()
              .call(
                  () -> {
                    call.run();
                    return true;
                  },
                  Neo4jFaults::isTransient);
    } catch (SQLException | RuntimeException fault) {
      throw fault;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", interrupted);
    } catch (Exception exhausted) {
      throw new SQLException(String.valueOf(exhausted.getMessage()), exhausted);
    }
  }

  /** The work of a transaction. It may run more than once. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Connection transaction) throws SQLException;
  }

  /** Runs {@code work} in one transaction and commits. Closes the connection after a fault. */
  public <T> T transaction(Work<T> work) throws SQLException {
    return transaction(work, new CommitTurns(target.toString()));
  }

  /**
   * Runs {@code work} in one transaction and commits when it is its turn. Closes the connection
   * after a fault.
   *
   * @throws java.sql.SQLTimeoutException if another commit takes longer than a minute
   */
  public <T> T transaction(Work<T> work, CommitTurns commits) throws SQLException {
    List<T> result = new ArrayList<>(1);
    try {
      guarded(
          () -> {
            Connection transaction = use();
            transaction.setAutoCommit(false);
            result.add(work.in(transaction));
            commits.run(transaction::commit);
            transaction.setAutoCommit(true);
          });
    } catch (SQLException | RuntimeException fault) {
      close(); // the server rolls back
      throw fault;
    }
    return result.get(0);
  }

  /**
   * Lets Neo4j plan a statement without running it.
   *
   * @return whether the statement returns rows
   * @throws SQLException if Neo4j refuses it
   */
  public boolean explain(String cypher) throws SQLException {
    boolean[] rows = {false};
    guarded(
        () -> {
          try (Statement statement = use().createStatement();
              ResultSet result = statement.executeQuery("EXPLAIN " + cypher)) {
            rows[0] = result.getMetaData().getColumnCount() > 0;
          }
        });
    return rows[0];
  }

  /**
   * Runs a statement within a transaction, and returns what it reports.
   *
   * @param returnsRows whether it returns rows; the driver does not return rows and counters
   *     together
   */
  public static Map<String, Long> execute(
      Connection transaction, String cypher, boolean returnsRows, List<Map<String, Object>> rows)
      throws SQLException {
    try (PreparedStatement statement = transaction.prepareStatement(cypher)) {
      statement.setQueryTimeout(ANSWER_SECONDS);
      statement.unwrap(Neo4jPreparedStatement.class).setObject(CypherText.ROWS, rows);
      if (returnsRows) {
        return StatementReport.of(statement.executeQuery());
      }
      boolean unused = statement.execute(); // executeUpdate() leaves properties out
      return StatementReport.of(CHANGES, statement.getUpdateCount());
    }
  }

  /** Closes the connection, broken or not; the next statement opens another. */
  @Override
  public void close() {
    Connection held = connection;
    connection = null;
    if (held != null) {
      try {
        guarded(held::close);
      } catch (SQLException e) {
        // The connection is discarded anyway, and the server rolls back its open transaction.
      }
    }
  }

  private Connection use() throws SQLException {
    Connection held = connection;
    if (held != null
        && System.nanoTime() - lastUsedNanos > VALIDATED_AFTER_NANOS
        && !held.isValid(VALIDATION_SECONDS)) {
      close();
      held = null;
    }
    if (held == null) {
      held = Neo4jDrivers.connect(target);
      connection = held;
    }
    lastUsedNanos = System.nanoTime();
    return held;
  }

  /** Wraps connection faults that the driver throws as unchecked exceptions. */
  private void guarded(Call call) throws SQLException {
    Neo4jDrivers.quieten();
    try {
      call.run();
    } catch (NoClassDefFoundError e) {
      throw Neo4jDrivers.missing(e);
    } catch (RuntimeException fault) {
      if (Neo4jFaults.isOfDriver(fault)) {
        throw new SQLException(
            "lost the connection to, or cannot connect to, %s: %s"
                .formatted(target, JdbcUrl.shownIn(String.valueOf(fault.getMessage()))),
            "08000",
            fault);
      }
      throw fault;
    }
  }

  private interface Call {
    void run() throws SQLException;
  }
}
