package dev.diagonal.jdbc.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import javax.sql.DataSource;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections through the data source of a {@code JdbcIO}. Uses only {@code buildDatasource}
 * of its configuration, whose {@code toString} shows the password.
 */
final class DataSourceConnector implements Connector {

  private final JdbcIO.DataSourceConfiguration configuration;
  private transient @Nullable DataSource source;

  DataSourceConnector(JdbcIO.DataSourceConfiguration configuration) {
    this.configuration = configuration;
  }

  @Override
  public Connection connect() throws SQLException {
    Connection connection;
    try {
      connection = source().getConnection();
    } catch (SQLException fault) {
      throw DriverConnector.withoutSecrets(fault, "");
    }
    try {
      connection.setNetworkTimeout(Runnable::run, ANSWER_SECONDS * 1_000);
    } catch (SQLFeatureNotSupportedException e) {
      // The driver's own limits apply.
    }
    return connection;
  }

  @Override
  public String name() {
    return "a data source of JdbcIO";
  }

  @Override
  public String toString() {
    return name();
  }

  private synchronized DataSource source() {
    if (source == null) {
      source = configuration.buildDatasource();
    }
    return source;
  }
}
