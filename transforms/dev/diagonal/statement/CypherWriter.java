package dev.diagonal.statement;

import dev.diagonal.grid.CellLocks;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.internal.statement.CommitTurns;
import dev.diagonal.internal.statement.Neo4jConnection;
import dev.diagonal.internal.statement.Neo4jFaults;
import dev.diagonal.internal.statement.Neo4jSlots;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs a Cypher statement with all rows of a batch as its parameter {@code $rows}, over one
 * connection.
 *
 * <p>Not thread-safe.
 */
final class CypherWriter<T> implements BatchWriter<T> {

  /**
   * The turns of commits by database, for writers without slot locks, which are those of one
   * process.
   */
  private static final Map<String, CommitTurns> COMMITS = new ConcurrentHashMap<>();

  private final RunStatement<T> settings;
  private final Neo4jConnection connection;
  private Map<String, Long> changes = Map.of();

  /** Whether the statement returns rows; null until Neo4j has been asked. */
  private @Nullable Boolean returnsRows;

  CypherWriter(RunStatement<T> settings) {
    this.settings = settings;
    this.connection = new Neo4jConnection(settings.database());
  }

  /**
   * {@inheritDoc}
   *
   * @throws SQLException if the database refuses the batch, or Neo4j has no type for a value
   * @throws IllegalStateException if the driver is not on the class path
   */
  @Override
  public void write(Batch<T> batch) throws Exception {
    List<BoundRow> bound = settings.parameters().bind(batch.rows());
    try {
      changes = write(batch.cell(), bound);
    } catch (SQLException fault) {
      throw RowParameters.explained(bound, fault);
    }
  }

  private Map<String, Long> write(int cell, List<BoundRow> bound) throws SQLException {
    List<Column> columns = settings.parameters().columns();
    List<Map<String, Object>> rows = new ArrayList<>(bound.size());
    for (BoundRow row : bound) {
      rows.add(CypherValues.of(columns, row));
    }
    CellLocks locks = settings.locks();
    if (returnsRows == null) {
      returnsRows = connection.explain(settings.text());
    }
    boolean returns = returnsRows;
    if (locks == null) {
      return connection.transaction(
          transaction -> Neo4jConnection.execute(transaction, settings.text(), returns, rows),
          COMMITS.computeIfAbsent(
              settings.database().url(), url -> new CommitTurns(settings.database().toString())));
    }
    return connection.transaction(
        transaction -> {
          Neo4jSlots.take(transaction, Neo4jSlots.of(locks, cell));
          Map<String, Long> reported =
              Neo4jConnection.execute(transaction, settings.text(), returns, rows);
          Neo4jSlots.takeCommit(transaction);
          return reported;
        });
  }

  @Override
  public Map<String, Long> reported() {
    return changes;
  }

  @Override
  public boolean isRetryable(Exception fault) {
    return Neo4jFaults.isRetryable(fault);
  }

  @Override
  public boolean isCausedByRows(Exception fault) {
    String state = SqlFaults.state(fault);
    return Neo4jFaults.isCausedByRows(fault) || CypherValues.OUT_OF_RANGE.equals(state);
  }

  @Override
  public boolean isLockTimeout(Exception fault) {
    return Neo4jFaults.isLockTimeout(fault);
  }

  @Override
  public void close() {
    connection.close();
  }
}
