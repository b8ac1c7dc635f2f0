package dev.diagonal.jdbc.connection;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import org.apache.beam.sdk.io.jdbc.JdbcIO;

/**
 * Opens connections to one database, which wait at most 10 seconds to be there and 120 seconds for
 * an answer. Its {@code toString} names the database and holds no secret.
 */
public interface Connector extends Serializable {

  static Connector of(JdbcTarget target) {
    return new DriverConnector(target);
  }

  static Connector of(JdbcIO.DataSourceConfiguration configuration) {
    return new DataSourceConnector(configuration);
  }

  Connection connect() throws SQLException;

  /** What the connections of one JVM are counted by. */
  String name();
}
