package dev.diagonal.internal.statement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections to a real Neo4j. */
@ExtendWith(Neo4jExtension.class)
final class Neo4jConnectionIT {

  private static final int PROCESSES = 8;

  private final LocalNeo4j neo4j;

  Neo4jConnectionIT(LocalNeo4j neo4j) {
    this.neo4j = neo4j;
  }

  /** Each process creates constraint and nodes; Neo4j makes some of them victims of deadlocks. */
  @RepeatedTest(5)
  void processesCreateSlotLocksAtTheSameTime() throws Exception {
    neo4j.clear();
    ExecutorService threads = Executors.newFixedThreadPool(PROCESSES);
    try {
      List<Callable<Void>> creations = new ArrayList<>();
      for (int process = 0; process < PROCESSES; process++) {
        creations.add(this::createSlots);
      }
      for (Future<Void> creation : threads.invokeAll(creations)) {
        creation.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(neo4j.query("MATCH (slot:DiagonalSlot) RETURN count(slot), count(DISTINCT slot.n)"))
        .containsExactly(List.of(Neo4jSlots.COUNT + 1L, Neo4jSlots.COUNT + 1L));
  }

  private Void createSlots() throws SQLException {
    try (Neo4jConnection connection = new Neo4jConnection(neo4j.database())) {
      Neo4jSlots.create(neo4j.database(), connection);
    }
    return null;
  }

  @Test
  void laterConnectionsAddNoThread() throws SQLException {
    int maximum = 4 * Runtime.getRuntime().availableProcessors();
    connect(maximum);
    List<String> threads = driverThreads();
    connect(2 * maximum);
    assertThat(driverThreads()).isEqualTo(threads).isNotEmpty();
  }

  private void connect(int times) throws SQLException {
    for (int time = 0; time < times; time++) {
      try (Neo4jConnection connection = new Neo4jConnection(neo4j.database())) {
        assertThat(connection.query("RETURN 1")).containsExactly(List.of(1L));
      }
    }
  }

  /** Returns the driver's threads. */
  private static List<String> driverThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("Neo4jJDBCDriver"))
        .map(Thread::getName)
        .sorted()
        .toList();
  }
}
