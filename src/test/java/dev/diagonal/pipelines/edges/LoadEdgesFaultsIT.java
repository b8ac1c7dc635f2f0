package dev.diagonal.pipelines.edges;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static dev.diagonal.pipelines.edges.LoadEdgesRun.DIRECT;
import static dev.diagonal.pipelines.edges.LoadEdgesRun.FLINK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidence.Found;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.EdgeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the database does to a load; see {@link LoadEdgesJvmsIT} for what happens to its JVM. */
@ExtendWith(ConflictEvidenceExtension.class)
final class LoadEdgesFaultsIT {

  private static final int EDGES = 10_000;
  private static final int A_FEW = 500;
  private static final EdgeFiles GRAPH = new EdgeFiles(300, 0);

  private final Path directory;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;
  private LoadEdgesRun load;

  LoadEdgesFaultsIT(@TempDir Path directory, ConflictEvidence evidence) {
    this.directory = directory;
    this.evidence = evidence;
    this.database = evidence.database();
  }

  @BeforeEach
  void createTables() throws Exception {
    load = LoadEdgesRun.on(database);
    evidence.watch();
  }

  @Test
  void replacesTerminatedSessionsAndRewritesBatches() throws Exception {
    assertTerminatedSessionsAreReplaced(DIRECT);
  }

  @Test
  @Tag("large")
  void terminatedSessionsAreReplacedOnFlinkToo() throws Exception {
    assertTerminatedSessionsAreReplaced(FLINK);
  }

  private void assertTerminatedSessionsAreReplaced(String runner) throws Exception {
    Path input = GRAPH.write(directory, "a", EDGES, 1);
    CompletableFuture<Launched> loading = load.begin(input, "--tableSize=8", runner);
    int terminated = 0;
    try (Connection gate = load.holdInTheMiddle(A_FEW, "a")) {
      assertThat(database.edges()).isBetween((long) A_FEW, EDGES - 1L);
      for (String session : load.heldSessions()) {
        assertThat(database.query("SELECT pg_terminate_backend(" + session + ")"))
            .containsExactly("t");
        terminated++;
      }
      gate.rollback();
    }
    Launched launched = loading.join();
    assertDone(launched);
    assertThat(launched.out().get(2)).matches(".*, [1-9][0-9]* retried");
    assertThat(terminated).isPositive();
    load.assertExact(EDGES);
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
  }

  @Test
  void waitsForARestartedServer() throws Exception {
    assertAServerThatIsKilledIsWaitedFor(DIRECT);
  }

  @Test
  @Tag("large")
  void waitsForARestartedServerOnFlink() throws Exception {
    assertAServerThatIsKilledIsWaitedFor(FLINK);
  }

  private void assertAServerThatIsKilledIsWaitedFor(String runner) throws Exception {
    Path input = GRAPH.write(directory, "a", EDGES, 2);
    CompletableFuture<Launched> loading = load.begin(input, "--tableSize=8", runner);
    Connection gate = load.holdInTheMiddle(A_FEW, "a");
    assertThat(database.edges()).isBetween((long) A_FEW, EDGES - 1L);
    evidence.server().kill(); // what is held is lost, and the gate with it
    gate.close();
    evidence.server().restart();
    Launched launched = loading.join();
    assertDone(launched);
    assertThat(launched.out().get(2)).matches(".*, [1-9][0-9]* retried");
    load.assertExact(EDGES);
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");

    assertDone(load.run(input, runner)); // a second run finds all edges there
    load.assertExact(EDGES);
  }

  @Test
  void constraintViolationFailsRunByDefault() throws Exception {
    Launched launched = load.run(withAnEdgeThatIsThere());
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.out()).isEmpty();
    assertThat(launched.err())
        .filteredOn(line -> line.startsWith("load-edges: failed: "))
        .singleElement()
        .asString()
        .contains("table edges of " + database.postgres().jdbcUrl() + " as postgres")
        .containsPattern(
            "cannot write 1?[0-9]* rows? of cell [0-9]+ to .* in 1 attempt: first key ")
        .contains("duplicate key value violates unique constraint \"only_once\"")
        .doesNotContain("777777"); // no values of the rows
    assertThat(database.wrongNodes()).isEmpty(); // batches are whole, or not there
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void onlyConstraintViolationBecomesDeadLetter(String runner) throws Exception {
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        load.run(withAnEdgeThatIsThere(), "--badRecords=" + bad, "--tableSize=2", runner);
    assertDone(launched);
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("777777 -> 5", "only_once");
    load.assertExact(EDGES + 1L);
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
  }

  /** Returns a file in which a single edge has the ends of one that is there already. */
  private Path withAnEdgeThatIsThere() throws IOException, Exception {
    database.execute("CREATE UNIQUE INDEX only_once ON edges (source, target) WHERE source > 1000");
    Path there = directory.resolve("there.csv");
    Files.write(there, List.of("source,target,part", "777777,5,there"));
    assertDone(load.run(there));
    Path input = GRAPH.write(directory, "a", EDGES, 3);
    return Files.writeString(input, "777777,5,again\n", StandardOpenOption.APPEND);
  }
}
