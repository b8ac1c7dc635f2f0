package dev.diagonal.statement;

import dev.diagonal.grid.CellLocks;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.statement.CypherText;
import dev.diagonal.internal.statement.Neo4jConnection;
import dev.diagonal.internal.statement.Neo4jDrivers;
import dev.diagonal.internal.statement.Neo4jFaults;
import dev.diagonal.internal.statement.Neo4jSlots;
import dev.diagonal.internal.statement.StatementRefusedException;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.schedule.BatchWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs a user's statement for each batch, in one transaction with the slot locks of its cell.
 *
 * <p>On Neo4j the statement is Cypher. It runs once per batch and has one parameter {@code $rows},
 * a list with a map per row: {@code UNWIND $rows AS row MATCH … MERGE …}. On PostgreSQL it is SQL.
 * It runs once per batch, and each parameter is an array of one column's values: {@code INSERT INTO
 * knows SELECT * FROM unnest(:source, :target)}. On other databases it is SQL and runs for each
 * row, as a JDBC batch. SQL names columns as {@code :column}, or takes all of them in order as
 * {@code ?}.
 *
 * <p>Values keep their types: whole numbers, decimals, floating-point numbers, texts, booleans,
 * dates and times, lists and maps ({@code jsonb}), null. Neo4j has no decimals: a decimal becomes a
 * floating-point number, and a row is bad if that is not exact.
 *
 * <p>Guarantee: a batch is written by one transaction or not at all. A batch whose commit got no
 * reply is repeated, so the statement must be idempotent, like {@code MERGE} on a key or {@code
 * INSERT … ON CONFLICT DO NOTHING}.
 *
 * <p>The statement reports ({@link BatchWriter#reported}) the sums of the whole-number columns that
 * it returns, such as {@code RETURN count(*) AS relationships}. If it returns no rows, it reports
 * {@code rows_updated} in SQL and Neo4j's {@code changes} in Cypher.
 *
 * <p>Slot locks: PostgreSQL's advisory locks; 16 nodes {@code (:DiagonalSlot {n})} in Neo4j; 64
 * rows of table {@code diagonal_slots} elsewhere; none in DuckDB and SQLite, which run in one
 * process.
 *
 * @param database the database; its driver must be on the class path
 * @param text the statement
 * @param parameters the values of a row
 * @param locks the slot locks, or null if one process writes
 */
public record RunStatement<T>(
    JdbcTarget database, String text, RowParameters<T> parameters, @Nullable CellLocks locks)
    implements BatchWriter.Factory<T> {

  /**
   * @throws IllegalArgumentException if the statement's parameters are not columns of the rows, or
   *     one is an array on PostgreSQL
   */
  public RunStatement {
    if (Neo4jDrivers.accepts(database.url())) {
      CypherText.check(text, parameters.names());
    } else {
      call(database, text, parameters).check();
    }
  }

  /**
   * Returns writers without slot locks, for one process. On Neo4j they commit one after another:
   * commits of transactions without a common node could deadlock.
   */
  public static <T> RunStatement<T> in(
      JdbcTarget database, String text, RowParameters<T> parameters) {
    return new RunStatement<>(database, text, parameters, null);
  }

  /** Takes the locks of a batch's cell, so that several processes may write concurrently. */
  public RunStatement<T> withLocks(CellLocks slotLocks) {
    return new RunStatement<>(database, text, parameters, slotLocks);
  }

  /**
   * Lets the database parse the statement without running it, and creates the slot locks. Call this
   * once before any batch is written.
   *
   * @throws StatementRefusedException if the database refuses the statement
   * @throws dev.diagonal.internal.statement.GraphMismatchException if nodes of Neo4j prevent the
   *     slot locks
   * @throws SQLException if the database cannot be reached, or the slot locks cannot be created
   */
  public void prepare() throws SQLException {
    if (isCypher()) {
      try (Neo4jConnection connection = new Neo4jConnection(database)) {
        explain(connection);
        if (locks != null) {
          Neo4jSlots.create(database, connection);
        }
      }
      return;
    }
    explain();
    SqlSlots slots = slots();
    if (locks != null && slots != null) {
      slots.create(database);
    }
  }

  /**
   * Lets the database parse the statement without running it, and changes nothing.
   *
   * @throws StatementRefusedException if the database refuses the statement
   * @throws dev.diagonal.internal.statement.GraphMismatchException if nodes of Neo4j prevent the
   *     slot locks
   * @throws SQLException if the database cannot be reached
   */
  public void check() throws SQLException {
    if (isCypher()) {
      try (Neo4jConnection connection = new Neo4jConnection(database)) {
        explain(connection);
        if (locks != null) {
          Neo4jSlots.check(database, connection);
        }
      }
    } else {
      explain();
    }
  }

  /** Returns whether a column is a parameter of the statement. */
  public boolean uses(String column) {
    if (isCypher()) {
      // As in row.id, row.`id` or row['id']; a comment that names it does no harm.
      return text.contains(column);
    }
    return sql().text().columns().contains(parameters.names().indexOf(column));
  }

  private void explain(Neo4jConnection connection) throws SQLException {
    try {
      boolean unused = connection.explain(text);
    } catch (SQLException fault) {
      if (Neo4jFaults.isOfStatement(fault)) {
        throw new StatementRefusedException(database, fault);
      }
      throw fault;
    }
  }

  private void explain() throws SQLException {
    SqlCall call = sql();
    try (HeldConnection held = HeldConnection.toAny(database)) {
      Connection connection = held.use();
      try {
        if (call.arrays()) {
          SqlText explained = new SqlText("EXPLAIN " + call.text().sql(), call.text().columns());
          var unused = new SqlCall(explained, call.columns(), true).execute(connection, List.of());
        } else {
          try (PreparedStatement statement = connection.prepareStatement(call.text().sql())) {
            var unused = statement.getParameterMetaData();
          }
        }
      } catch (SQLException fault) {
        if (SqlFaults.isRetryable(fault)) {
          throw fault;
        }
        throw new StatementRefusedException(database, fault);
      }
      connection.rollback();
    }
  }

  private boolean isCypher() {
    return Neo4jDrivers.accepts(database.url());
  }

  SqlCall sql() {
    return call(database, text, parameters);
  }

  private static SqlCall call(JdbcTarget database, String text, RowParameters<?> parameters) {
    return new SqlCall(
        SqlText.of(text, parameters.names()),
        parameters.columns(),
        SqlSlots.of(database) == SqlSlots.ADVISORY);
  }

  /** Returns how the database locks slots; null if it does not. */
  @Nullable SqlSlots slots() {
    return SqlSlots.of(database);
  }

  @Override
  public BatchWriter<T> open() {
    return isCypher() ? new CypherWriter<>(this) : new SqlWriter<>(this);
  }

  @Override
  public String target() {
    return (isCypher() ? "Neo4j at " : "") + database;
  }

  @Override
  public boolean locksSlots() {
    return locks != null && (isCypher() || SqlSlots.of(database) != null);
  }
}
