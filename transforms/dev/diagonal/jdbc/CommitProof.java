package dev.diagonal.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Tells whether a transaction of PostgreSQL was committed whose commit got no answer ({@code
 * txid_status}, <a
 * href="https://www.postgresql.org/docs/16/functions-info.html#FUNCTIONS-INFO-SNAPSHOT">Transaction
 * ID and Snapshot Information</a>).
 */
final class CommitProof {

  private static final String RESOLUTION_UNKNOWN = "08007";
  private static final String OF_THE_FUTURE = "22023";

  private long transaction;

  /** Notes the transaction that is open. */
  void prepare(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT txid_current()");
        ResultSet result = statement.executeQuery()) {
      result.next();
      transaction = result.getLong(1);
    }
  }

  /**
   * Whether the transaction that was noted is committed; if not, it never will be.
   *
   * @throws SQLException if it is still open, which may pass (SQLState 08007)
   */
  boolean isCommitted(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT txid_status(?)")) {
      statement.setLong(1, transaction);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        String status = result.getString(1);
        if ("in progress".equals(status)) {
          throw new SQLException(
              "transaction " + transaction + " got no answer and is still open",
              RESOLUTION_UNKNOWN);
        }
        return "committed".equals(status);
      }
    } catch (SQLException e) {
      if (OF_THE_FUTURE.equals(e.getSQLState())) {
        connection.rollback();
        return false; // a crash of the server lost it, number and all
      }
      throw e;
    }
  }
}
