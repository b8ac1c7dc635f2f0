package dev.diagonal.taxi;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.JdbcUrl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.neo4j.jdbc.Neo4jDriver;

/**
 * One connection to Neo4j: opened when first used, validated when it has rested, replaced once
 * discarded. Each statement is a transaction. Connecting takes at most 10 seconds.
 *
 * <p>Not safe for use by several threads at once.
 */
final class Neo4jConnection implements AutoCloseable {

  private static final int CONNECT_MILLIS = 10_000;
  private static final int ANSWER_SECONDS = 120;
  private static final int VALIDATION_SECONDS = 5;
  private static final long VALIDATED_AFTER_NANOS = 1_000_000_000;

  // It says at INFO that it connects. Held here: a logger that nobody holds forgets its level.
  private static final Logger DRIVER_LOG = Logger.getLogger("org.neo4j.jdbc");

  private final JdbcTarget target;
  private @Nullable Connection connection;
  private long lastUsedNanos;

  Neo4jConnection(JdbcTarget target) {
    checkNeo4j(target);
    this.target = target;
  }

  static void checkNeo4j(JdbcTarget target) {
    checkArgument(
        Neo4jTrips.accepts(target.url()), "url must start with jdbc:neo4j:, got %s", target);
  }

  /** Runs a statement without parameters in a transaction of its own. */
  void run(String cypher) throws SQLException {
    guarded(
        () -> {
          try (Statement statement = use().createStatement()) {
            statement.execute(cypher);
          }
        });
  }

  /** Runs a statement whose one parameter is a list of maps, in a transaction of its own. */
  void run(String cypher, List<Map<String, Object>> rows) throws SQLException {
    guarded(
        () -> {
          try (PreparedStatement statement = use().prepareStatement(cypher)) {
            statement.setQueryTimeout(ANSWER_SECONDS);
            statement.setObject(1, rows);
            statement.execute();
          }
        });
  }

  /** Closes the connection, broken or not; the next statement opens another. */
  @Override
  public void close() {
    Connection held = connection;
    connection = null;
    if (held != null) {
      try {
        guarded(held::close);
      } catch (SQLException e) {
        // It is given up anyhow, and the server rolls back what was open on it.
      }
    }
  }

  private Connection use() throws SQLException {
    Connection held = connection;
    if (held != null
        && System.nanoTime() - lastUsedNanos > VALIDATED_AFTER_NANOS
        && !held.isValid(VALIDATION_SECONDS)) {
      close();
      held = null;
    }
    if (held == null) {
      held = open();
      connection = held;
    }
    lastUsedNanos = System.nanoTime();
    return held;
  }

  private Connection open() throws SQLException {
    Properties properties = new Properties();
    if (target.user() != null) {
      properties.setProperty("user", target.user());
    }
    if (target.password() != null) {
      properties.setProperty("password", target.password().value());
    }
    properties.setProperty("agent", "diagonal");
    properties.setProperty("timeout", String.valueOf(CONNECT_MILLIS));
    // Not by DriverManager: it does not see drivers in the class loader of a Flink job.
    Connection opened = new Neo4jDriver().connect(target.url(), properties);
    if (opened == null) {
      throw new SQLException("the Neo4j driver does not accept the URL of " + target, "08001");
    }
    return opened;
  }

  /** The driver throws some faults of a connection as they are, unchecked. */
  private void guarded(Call call) throws SQLException {
    if (DRIVER_LOG.getLevel() == null) {
      DRIVER_LOG.setLevel(Level.WARNING);
    }
    try {
      call.run();
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "Neo4j's JDBC driver is not on the class path: add org.neo4j:neo4j-jdbc and what it needs,"
              + " which Diagonal's build puts beside the bundled jar; start with java"
              + " -cp 'target/diagonal-bundled.jar:target/neo4j-jdbc/*' dev.diagonal.pipelines.Main",
          e);
    } catch (RuntimeException fault) {
      if (Neo4jFaults.isOfDriver(fault)) {
        throw new SQLException(
            "lost or found no connection to %s: %s"
                .formatted(target, JdbcUrl.shownIn(String.valueOf(fault.getMessage()))),
            "08000",
            fault);
      }
      throw fault;
    }
  }

  private interface Call {
    void run() throws SQLException;
  }
}
