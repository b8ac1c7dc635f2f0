package dev.diagonal.internal.statement;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.neo4j.jdbc.Neo4jDriver;

/**
 * Neo4j's JDBC driver, one per class loader: DriverManager does not see drivers in that of a Flink
 * job. Each instance of the driver has a thread and buffers per connection of its own, which
 * nothing ever frees.
 */
public final class Neo4jDrivers {

  private static final int CONNECT_MILLIS = 10_000;

  private static final String NO_DRIVER =
      "Neo4j's JDBC driver is not on the class path, and the bundled jar does not include it."
          + " bin/diagonal finds it in lib/ of the distribution, and in target/neo4j-jdbc/ where"
          + " mvn package puts it; java finds it with -cp"
          + " 'target/diagonal-bundled.jar:target/neo4j-jdbc/*' dev.diagonal.pipelines.Main";

  // The driver logs at INFO that it connects. The reference keeps the logger, and so its level,
  // from being garbage collected.
  private static final Logger LOG = Logger.getLogger("org.neo4j.jdbc");

  private Neo4jDrivers() {}

  /** Exists only where the driver is on the class path. */
  private static final class Shared {
    static final Neo4jDriver DRIVER = new Neo4jDriver();
  }

  /**
   * Returns whether {@code url} is a Neo4j URL: {@code jdbc:neo4j://} or, encrypted, for example
   * {@code jdbc:neo4j+s://}.
   */
  public static boolean accepts(String url) {
    return url.startsWith("jdbc:neo4j:") || url.startsWith("jdbc:neo4j+");
  }

  /**
   * Checks that the database is Neo4j.
   *
   * @throws IllegalArgumentException if the URL is not a Neo4j URL
   */
  public static void checkNeo4j(JdbcTarget target) {
    checkArgument(accepts(target.url()), "url must start with jdbc:neo4j:, got %s", target);
  }

  /**
   * Checks that the driver is on the class path.
   *
   * @throws IllegalStateException if it is not; the message says how to add it
   */
  public static void check() {
    try {
      Object unused = Shared.DRIVER;
    } catch (NoClassDefFoundError e) {
      throw missing(e);
    }
  }

  static IllegalStateException missing(NoClassDefFoundError fault) {
    return new IllegalStateException(NO_DRIVER, fault);
  }

  /** Lets the driver log warnings only, unless somebody has set another level. */
  static void quieten() {
    if (LOG.getLevel() == null) {
      LOG.setLevel(Level.WARNING);
    }
  }

  /** Opens a connection, which takes at most 10 seconds. */
  static Connection connect(JdbcTarget target) throws SQLException {
    Properties properties = new Properties();
    if (target.user() != null) {
      properties.setProperty("user", target.user());
    }
    if (target.password() != null) {
      properties.setProperty("password", target.password().value());
    }
    properties.setProperty("agent", "diagonal");
    properties.setProperty("timeout", String.valueOf(CONNECT_MILLIS));
    Connection opened = Shared.DRIVER.connect(target.url(), properties);
    if (opened == null) {
      throw new SQLException("the Neo4j driver does not accept the URL of " + target, "08001");
    }
    return opened;
  }
}
