package dev.diagonal.internal.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.files.ReadLines;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidence.Found;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.Runner;
import dev.diagonal.testing.SlowTransactions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.testing.TestPipeline;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What PostgreSQL itself has to say about conflicts: none where there must be none. */
@ExtendWith(ConflictEvidenceExtension.class)
final class ConflictFreeEvidenceIT {

  private static final int NODES = 300;
  private static final int EDGES_OF_A_FILE = 5_000;
  private static final int FILES = 4;
  private static final int BATCH_ROWS = 200;
  private static final int ATTEMPTS = 5;
  private static final int TRANSACTION_MILLIS = 3;
  private static final EdgeFormat FORMAT = EdgeFormat.CSV.withHeader(true).withEnds("1", "2");

  private final Path directory;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;

  ConflictFreeEvidenceIT(@TempDir Path directory, ConflictEvidence evidence) {
    this.directory = directory;
    this.evidence = evidence;
    this.database = evidence.database();
  }

  @BeforeEach
  void watch() throws Exception {
    database.createTables();
    SlowTransactions.in(database, TRANSACTION_MILLIS);
    evidence.watch();
  }

  @ParameterizedTest
  @CsvSource({"DIRECT, MONOPARTITE", "DIRECT, BIPARTITE", "FLINK, MONOPARTITE", "FLINK, BIPARTITE"})
  void aLoadHasNoConflictAndCountsExactly(Runner runner, ScheduleKind kind) throws Exception {
    boolean apart = kind == ScheduleKind.BIPARTITE;
    files(apart ? NODES : 0);
    Grid<Edge> grid = apart ? grid(Grid.bipartite(8)) : grid(Grid.monopartite(8));
    UpsertRelationships<Edge> writers = writers().withLocks(grid);
    load(runner, "*", grid, apart ? writers.refusingBothEnds() : writers);

    assertExact(FILES);
    Found found = evidence.found();
    assertThat(found).matches(Found::isConflictFree, "no conflict");
    assertThat(found.slotLockWaits()).as("one process schedules without waiting").isZero();
  }

  @ParameterizedTest
  @EnumSource
  void loadsOfDifferentTableSizesShareSlotLocks(Runner runner) throws Exception {
    files(0);
    Found found = loadTwoUntil(runner, true, each -> each.slotLockWaits() > 0);

    assertExact(FILES);
    assertThat(found).matches(Found::isConflictFree, "no conflict");
    assertThat(found.slotLockWaits()).as("the two did meet").isPositive();
  }

  @Test
  void controlTwoLoadsWithoutSlotLocksConflict() throws Exception {
    files(0);
    Found found = loadTwoUntil(Runner.DIRECT, false, each -> each.overlaps() > 0);

    assertFoundOut(found);
  }

  @Test
  void controlLoadsThatIgnoreConflictsBlockThemselves() throws Exception {
    files(0);
    load(Runner.DIRECT, "*", Grid.components(16, Edge::id), writers());

    assertExact(FILES); // its rows are sorted, so it waits where it would deadlock
    assertFoundOut(evidence.found());
  }

  @Test
  void controlADeadlockIsCountedAndLogged() throws Exception {
    database.execute("INSERT INTO nodes VALUES (1), (2)");
    try (Connection one = database.connect();
        Connection other = database.connect()) {
      one.setAutoCommit(false);
      other.setAutoCommit(false);
      execute(one, "UPDATE nodes SET in_degree = 1 WHERE id = 1");
      execute(other, "UPDATE nodes SET in_degree = 1 WHERE id = 2");
      CompletableFuture<Void> waiting =
          CompletableFuture.runAsync(
              () -> execute(one, "UPDATE nodes SET in_degree = 1 WHERE id = 2"));
      try {
        execute(other, "UPDATE nodes SET in_degree = 1 WHERE id = 1");
        waiting.join();
      } catch (RuntimeException e) {
        assertThat(e).hasStackTraceContaining("deadlock detected");
      }
    }
    Found found = evidence.found();
    assertThat(found.isConflictFree()).isFalse();
    assertThat(found.deadlocks()).isEqualTo(1);
    assertThat(found.logged()).anyMatch(line -> line.contains("deadlock detected"));
  }

  /** Loads two at once until they meet: on a busy machine one may start after the other ends. */
  private Found loadTwoUntil(Runner runner, boolean locks, Predicate<Found> met) throws Exception {
    loadTwoAtOnce(runner, locks);
    Found found = evidence.found();
    for (int i = 1; i < ATTEMPTS && !met.test(found); i++) {
      if (locks) { // a conflict is never a reason for another attempt
        assertExact(FILES);
        assertThat(found).matches(Found::isConflictFree, "no conflict");
      }
      watch();
      loadTwoAtOnce(runner, locks);
      found = evidence.found();
    }
    return found;
  }

  /** The first half of the files on 8 slots, the other on 5. */
  private void loadTwoAtOnce(Runner runner, boolean locks) {
    Grid<Edge> some = grid(Grid.monopartite(8));
    Grid<Edge> others = grid(Grid.monopartite(5));
    // Pipelines are built one after the other: Beam's options are not made for several threads.
    List<TestPipeline> loads =
        List.of(
            pipeline(runner, "[ab]", some, locks ? writers().withLocks(some) : writers()),
            pipeline(runner, "[cd]", others, locks ? writers().withLocks(others) : writers()));
    loads.stream()
        .map(load -> CompletableFuture.runAsync(() -> run(load)))
        .toList()
        .forEach(CompletableFuture::join);
  }

  private void load(
      Runner runner, String files, Grid<Edge> grid, UpsertRelationships<Edge> writers) {
    run(pipeline(runner, files, grid, writers));
  }

  private static void run(TestPipeline pipeline) {
    assertThat(pipeline.run().waitUntilFinish()).isEqualTo(PipelineResult.State.DONE);
  }

  private TestPipeline pipeline(
      Runner runner, String files, Grid<Edge> grid, UpsertRelationships<Edge> writers) {
    TestPipeline pipeline = runner.pipeline();
    pipeline.apply(
        WriteConflictFree.by(grid, writers)
            .withBatchSize(BATCH_ROWS)
            .from(
                ReadLines.from(List.of(directory + "/" + files + ".csv"))
                    .into(EdgeLines.of(FORMAT), Edge.coder())
                    .withHeader(true)));
    return pipeline;
  }

  private UpsertRelationships<Edge> writers() {
    RelationshipTables tables = EdgeTables.of(FORMAT, "edges", "nodes");
    return UpsertRelationships.into(database.target(), tables, EdgeTables.binder(FORMAT));
  }

  private static Grid<Edge> grid(Grid.Ends ends) {
    return ends.byLongs(Edge::sourceNumber, Edge::targetNumber);
  }

  private void files(int targetsFrom) throws Exception {
    EdgeFiles files = new EdgeFiles(NODES, targetsFrom);
    for (int i = 0; i < FILES; i++) {
      files.write(directory, "abcd".substring(i, i + 1), EDGES_OF_A_FILE, i);
    }
  }

  private void assertExact(int files) throws SQLException {
    assertThat(database.edges()).isEqualTo(files * EDGES_OF_A_FILE);
    assertThat(database.wrongNodes()).isEmpty();
  }

  /** Both kinds of evidence must see it. */
  private static void assertFoundOut(Found found) {
    assertThat(found.isConflictFree()).isFalse();
    assertThat(found.logged()).anyMatch(line -> line.contains(" on transaction "));
    assertThat(found.overlaps()).isPositive();
    assertThat(found.slotLockWaits()).isZero();
  }

  private static void execute(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
