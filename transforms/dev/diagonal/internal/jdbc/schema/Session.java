package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.SQLException;

/** A connection that is opened on first use, and reopened after it was closed. */
public interface Session extends AutoCloseable {

  /**
   * Returns the open connection.
   *
   * @throws SQLException if the database cannot be reached
   */
  Connection use() throws SQLException;

  /**
   * Returns whether the connection goes through a pooler, where settings must be set per
   * transaction.
   */
  default boolean isPooled() {
    return false;
  }

  /** Closes the connection; the next {@link #use} opens another one. */
  @Override
  void close();
}
