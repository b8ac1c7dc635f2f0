package dev.diagonal.internal.statement;

import dev.diagonal.grid.CellLocks;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.Arrays;

/**
 * Slot locks as {@value #COUNT} nodes of Neo4j, plus one node for {@linkplain #takeCommit commits}.
 * A transaction takes the write lock of a node by setting a property of it, and holds it until it
 * ends.
 *
 * <p>Each lock is a statement, and so a round trip. There are therefore few: one for four buckets
 * of ids, at whichever end they are. On a grid of {@value #COUNT} slots a transaction takes two.
 */
public final class Neo4jSlots {

  /**
   * The number of slot locks. Cells of a larger grid may wait for each other although they share no
   * slot.
   */
  public static final int COUNT = 16;

  /** The numbers of four buckets, each with two ends. */
  private static final int NUMBERS_PER_LOCK = 8;

  private static final UniqueKey KEY = new UniqueKey("DiagonalSlot", "n");

  private static final String MERGE =
      "UNWIND range(0, %s) AS n MERGE (:DiagonalSlot {n: n})".formatted(COUNT);

  /** Locks one slot per statement: with several, the planner would decide the order. */
  private static final String LOCK =
      "MATCH (slot:DiagonalSlot {n: $1}) SET slot.taken = timestamp()";

  /** Greater than the numbers of slots: all locks are taken in ascending order. */
  private static final int[] COMMIT = {COUNT};

  private static final int WAIT_SECONDS = 60;

  private Neo4jSlots() {}

  /**
   * Creates missing nodes, and the constraint that makes each of them unique.
   *
   * @throws GraphMismatchException if nodes or an index prevent the constraint
   * @throws SQLException if the database refuses, for example because the user may not create a
   *     constraint
   */
  public static void create(JdbcTarget database, Neo4jConnection connection) throws SQLException {
    try {
      KEY.create(database, connection);
      connection.run(MERGE);
    } catch (SQLException fault) {
      if (Neo4jFaults.isForbidden(fault)) {
        throw new SQLException(
            "the user of %s may not create the slot locks, nodes (:DiagonalSlot {n}) with a constraint: have an administrator run \"%s\" and \"%s\", or load with one process (--runner=DirectRunner)"
                .formatted(database, KEY.constraint(), MERGE),
            fault.getSQLState(),
            fault);
      }
      throw fault;
    }
  }

  /**
   * Checks that nothing prevents the constraint, and changes nothing.
   *
   * @throws GraphMismatchException if nodes or an index prevent it
   */
  public static void check(JdbcTarget database, Neo4jConnection connection) throws SQLException {
    String unused = KEY.check(database, connection);
  }

  /** Returns the locks of a cell in ascending order, each once. */
  public static int[] of(CellLocks locks, int cell) {
    return Arrays.stream(locks.of(cell))
        .map(number -> number / NUMBERS_PER_LOCK % COUNT)
        .sorted()
        .distinct()
        .toArray();
  }

  /**
   * Takes locks in the order of their numbers, waiting {@value #WAIT_SECONDS} seconds for each.
   *
   * @throws SQLException if a node is missing, or a lock was not free in time
   */
  public static void take(Connection transaction, int[] numbers) throws SQLException {
    try (PreparedStatement statement = transaction.prepareStatement(LOCK)) {
      statement.setQueryTimeout(WAIT_SECONDS);
      for (int number : numbers) {
        statement.setInt(1, number);
        if (take(statement, number) == 0) {
          throw new SQLException(
              "the slot lock (:DiagonalSlot {n: %s}) has been deleted: start the load again; it creates the node"
                  .formatted(number));
        }
      }
    }
  }

  /**
   * Takes the lock of commits, after the locks of slots and right before the commit. While it
   * commits, Neo4j links the relationships of a node, and locks the neighbours of new ones. These
   * may belong to other slots at their other ends. Without this lock, transactions that share no
   * slot would deadlock there.
   *
   * @throws SQLException if the node is missing, or the lock was not free in time
   */
  public static void takeCommit(Connection transaction) throws SQLException {
    take(transaction, COMMIT);
  }

  private static int take(PreparedStatement statement, int number) throws SQLException {
    try {
      return statement.executeUpdate();
    } catch (SQLTimeoutException fault) {
      SQLTimeoutException explained =
          new SQLTimeoutException(
              "waited %s s for the slot lock (:DiagonalSlot {n: %s}), which another transaction holds: if its process is gone, SHOW TRANSACTIONS finds it and TERMINATE TRANSACTIONS ends it"
                  .formatted(WAIT_SECONDS, number),
              fault.getSQLState());
      explained.initCause(fault);
      throw explained;
    }
  }
}
