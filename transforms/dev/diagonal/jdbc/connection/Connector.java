package dev.diagonal.jdbc.connection;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Opens connections to one database. Connecting takes at most 10 seconds; each reply takes at most
 * {@value #ANSWER_SECONDS} seconds. The {@code toString} names the database and contains no secret.
 */
public interface Connector extends Serializable {

  /** How long a connection waits for a reply, unless its URL sets a limit. */
  int ANSWER_SECONDS = 120;

  static Connector of(JdbcTarget target) {
    return new DriverConnector(target);
  }

  Connection connect() throws SQLException;

  /** Returns the name by which the connections of a JVM are counted. */
  String name();
}
