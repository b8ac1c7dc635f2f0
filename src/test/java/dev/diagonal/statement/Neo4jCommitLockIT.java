package dev.diagonal.statement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.grid.Grid;
import dev.diagonal.grid.Schedule;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transactions that share no slot, and that commit at the same moment. Without the lock of commits
 * they deadlock: Neo4j locks relationships of other slots while it links new ones.
 */
@ExtendWith(Neo4jExtension.class)
final class Neo4jCommitLockIT {

  private static final int SLOTS = 8;
  private static final int WRITERS = SLOTS / 2;
  private static final int PERSONS = 200;
  private static final int ROUNDS = 25;
  private static final int ROWS = 60;

  private static final String STATEMENT =
      """
      UNWIND $rows AS row
      MATCH (a:Person {id: row.source}) MATCH (b:Person {id: row.target})
      CREATE (a)-[:KNOWS {id: row.id}]->(b)
      """;

  private final Grid<Knows> grid = Grid.monopartite(SLOTS).byLongs(Knows::source, Knows::target);
  private final Random random = new Random(7);
  private final LocalNeo4j neo4j;
  private int made;

  Neo4jCommitLockIT(LocalNeo4j neo4j) {
    this.neo4j = neo4j;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void commitsOfDisjointSlotsNeverDeadlock(boolean slotLocks) throws Exception {
    neo4j.clear();
    neo4j.query("CREATE CONSTRAINT person FOR (p:Person) REQUIRE p.id IS UNIQUE");
    neo4j.query("UNWIND range(0, %s) AS id CREATE (:Person {id: id})".formatted(PERSONS - 1));
    RunStatement<Knows> statement = RunStatement.in(neo4j.database(), STATEMENT, Knows.PARAMETERS);
    if (slotLocks) {
      statement = statement.withLocks(grid);
    }
    statement.prepare();
    long unused = neo4j.newDeadlocks();
    List<List<Batch<Knows>>> rounds = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      rounds.add(disjointBatches());
    }
    writeTogether(statement, rounds);
    assertThat(neo4j.newDeadlocks()).isZero();
    assertThat(neo4j.query("MATCH ()-[knows:KNOWS]->() RETURN count(knows)"))
        .containsExactly(List.of((long) made));
  }

  private void writeTogether(RunStatement<Knows> statement, List<List<Batch<Knows>>> rounds)
      throws Exception {
    AtomicReference<Exception> first = new AtomicReference<>();
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      CyclicBarrier together = new CyclicBarrier(WRITERS);
      List<Callable<Void>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int place = i;
        writers.add(
            () -> {
              try (BatchWriter<Knows> writer = statement.open()) {
                for (List<Batch<Knows>> round : rounds) {
                  int unused = together.await();
                  if (place < round.size()) {
                    writer.write(round.get(place));
                  }
                }
              } catch (Exception fault) {
                first.compareAndSet(null, fault);
                var unused = threads.shutdownNow(); // the others wait for this one
              }
              return null;
            });
      }
      var unused = threads.invokeAll(writers);
    } finally {
      var unused = threads.shutdownNow();
    }
    assertThat(first.get()).isNull();
  }

  /** Returns batches of cells that share no slot. */
  private List<Batch<Knows>> disjointBatches() {
    Map<Integer, List<Knows>> byCell = new HashMap<>();
    for (int i = 0; i < ROWS * SLOTS * SLOTS; i++) {
      Knows knows = new Knows(0, random.nextInt(PERSONS), random.nextInt(PERSONS));
      byCell.computeIfAbsent(grid.cellOf(knows), cell -> new ArrayList<>()).add(knows);
    }
    List<Integer> cells = new ArrayList<>(byCell.keySet());
    Collections.shuffle(cells, random);
    Schedule schedule = grid.schedule();
    BitSet taken = new BitSet();
    List<Batch<Knows>> batches = new ArrayList<>();
    for (int cell : cells) {
      int row = schedule.rowSlotOf(cell);
      int column = schedule.columnSlotOf(cell);
      if (row != column && !taken.get(row) && !taken.get(column)) {
        taken.set(row);
        taken.set(column);
        batches.add(new Batch<>(cell, numbered(Objects.requireNonNull(byCell.get(cell)))));
      }
    }
    return batches;
  }

  private List<Knows> numbered(List<Knows> rows) {
    return rows.stream()
        .limit(ROWS)
        .map(knows -> new Knows(made++, knows.source(), knows.target()))
        .toList();
  }
}
