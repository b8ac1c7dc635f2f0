package dev.diagonal.statement;

import dev.diagonal.grid.CellLocks;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** How a SQL transaction locks the slots of a cell: in ascending order, until it ends. */
enum SqlSlots {

  /** PostgreSQL's advisory locks, which need no table. */
  ADVISORY {
    @Override
    void take(Connection transaction, CellLocks locks, int cell) throws SQLException {
      try (PreparedStatement statement = transaction.prepareStatement(ADVISORY_LOCK)) {
        statement.setString(1, locks.domain());
        statement.setObject(2, locks.of(cell));
        statement.execute();
      }
    }
  },

  /** Rows of the table {@code diagonal_slots}. */
  ROWS {
    @Override
    void take(Connection transaction, CellLocks locks, int cell) throws SQLException {
      try (PreparedStatement statement = transaction.prepareStatement(ROW_LOCK)) {
        for (int number : SlotNumbers.of(locks, cell)) {
          lockRow(statement, number);
        }
      }
    }
  };

  static final String TABLE = "diagonal_slots";

  private static final String CREATE = "CREATE TABLE " + TABLE + " (n INTEGER PRIMARY KEY)";
  private static final String COUNT = "SELECT count(*) FROM " + TABLE;
  private static final String ROW_LOCK = "SELECT n FROM " + TABLE + " WHERE n = ? FOR UPDATE";

  /** The ORDER BY makes the subquery sort before the first lock is taken. */
  private static final String ADVISORY_LOCK =
      "SELECT pg_advisory_xact_lock(hashtext('diagonal statement ' || ?), lock) FROM"
          + " (SELECT lock FROM unnest(?::integer[]) AS lock ORDER BY lock) AS locks";

  abstract void take(Connection transaction, CellLocks locks, int cell) throws SQLException;

  /** Returns how a database locks slots; null if it runs in one process, which has a scheduler. */
  static @Nullable SqlSlots of(JdbcTarget database) {
    DatabaseKind kind = DatabaseKind.of(database.url());
    if (kind.isFile()) {
      return null;
    }
    return kind == DatabaseKind.POSTGRES ? ADVISORY : ROWS;
  }

  /**
   * Creates what the locks need. Safe to call from concurrent processes.
   *
   * @throws SQLException if it cannot be created, or rows cannot be locked; the message says what
   *     to do
   */
  void create(JdbcTarget database) throws SQLException {
    if (this == ADVISORY) {
      return;
    }
    try (HeldConnection held = HeldConnection.toAny(database)) {
      SQLException fault = isComplete(held) ? null : createRows(held);
      Connection connection = held.use();
      int found = 0;
      try (Statement statement = connection.createStatement();
          ResultSet count = statement.executeQuery(COUNT)) {
        found = count.next() ? count.getInt(1) : 0;
      } catch (SQLException missing) {
        fault = fault == null ? missing : fault;
      }
      if (found != SlotNumbers.COUNT) {
        throw explained(database, "cannot create table " + TABLE, fault);
      }
      try (PreparedStatement statement = connection.prepareStatement(ROW_LOCK)) {
        lockRow(statement, 0);
      } catch (SQLException refused) {
        throw explained(database, "cannot lock rows with SELECT … FOR UPDATE", refused);
      }
      connection.rollback();
    }
  }

  /** Returns whether an earlier load has created all rows. */
  private static boolean isComplete(HeldConnection held) throws SQLException {
    Connection connection = held.use();
    try (Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery(COUNT)) {
      return count.next() && count.getInt(1) == SlotNumbers.COUNT;
    } catch (SQLException missing) {
      connection.rollback();
      return false;
    }
  }

  /** Returns the first fault of the database, or null. */
  private static @Nullable SQLException createRows(HeldConnection held) throws SQLException {
    SQLException fault = attempt(held, CREATE);
    for (int number : IntStream.range(0, SlotNumbers.COUNT).toArray()) {
      SQLException refused = attempt(held, "INSERT INTO %s VALUES (%s)".formatted(TABLE, number));
      fault = fault == null ? refused : fault;
    }
    return fault;
  }

  /** Ignores faults, since another process may have done the same; the caller checks the result. */
  private static @Nullable SQLException attempt(HeldConnection held, String sql)
      throws SQLException {
    Connection connection = held.use();
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      connection.commit();
      return null;
    } catch (SQLException fault) {
      connection.rollback();
      return fault;
    }
  }

  private static void lockRow(PreparedStatement statement, int number) throws SQLException {
    statement.setInt(1, number);
    try (ResultSet row = statement.executeQuery()) {
      if (!row.next()) {
        throw new SQLException(
            "row %s of table %s, a slot lock, has been deleted: start the load again; it creates the row"
                .formatted(number, TABLE));
      }
    }
  }

  private static SQLException explained(
      JdbcTarget database, String what, @Nullable SQLException fault) {
    return new SQLException(
        "%s in %s, which keeps parallel processes apart: %s; or load with one process (--runner=DirectRunner)"
            .formatted(what, database, fault == null ? "rows are missing" : fault.getMessage()),
        fault == null ? null : fault.getSQLState(),
        fault);
  }
}
