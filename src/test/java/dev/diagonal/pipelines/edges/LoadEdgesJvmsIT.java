package dev.diagonal.pipelines.edges;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static dev.diagonal.pipelines.edges.LoadEdgesRun.DIRECT;
import static dev.diagonal.pipelines.edges.LoadEdgesRun.FLINK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidence.Found;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.HalfOpenRelay;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Loads into the same nodes by several JVMs, one of which is killed in the middle. */
@ExtendWith(ConflictEvidenceExtension.class)
final class LoadEdgesJvmsIT {

  private static final int EDGES = 30_000;
  private static final int A_FEW = 500;

  /** Of one JVM. */
  private static final int MAX_SESSIONS = 4;

  private static final EdgeFiles GRAPH = new EdgeFiles(300, 0);

  private final Path directory;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;
  private LoadEdgesRun load;

  LoadEdgesJvmsIT(@TempDir Path directory, ConflictEvidence evidence) {
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
  void twoJvmsSurviveKillAndRerun() throws Exception {
    assertExactAfterAKill(DIRECT);
  }

  @Test
  @Tag("large")
  void twoFlinkJvmsSurviveAKill() throws Exception {
    assertExactAfterAKill(FLINK);
  }

  private void assertExactAfterAKill(String runner) throws Exception {
    Path a = GRAPH.write(directory, "a", EDGES, 1);
    Path b = GRAPH.write(directory, "b", EDGES, 2);
    int port = database.postgres().port();
    try (Connection start = load.holdFromTheStart();
        CommandJvm killed = load.begin(directory, port, a, "--tableSize=8", runner);
        CommandJvm other = load.begin(directory, port, b, "--tableSize=5", runner)) {
      load.awaitMoreThan(MAX_SESSIONS); // so both of them write
      start.rollback();
      try (Connection gate = load.holdInTheMiddle(A_FEW, "a", "b")) {
        assertThat(killed.process().isAlive()).as(killed.said()).isTrue();
        assertThat(other.process().isAlive()).as(other.said()).isTrue();
        assertThat(partsWritten()).hasSize(2).doesNotContain(String.valueOf(EDGES));
        killed.kill();
        gate.rollback();
      }
      assertThat(other.await()).as(other.said()).isZero();
      assertThat(database.number("SELECT count(*) FROM edges WHERE part = 'a'")).isLessThan(EDGES);
    }
    assertDone(load.run(a, "--tableSize=16", runner));
    load.assertExact(2 * EDGES);
    Found found = evidence.found();
    assertThat(found).matches(Found::isConflictFree, "no conflict");
    assertThat(found.slotLockWaits()).as("the two did meet").isPositive();

    assertDone(load.run(a, runner)); // a second run finds all edges there
    load.assertExact(2 * EDGES);
  }

  @Test
  void waitsForTransactionsOfAKilledJvm() throws Exception {
    assertWaitedFor(DIRECT);
  }

  @Test
  @Tag("large")
  void waitsForTransactionsOfAKilledFlinkJvm() throws Exception {
    assertWaitedFor(FLINK);
  }

  private void assertWaitedFor(String runner) throws Exception {
    Path a = GRAPH.write(directory, "a", EDGES, 3);
    try (HalfOpenRelay relay = HalfOpenRelay.to(database.postgres().port());
        CommandJvm killed = load.begin(directory, relay.port(), a, "--tableSize=8", runner)) {
      CompletableFuture<Launched> again;
      List<String> left;
      try (Connection gate = load.holdInTheMiddle(A_FEW, "a")) {
        killed.kill();
        left = load.heldSessions();
        assertThat(left).as("sessions of the killed JVM, with all their locks").isNotEmpty();
        again = load.begin(a, "--tableSize=16", runner);
        assertThat(Eventually.within(LoadEdgesRun.SOON, () -> waitsForOneOf(left))).isTrue();
        assertThat(again).isNotDone();
        assertThat(load.heldSessions()).containsAll(left);
        gate.rollback();
      }
      assertDone(again.join());
    }
    load.assertExact(EDGES);
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
  }

  private List<String> partsWritten() throws Exception {
    return database.query("SELECT count(*) FROM edges GROUP BY part");
  }

  /** Whether a session waits for slot locks that one of these has. */
  private boolean waitsForOneOf(List<String> sessions) {
    return database.numberNow(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 2 AND NOT granted
              AND pg_blocking_pids(pid) && ARRAY[%s]"""
                .formatted(String.join(", ", sessions)))
        > 0;
  }
}
