package dev.diagonal.jdbc.write;

import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.KeyOrder;
import dev.diagonal.jdbc.write.BatchOutcome.Rejected;
import dev.diagonal.jdbc.write.RowBatches.BadRows;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Finds the bad rows of a transaction that failed on its data, and writes the good ones. Halves the
 * rows, each half after a savepoint, until every failing row is alone, unless the database can
 * {@linkplain BatchRows#sift do that by itself}. All of it is one transaction, so it can be
 * repeated; without savepoints, each part is a transaction, unless only the first bad row counts.
 */
final class RowSieve<T> {

  private final Connection connection;
  private final BatchRows<T> rows;
  private final KeyOrder order;
  private final boolean firstOnly;
  private final List<Rejected> rejected = new ArrayList<>();

  /**
   * @param bad what happens to bad rows: if they fail the batch, or undo it where there are no
   *     savepoints, the sieve stops at the first one and writes nothing
   */
  RowSieve(Connection connection, BatchRows<T> rows, KeyOrder order, BadRows bad) {
    this.connection = connection;
    this.rows = rows;
    this.order = order;
    this.firstOnly = bad == BadRows.FAIL || (bad == BadRows.UNDO && !rows.hasSavepoints());
  }

  /**
   * Sends the good rows and returns the bad ones, in the order of their keys. Does not commit.
   *
   * @throws SQLException if the database fails for a reason other than the rows
   */
  List<Rejected> rejected() throws SQLException {
    if (connection.isWrapperFor(PGConnection.class)) {
      try (Statement statement = connection.createStatement()) {
        // Otherwise a deferred constraint would fail only at the commit, for all rows together.
        statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
      }
    }
    List<Rejected> bySelf = firstOnly ? null : rows.sift(connection, order);
    if (bySelf != null) {
      return notReplaced(bySelf);
    }
    rows.begin(connection);
    if (firstOnly && !rows.hasSavepoints()) {
      rejectFirst();
    } else {
      boolean unused = sift(0, order.places(), true);
    }
    return rejected;
  }

  /**
   * Finds the first bad row without a commit: the end of the shortest part that fails, from the
   * first row on. If none fails any more, all rows are sent.
   */
  private void rejectFirst() throws SQLException {
    int good = 0;
    int bad = order.places();
    SQLException fault = null;
    while (fault == null || bad - good > 1) {
      int middle = fault == null ? bad : (good + bad) >>> 1;
      SQLException found = sendAlone(order.sent(), 0, middle);
      if (found != null) {
        fault = found;
        bad = middle;
      } else if (fault == null) {
        return;
      } else {
        good = middle;
        connection.rollback();
      }
    }
    int[] members = order.rowsOf(bad - 1);
    rejected.add(new Rejected(members[members.length - 1], reason(fault)));
  }

  /** Sends these rows. Rolls back and returns why they are bad; null if they are good. */
  private @Nullable SQLException sendAlone(int[] sent, int from, int to) throws SQLException {
    try {
      rows.send(connection, sent, from, to);
      return null;
    } catch (SQLException fault) {
      if (!SqlFaults.isCausedByRows(fault)) {
        throw fault;
      }
      connection.rollback();
      return fault;
    }
  }

  /** Drops bad rows that a good row of the same key replaces: they do not count. */
  private List<Rejected> notReplaced(List<Rejected> bad) {
    Map<Integer, Rejected> byRow = new HashMap<>();
    bad.forEach(row -> byRow.put(row.row(), row));
    for (int place = 0; place < order.places() && !byRow.isEmpty(); place++) {
      int[] members = order.rowsOf(place);
      for (int i = members.length - 1; i >= 0; i--) {
        Rejected row = byRow.remove(members[i]);
        if (row == null) {
          break;
        }
        rejected.add(row);
      }
    }
    return rejected;
  }

  /** Returns whether all rows at these positions were good. */
  private boolean sift(int from, int to, boolean knownBad) throws SQLException {
    if (firstOnly && !rejected.isEmpty()) {
      return true;
    }
    if (to - from == 1) {
      return siftOne(from);
    }
    if (!knownBad && attempt(order.sent(), from, to) == null) {
      return true;
    }
    int middle = (from + to) >>> 1;
    boolean leftIsGood = sift(from, middle, false);
    boolean rightIsGood = sift(middle, to, leftIsGood);
    return leftIsGood && rightIsGood;
  }

  /** If the last row of a key is bad, tries the one before it, as if they had come separately. */
  private boolean siftOne(int place) throws SQLException {
    SQLException fault = attempt(order.sent(), place, place + 1);
    if (fault == null) {
      return true;
    }
    int[] members = order.rowsOf(place);
    int last = members.length - 1;
    boolean merged = order.sent()[place] != members[last];
    rejected.add(new Rejected(members[last], reason(fault)));
    for (int i = last - 1; i >= 0; i--) {
      SQLException another = merged ? fault : attempt(members, i, i + 1);
      if (another == null) {
        break;
      }
      rejected.add(new Rejected(members[i], reason(another)));
    }
    return false;
  }

  /** Sends these rows. Returns why they are bad, or null if they are good. */
  private @Nullable SQLException attempt(int[] sent, int from, int to) throws SQLException {
    if (!rows.hasSavepoints()) {
      return attemptInTransaction(sent, from, to);
    }
    Savepoint before = connection.setSavepoint();
    try {
      rows.send(connection, sent, from, to);
    } catch (SQLException fault) {
      if (!SqlFaults.isCausedByRows(fault)) {
        throw fault;
      }
      connection.rollback(before);
      return fault;
    }
    connection.releaseSavepoint(before);
    rows.clear(connection);
    return null;
  }

  /**
   * Commits these rows, so that those that follow see them, or rolls back. An attempt at all rows
   * has ended before.
   */
  private @Nullable SQLException attemptInTransaction(int[] sent, int from, int to)
      throws SQLException {
    SQLException fault = sendAlone(sent, from, to);
    if (fault == null) {
      connection.commit();
    }
    return fault;
  }

  /** Returns the server's message without the row's values, which a driver may add as a detail. */
  private static String reason(SQLException fault) {
    ServerErrorMessage serverMessage =
        fault instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
    if (serverMessage != null && serverMessage.getDetail() != null) {
      return serverMessage.getSeverity() + ": " + serverMessage.getMessage();
    }
    String message = fault.getMessage();
    return message == null ? fault.toString() : message;
  }
}
