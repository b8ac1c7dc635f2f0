package dev.diagonal.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Neo4jExtension.class)
final class LocalNeo4jIT {

  private static final Duration SOON = Duration.ofMinutes(2);
  private static final String SET = "MATCH (n:Crossed {n: %s}) SET n.by = '%s'";
  private static final String WAITS =
      "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*)";

  /** Tests that find no deadlock prove nothing unless a deadlock would be found. */
  @Test
  void countsADeadlock(LocalNeo4j neo4j) throws Exception {
    neo4j.query("CREATE (:Crossed {n: 1}), (:Crossed {n: 2})");
    long unused = neo4j.newDeadlocks();
    try (Connection a = begin(neo4j);
        Connection b = begin(neo4j)) {
      execute(a, SET.formatted(1, "a"));
      execute(b, SET.formatted(2, "b"));
      CompletableFuture<Boolean> waits =
          CompletableFuture.supplyAsync(() -> succeeds(a, SET.formatted(2, "a")));
      assertThat(Eventually.within(SOON, () -> numberNow(neo4j) > 0 || waits.isDone())).isTrue();
      boolean crosses = succeeds(b, SET.formatted(1, "b"));
      b.rollback();
      assertThat(waits.get()).isNotEqualTo(crosses);
    } finally {
      neo4j.query("MATCH (n:Crossed) DELETE n");
    }
    assertThat(neo4j.newDeadlocks()).isPositive();
    assertThat(neo4j.newDeadlocks()).isZero();
  }

  private static Connection begin(LocalNeo4j neo4j) throws SQLException {
    Connection connection = neo4j.connect();
    connection.setAutoCommit(false);
    return connection;
  }

  private static long numberNow(LocalNeo4j neo4j) {
    try {
      return (Long) neo4j.query(WAITS).get(0).get(0);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean succeeds(Connection connection, String cypher) {
    try {
      execute(connection, cypher);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private static void execute(Connection connection, String cypher) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(cypher);
    }
  }
}
