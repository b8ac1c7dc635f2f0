package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.SQLException;

/** A connection that is opened when it is used, and opened again after it was closed. */
public interface Session extends AutoCloseable {

  /**
   * Returns the connection, which is open.
   *
   * @throws SQLException if the database cannot be reached
   */
  Connection use() throws SQLException;

  /** Whether the connection goes through a pooler, where settings must be a transaction's. */
  default boolean isPooled() {
    return false;
  }

  /** Closes the connection; the next {@link #use} opens another one. */
  @Override
  void close();
}
