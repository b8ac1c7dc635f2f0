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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loads a graph with a hub at half of its edges with {@code --counts=mixed}. */
@ExtendWith(ConflictEvidenceExtension.class)
final class MixedEdgesIT {

  private static final int EDGES = 20_000;

  private final Path directory;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;

  MixedEdgesIT(@TempDir Path directory, ConflictEvidence evidence) {
    this.directory = directory;
    this.evidence = evidence;
    this.database = evidence.database();
  }

  @BeforeEach
  void createTables() throws Exception {
    database.execute("DROP TABLE IF EXISTS nodes_deltas CASCADE");
    database.createTables();
  }

  @ParameterizedTest
  @CsvSource({DIRECT + ",monopartite", DIRECT + ",bipartite", FLINK + ",monopartite"})
  void countsHubAtEndAndOthersImmediately(String runner, String schedule) throws Exception {
    boolean bipartite = schedule.equals("bipartite");
    Path input = hub(bipartite);
    String options = "--input=" + input + " --batchSize=100 --tableSize=8 --schedule=" + schedule;
    evidence.watch();
    assertDone(launch(options, runner, "--counts=immediate"));
    long visitsAtOnce = visitsOfHub();

    createTables();
    evidence.watch();
    Launched launched = launch(options, runner, "--counts=mixed");
    assertDone(launched);
    assertThat(launched.out().toString()).containsPattern("counts: folded [0-9,]+ deltas into ");
    assertThat(database.edges()).isEqualTo(EDGES);
    assertThat(database.wrongNodes()).isEmpty();
    assertThat(database.number("SELECT count(*) FROM nodes_deltas")).isZero();
    assertThat(visitsOfHub()).isPositive().isLessThan(visitsAtOnce / 2);
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");

    assertDone(launch(options, runner, "--counts=mixed")); // all edges exist
    assertThat(database.wrongNodes()).isEmpty();
  }

  @Test
  void idsOnBothSidesAreRefused() throws Exception {
    Path input = Files.writeString(directory.resolve("both.csv"), "s,t\n1,2\n2,3\n5,6\n");
    Launched launched =
        launch("--input=" + input, "--schedule=bipartite", "--counts=mixed", DIRECT);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err().toString()).contains("2").containsIgnoringCase("both");
    assertThat(database.query("SELECT id FROM nodes_now WHERE out_degree > 0 AND in_degree > 0"))
        .isEmpty();
  }

  private long visitsOfHub() throws Exception {
    return database.number("SELECT count(*) FROM nodes_reached WHERE node = '0'");
  }

  private Path hub(boolean bipartite) throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder lines = new StringBuilder("source,target\n");
    for (int i = 0; i < EDGES; i++) {
      int source = random.nextBoolean() ? 0 : 1 + random.nextInt(500);
      boolean toHub = !bipartite && source != 0 && random.nextInt(4) == 0;
      lines.append(source).append(',');
      lines.append(toHub ? 0 : (bipartite ? 1_000 : 1) + random.nextInt(500)).append('\n');
    }
    return Files.writeString(directory.resolve("hub.csv"), lines);
  }

  private Launched launch(String... options) {
    List<String> args = new ArrayList<>(List.of("load-edges"));
    Stream.of(options).flatMap(words -> Stream.of(words.split(" "))).forEach(args::add);
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + database.postgres().user());
    return Launched.with(List.of(new LoadEdges()), args.toArray(String[]::new));
  }
}
