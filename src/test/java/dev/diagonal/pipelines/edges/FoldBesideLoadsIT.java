package dev.diagonal.pipelines.edges;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static dev.diagonal.pipelines.edges.LoadEdgesRun.DIRECT;
import static dev.diagonal.pipelines.edges.LoadEdgesRun.FLINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.SlowTransactions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads, folds and second loads of the same edges at once. */
@ExtendWith(ConflictEvidenceExtension.class)
final class FoldBesideLoadsIT {

  private static final Path MOVIELENS =
      Path.of("..", "shared", "data", "movielens-next-edges", "edges.csv");

  private static final String FOLDED = "--counts=folded";
  private static final int EDGES = 10_000;
  private static final int A_FEW = 500;

  private static final EdgeFiles GRAPH = new EdgeFiles(300, 0);

  /** The lock that a fold takes before the slot locks. */
  private static final String FOLD_LOCK = "hashtext('nodes'::regclass::oid::text || ' fold'), 0";

  /** Sessions that hold the fold lock and wait for a slot lock. */
  private static final String WAITING_FOLDS =
      """
      SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND NOT granted
        AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = 0
          AND classid = (hashtext('nodes'::regclass::oid::text || ' fold')::bigint & 4294967295)::oid)
      """;

  private static final String DEADLOCKS =
      "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";

  private final Path directory;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;

  FoldBesideLoadsIT(@TempDir Path directory, ConflictEvidence evidence) {
    this.directory = directory;
    this.evidence = evidence;
    this.database = evidence.database();
  }

  @BeforeEach
  void dropTables() throws Exception {
    database.execute("DROP TABLE IF EXISTS edges, nodes, targets, nodes_deltas CASCADE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--counts=immediate",
        "--counts=mixed",
        "--schedule=components --componentColumn=part"
      })
  void foldWaitsForTheLocksOfALoad(String way) throws Exception {
    LoadEdgesRun load = LoadEdgesRun.on(database);
    leaveDeltas(load);
    Path b = GRAPH.write(directory, "b", EDGES, 2);
    CompletableFuture<Launched> loading;
    try (Connection gate = load.holdFromTheStart()) {
      loading = load.begin(b, way);
      assertThat(Eventually.within(LoadEdgesRun.SOON, () -> !load.heldSessions().isEmpty()))
          .isTrue();
      // The load has taken in what was left, so leave more.
      database.execute("INSERT INTO nodes_deltas VALUES (ARRAY[1000000], ARRAY[1], ARRAY[0], 1)");
      try (CommandJvm folding = CommandJvm.start(directory, args("--fold"))) {
        assertThat(
                Eventually.within(
                    LoadEdgesRun.SOON,
                    () -> database.numberNow(WAITING_FOLDS) > 0 || !folding.process().isAlive()))
            .isTrue();
        assertThat(folding.process().isAlive()).as(folding.said()).isTrue();
        gate.rollback();
        assertThat(folding.await()).as(folding.said()).isZero();
      }
    }
    assertDone(loading.join());
    assertThat(database.number("SELECT out_degree FROM nodes WHERE id = 1000000")).isOne();
    database.execute("DELETE FROM nodes WHERE id = 1000000");
    load.assertExact(2 * EDGES);
  }

  @Test
  void foldsOfTwoProcessesAddEachDeltaOnce() throws Exception {
    LoadEdgesRun load = LoadEdgesRun.on(database);
    leaveDeltas(load);
    CompletableFuture<Launched> here;
    try (Connection gate = database.connect();
        Statement statement = gate.createStatement()) {
      gate.setAutoCommit(false);
      statement.execute("SELECT pg_advisory_xact_lock(%s)".formatted(FOLD_LOCK));
      here = CompletableFuture.supplyAsync(() -> launch("--fold"));
      try (CommandJvm other = CommandJvm.start(directory, args("--fold"))) {
        load.awaitMoreThan(1); // so both of them wait for the fold lock
        gate.rollback();
        assertThat(other.await()).as(other.said()).isZero();
      }
    }
    assertDone(here.join());
    load.assertExact(EDGES);
    assertThat(database.number("SELECT count(*) FROM nodes_deltas")).isZero();
  }

  @Test
  void foldsDuringALoadAreInTheSummary() throws Exception {
    LoadEdgesRun load = LoadEdgesRun.on(database);
    Path b = GRAPH.write(directory, "b", EDGES, 2);
    CompletableFuture<Launched> loading;
    try (Connection gate = load.holdFromTheStart()) {
      loading = load.begin(b, FOLDED);
      load.awaitMoreThan(0);
      database.execute(
          "INSERT INTO nodes_deltas SELECT ARRAY[5], ARRAY[0], ARRAY[0], 1"
              + " FROM generate_series(1, 2000)");
      gate.rollback();
    }
    assertDone(loading.join());
    assertThat(loading.join().out().toString())
        .containsPattern("counts: folded [0-9,]+ deltas in [1-9] fold\\(s\\) during the load");
    load.assertExact(EDGES);
  }

  @ParameterizedTest
  @ValueSource(strings = {FOLDED, "--counts=mixed"})
  void twoProcessesOfOneFileNeverDeadlock(String way) throws Exception {
    LoadEdgesRun load = LoadEdgesRun.on(database);
    Path a = GRAPH.write(directory, "a", EDGES, 1);
    long deadlocks = database.number(DEADLOCKS);
    CompletableFuture<Launched> here;
    try (Connection start = load.holdFromTheStart();
        CommandJvm other = load.begin(directory, database.postgres().port(), a, way)) {
      here = load.begin(a, way);
      load.awaitMoreThan(4); // more than one process has: so both of them write
      start.rollback();
      assertThat(other.await()).as(other.said()).isZero();
    }
    assertDone(here.join());
    load.assertExact(EDGES);
    assertThat(database.number(DEADLOCKS)).isEqualTo(deadlocks);
  }

  @ParameterizedTest
  @ValueSource(strings = {FOLDED, "--counts=immediate"})
  void twoProcessesLoadMovieLensDespiteKill(String way) throws Exception {
    assertMovieLensAfterAKill(way, DIRECT);
  }

  @ParameterizedTest
  @ValueSource(strings = {FOLDED, "--counts=immediate"})
  @Tag("large")
  void twoFlinkProcessesLoadMovieLensDespiteKill(String way) throws Exception {
    assertMovieLensAfterAKill(way, FLINK);
  }

  private void assertMovieLensAfterAKill(String way, String runner) throws Exception {
    assumeThat(MOVIELENS).exists();
    database.createTables();
    SlowTransactions slow = SlowTransactions.in(database, 1);
    long deadlocks = database.number(DEADLOCKS);
    String options = "--input=%s --batchSize=500 %s %s".formatted(MOVIELENS, way, runner);
    try (Connection start = slow.hold();
        CommandJvm killed = CommandJvm.start(directory, args(options));
        CommandJvm other = CommandJvm.start(directory, args(options))) {
      LoadEdgesRun load = new LoadEdgesRun(database, slow);
      load.awaitMoreThan(4); // so both of them write
      start.rollback();
      String written = "SELECT count(*) FROM edges";
      assertThat(Eventually.within(LoadEdgesRun.SOON, () -> database.numberNow(written) >= A_FEW))
          .isTrue();
      try (Connection middle = slow.hold()) {
        assertThat(database.number(written)).isLessThan(100_226);
        killed.kill();
        middle.rollback();
      }
      assertThat(other.await()).as(other.said()).isZero();
    }
    assertMovieLens();
    assertDone(launch(options));
    assertMovieLens();
    assertThat(database.number(DEADLOCKS)).isEqualTo(deadlocks);
  }

  private void assertMovieLens() throws Exception {
    assertThat(database.edges()).isEqualTo(100_226);
    assertThat(database.query("SELECT count(*) || ' ' || max(out_degree + in_degree) FROM nodes"))
        .containsExactly("9724 650");
  }

  /** Loads edges, and leaves their counts as deltas. */
  private void leaveDeltas(LoadEdgesRun load) throws Exception {
    assertDone(load.run(GRAPH.write(directory, "a", EDGES, 1), FOLDED));
    database.unfold();
  }

  private List<String> args(String options) {
    List<String> args = new ArrayList<>(List.of("load-edges"));
    Stream.of(options.split(" +")).forEach(args::add);
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + database.postgres().user());
    return args;
  }

  private Launched launch(String options) {
    return Launched.with(List.of(new LoadEdges()), args(options).toArray(String[]::new));
  }
}
