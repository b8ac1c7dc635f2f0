package dev.diagonal.pipelines.edges;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static dev.diagonal.pipelines.edges.LoadEdgesRun.DIRECT;
import static dev.diagonal.pipelines.edges.LoadEdgesRun.FLINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.taxi.TaxiTrips;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidence.Found;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.EdgeFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads with {@code --counts=folded}, some of which are killed in the middle. */
@ExtendWith(ConflictEvidenceExtension.class)
final class FoldedEdgesIT {

  private static final Path MOVIELENS =
      Path.of("..", "shared", "data", "movielens-next-edges", "edges.csv");

  private static final String FOLDED = "--counts=folded";
  private static final int EDGES = 20_000;
  private static final int A_FEW = 500;

  private static final EdgeFiles GRAPH = new EdgeFiles(300, 0);

  private final Path directory;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;

  FoldedEdgesIT(@TempDir Path directory, ConflictEvidence evidence) {
    this.directory = directory;
    this.evidence = evidence;
    this.database = evidence.database();
  }

  @BeforeEach
  void dropTables() throws Exception {
    database.execute("DROP TABLE IF EXISTS edges, nodes, targets, nodes_deltas CASCADE");
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void movieLensTwiceWithoutAnyConflict(String runner) throws Exception {
    assumeThat(MOVIELENS).exists();
    Path none = Files.writeString(directory.resolve("none.csv"), "source,target\n");
    assertDone(launch("--input=" + none)); // makes the tables, for the triggers on them
    evidence.watch();
    for (int run = 1; run <= 2; run++) {
      Launched launched = launch("--input=" + MOVIELENS, FOLDED, runner);
      assertDone(launched);
      assertThat(launched.out().toString())
          .containsPattern(
              run == 1
                  ? "counts: folded [0-9,]+ deltas into 9,724 rows in "
                  : "counts: folded 0 deltas into 0 rows in ");
      assertMovieLens();
    }
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
  }

  private void assertMovieLens() throws Exception {
    assertThat(database.edges()).isEqualTo(100_226);
    assertThat(database.query("SELECT count(*) || ' ' || max(out_degree + in_degree) FROM nodes"))
        .containsExactly("9724 650");
    assertThat(database.wrongNodes()).isEmpty();
  }

  @Test
  void killedJvmsLeaveDeltasForTheNextRun() throws Exception {
    assertDeltasFoldedAfterAKill(DIRECT);
  }

  @Test
  @Tag("large")
  void killedFlinkJvmsLeaveDeltasForNextRun() throws Exception {
    assertDeltasFoldedAfterAKill(FLINK);
  }

  private void assertDeltasFoldedAfterAKill(String runner) throws Exception {
    LoadEdgesRun load = LoadEdgesRun.on(database);
    Path a = GRAPH.write(directory, "a", EDGES, 1);
    Path b = GRAPH.write(directory, "b", EDGES, 2);
    int port = database.postgres().port();
    try (Connection start = load.holdFromTheStart();
        CommandJvm killed = load.begin(directory, port, a, FOLDED, runner);
        CommandJvm other = load.begin(directory, port, b, FOLDED, runner)) {
      load.awaitMoreThan(4); // more than one JVM has: so both of them write
      evidence.watch();
      start.rollback();
      try (Connection gate = load.holdInTheMiddle(A_FEW, "a", "b")) {
        assertThat(database.numberNow("SELECT count(*) FROM nodes_deltas")).isPositive();
        assertThat(database.wrongNodesNow()).isEmpty();
        killed.kill();
        gate.rollback();
      }
      assertThat(other.await()).as(other.said()).isZero();
      assertThat(database.number("SELECT count(*) FROM edges WHERE part = 'a'")).isLessThan(EDGES);
    }
    assertThat(database.wrongNodesNow()).isEmpty();
    assertDone(load.run(a, FOLDED, runner));
    load.assertExact(2 * EDGES);
    assertThat(database.number("SELECT count(*) FROM nodes_deltas")).isZero();
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
    assertDone(load.run(a, FOLDED, runner)); // a second run finds all edges there
    load.assertExact(2 * EDGES);
  }

  @Test
  void foldAppliesDeltasOfKilledLoad() throws Exception {
    LoadEdgesRun load = LoadEdgesRun.on(database);
    Path a = GRAPH.write(directory, "a", EDGES, 1);
    try (CommandJvm killed = load.begin(directory, database.postgres().port(), a, FOLDED, DIRECT)) {
      try (Connection gate = load.holdInTheMiddle(A_FEW, "a")) {
        killed.kill();
        gate.rollback();
      }
    }
    assertThat(database.number("SELECT count(*) FROM nodes_deltas")).isPositive();
    assertThat(evidence.awaitNoWriters()).isTrue();
    Launched launched = launch("--fold");
    assertDone(launched);
    assertThat(launched.out().toString())
        .containsPattern("counts: folded [0-9,]+ deltas into [23][0-9]{2} rows");
    assertThat(database.wrongNodes()).isEmpty();
    assertThat(database.number("SELECT count(*) FROM nodes_deltas")).isZero();
  }

  @Test
  void immediateLoadFoldsDeltasToo() throws Exception {
    Path a = GRAPH.write(directory, "a", 1_000, 1);
    assertDone(launch("--input=" + a, FOLDED));
    database.unfold();
    Path b = GRAPH.write(directory, "b", 1_000, 2);
    Launched launched = launch("--input=" + b, "--counts=immediate");
    assertDone(launched);
    assertThat(launched.out().toString())
        .containsPattern("counts left by an earlier run: folded [0-9,]+ deltas into [0-9]+ rows");
    assertThat(database.wrongNodes()).isEmpty();
  }

  @Test
  void listsIdsOnBothSidesAndFoldsNothing() throws Exception {
    Path input = Files.writeString(directory.resolve("both.csv"), "s,t\n1,2\n2,3\n3,4\n5,6\n");
    Launched launched = launch("--input=" + input, "--schedule=bipartite", FOLDED);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err().toString())
        .contains("2 ids of edges are on both sides: 2, 3. Table nodes is unchanged");
    assertThat(database.number("SELECT count(*) FROM nodes")).isZero();
    assertThat(database.number("SELECT count(*) FROM nodes_deltas")).isPositive();
    assertThat(database.wrongNodesNow()).isEmpty();
    // The repair: these ids may be on both sides after all.
    assertDone(launch("--fold"));
    assertThat(database.wrongNodes()).isEmpty();
  }

  @Test
  void documentedRepairRecountsAllEdges() throws Exception {
    Path input = Files.writeString(directory.resolve("both.csv"), "s,t\n1,2\n2,3\n3,4\n5,6\n");
    assertThat(launch("--input=" + input, "--schedule=bipartite", FOLDED).exitCode())
        .isEqualTo(ExitCode.FAILED);
    String page = Files.readString(Path.of("docs/mix-and-batch.md"));
    int start = page.indexOf("```sql\nBEGIN;") + "```sql\n".length();
    database.execute(page.substring(start, page.indexOf("```", start)));
    assertThat(database.query("SELECT source || ' ' || target FROM edges ORDER BY 1"))
        .containsExactly("1 2", "5 6");
    assertThat(database.wrongNodes()).isEmpty();
    assertDone(launch("--fold", "--schedule=bipartite"));
    assertThat(database.wrongNodes()).isEmpty();
  }

  @Test
  void foldRefusesAnInput() {
    Launched launched = launch("--fold", "--input=" + MOVIELENS);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err().toString()).contains("--fold loads nothing");
  }

  @Test
  void taxiTripsComeToTheSameZones() throws Exception {
    StringBuilder lines =
        new StringBuilder(
            "lpep_pickup_datetime,lpep_dropoff_datetime,PULocationID,DOLocationID,total_amount\n");
    for (int i = 0; i < 2_000; i++) {
      lines.append(
          "2025-11-01 00:00:%02d,2025-11-01 00:30:00,%d,%d,%s\n"
              .formatted(i % 60, i % 7, i % 11, i % 3 == 0 ? "" : i / 100.0));
    }
    Path input = Files.writeString(directory.resolve("trips.csv"), lines);
    String zones =
        "SELECT id || ' ' || pickups || ' ' || dropoffs || ' ' || revenue FROM zones ORDER BY id";
    List<List<String>> found = new ArrayList<>();
    for (String counts : List.of("immediate", "folded", "mixed")) {
      database.execute("DROP TABLE IF EXISTS trips, zones, zones_deltas CASCADE");
      List<String> args =
          new ArrayList<>(List.of("taxi-trips", "--input=" + input, "--batchSize=300"));
      args.addAll(List.of("--counts=" + counts, "--jdbcUrl=" + database.postgres().jdbcUrl()));
      args.add("--jdbcUser=" + database.postgres().user());
      assertDone(Launched.with(List.of(new TaxiTrips()), args.toArray(String[]::new)));
      found.add(database.query(zones));
    }
    assertThat(found.get(0)).hasSize(11);
    assertThat(found).allMatch(found.get(0)::equals);
  }

  private Launched launch(String... options) {
    List<String> args = new ArrayList<>(List.of("load-edges"));
    for (String option : options) {
      args.addAll(List.of(option.split(" ")));
    }
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + database.postgres().user());
    return Launched.with(List.of(new LoadEdges()), args.toArray(String[]::new));
  }
}
