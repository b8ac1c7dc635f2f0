package dev.diagonal.jdbc.connection;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import dev.diagonal.internal.jdbc.sql.KeepAliveSockets;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Opens connections through PostgreSQL's driver, or any other driver that accepts the URL. */
record DriverConnector(JdbcTarget target) implements Connector {

  static final int CONNECT_SECONDS = 10;

  private static final Retry CLOSING =
      Retry.defaults().withMaxAttempts(20).withDelays(Duration.ofMillis(5), Duration.ofMillis(500));

  /**
   * PostgreSQL's driver, without {@link DriverManager}. That does not see drivers in the class
   * loader of a Flink job. Its JVM-wide list, in which the driver registers itself, would keep the
   * classes of each job (20 MB) for the lifetime of the worker.
   */
  private static final class Postgres {
    static final Driver DRIVER = new org.postgresql.Driver();

    static {
      String loader = String.valueOf(org.postgresql.Driver.class.getClassLoader());
      if (loader.startsWith("org.apache.flink.") && org.postgresql.Driver.isRegistered()) {
        try {
          org.postgresql.Driver.deregister();
        } catch (SQLException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @Override
  public Connection connect() throws SQLException {
    try {
      return DatabaseKind.of(target.url()) == DatabaseKind.POSTGRES ? toPostgres() : toAnother();
    } catch (SQLException fault) {
      throw JdbcUrl.withoutSecrets(ofUnknownHost(fault), target.url());
    }
  }

  @Override
  public String name() {
    return target.toString();
  }

  @Override
  public String toString() {
    return target.toString();
  }

  private Connection toPostgres() throws SQLException {
    Properties properties = login();
    properties.setProperty("ApplicationName", "diagonal");
    properties.setProperty("connectTimeout", String.valueOf(CONNECT_SECONDS));
    properties.setProperty("loginTimeout", String.valueOf(CONNECT_SECONDS));
    properties.setProperty("socketTimeout", String.valueOf(ANSWER_SECONDS));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("socketFactory", KeepAliveSockets.class.getName());
    // The details of an error, and the text of a failed batch, contain values of rows.
    properties.setProperty("logServerErrorDetail", "false");
    return opened(Postgres.DRIVER.connect(target.url(), properties));
  }

  private Connection toAnother() throws SQLException {
    Driver driver = DriverManager.getDriver(target.url());
    DatabaseKind kind = DatabaseKind.of(target.url());
    Properties properties = login();
    properties.putAll(kind.properties());
    Connection connection = opened(once(kind, () -> driver.connect(target.url(), properties)));
    boolean done = false;
    try {
      limitSilence(connection);
      kind.prepare(connection);
      done = true;
      return connection;
    } finally {
      if (!done) {
        connection.close();
      }
    }
  }

  /** Connects again while another thread of this JVM closes its last connection to a file. */
  private static @Nullable Connection once(
      DatabaseKind kind, Callable<@Nullable Connection> connect) throws SQLException {
    try {
      return CLOSING.call(connect, kind::isClosing);
    } catch (SQLException | RuntimeException fault) {
      throw fault;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", e);
    } catch (Exception exhausted) {
      throw new SQLException(String.valueOf(exhausted.getMessage()), exhausted);
    }
  }

  /** Replaces a driver's message that only says that the attempt failed. */
  private static SQLException ofUnknownHost(SQLException fault) {
    for (Throwable each = fault.getCause(); each != null; each = each.getCause()) {
      if (each instanceof UnknownHostException) {
        return new SQLException(
            "the host " + each.getMessage() + " is unknown.", fault.getSQLState(), fault);
      }
    }
    return fault;
  }

  /** Limits the wait for a reply, unless the URL does. */
  private static void limitSilence(Connection connection) {
    try {
      if (connection.getNetworkTimeout() == 0) {
        connection.setNetworkTimeout(Runnable::run, ANSWER_SECONDS * 1_000);
      }
    } catch (SQLException | AbstractMethodError e) {
      // The driver's own limits apply.
    }
  }

  private Properties login() {
    Properties properties = new Properties();
    if (target.user() != null) {
      properties.setProperty("user", target.user());
    }
    if (target.password() != null) {
      properties.setProperty("password", target.password().value());
    }
    return properties;
  }

  private Connection opened(@Nullable Connection connection) throws SQLException {
    if (connection == null) {
      throw new SQLException("the driver does not accept the URL of " + target, "08001");
    }
    return connection;
  }
}
