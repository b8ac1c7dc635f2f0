package dev.diagonal.beamio;

import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import dev.diagonal.jdbc.connection.Connector;
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
public final class JdbcIoConnector implements Connector {

  private final JdbcIO.DataSourceConfiguration configuration;
  private transient @Nullable DataSource source;

  private JdbcIoConnector(JdbcIO.DataSourceConfiguration configuration) {
    this.configuration = configuration;
  }

  /** Returns connections to the database that {@code JdbcIO} is configured for. */
  public static Connector of(JdbcIO.DataSourceConfiguration configuration) {
    return new JdbcIoConnector(configuration);
  }

  @Override
  public Connection connect() throws SQLException {
    Connection connection;
    try {
      connection = source().getConnection();
    } catch (SQLException fault) {
      throw JdbcUrl.withoutSecrets(fault, "");
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
