package dev.diagonal.pipelines.edges;

import static dev.diagonal.pipelines.edges.LoadEdgesRun.DIRECT;
import static dev.diagonal.pipelines.edges.LoadEdgesRun.FLINK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidence.Found;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Loads from a directory that files go on coming to. */
@ExtendWith(ConflictEvidenceExtension.class)
final class LoadEdgesStreamingIT {

  private static final int SIGTERM_STATUS = 143;
  private static final String STREAMING =
      "--streaming --pollSeconds=1 --maxBufferingSeconds=1 --tableSize=4 ";

  /** So that every bundle meets some. */
  private static final String FLINK_WITH_CHECKPOINTS = FLINK + " --checkpointingInterval=100";

  private static final EdgeFiles GRAPH = new EdgeFiles(300, 0);

  private final Path directory;
  private final Path watched;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;
  private LoadEdgesRun load;

  LoadEdgesStreamingIT(@TempDir Path directory, ConflictEvidence evidence) throws IOException {
    this.directory = directory;
    this.watched = Files.createDirectory(directory.resolve("watched"));
    this.evidence = evidence;
    this.database = evidence.database();
  }

  @BeforeEach
  void createTables() throws Exception {
    load = LoadEdgesRun.on(database);
    evidence.watch();
  }

  @Test
  void readsNewFilesUntilAskedToEnd() throws Exception {
    assertReadUntilTheEnd(DIRECT);
  }

  @Test
  @Tag("large")
  void filesThatComeAreReadOnFlinkToo() throws Exception {
    assertReadUntilTheEnd(FLINK_WITH_CHECKPOINTS);
  }

  private void assertReadUntilTheEnd(String runner) throws Exception {
    comes("a", 3_010, 1);
    int port = database.postgres().port();
    Path bad = directory.resolve("bad");
    String badOfB;
    try (CommandJvm running =
        load.begin(directory, port, watched, STREAMING + runner + " --badRecords=" + bad)) {
      awaitEdges(3_010, running);
      Path written = GRAPH.write(directory, "b", 4_020, 2);
      Path coming = watched.resolve("b.csv");
      badOfB = BadLines.appendTo(written, coming);
      Files.move(written, coming);
      awaitEdges(7_030, running);
      comes("c", 5_030, 3);
      running.process().destroy(); // SIGTERM: the third file may not have been found yet
      assertThat(running.await()).as(running.said()).isEqualTo(SIGTERM_STATUS);
      assertThat(running.said()).contains("load-edges: 12,060 rows read, 1 bad, in ");
    }
    load.assertExact(12_060);
    assertThat(database.query("SELECT part || count(*) FROM edges GROUP BY part ORDER BY part"))
        .containsExactly("a3010", "b4020", "c5030");
    assertThat(BadLines.in(bad)).containsExactly(badOfB);
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
  }

  private void comes(String part, int edges, long seed) throws IOException {
    Path written = GRAPH.write(directory, part, edges, seed);
    Files.move(written, watched.resolve(written.getFileName()));
  }

  private void awaitEdges(long edges, CommandJvm running) throws IOException {
    boolean there =
        Eventually.within(
            LoadEdgesRun.SOON, () -> database.numberNow("SELECT count(*) FROM edges") == edges);
    assertThat(there).as("%,d edges; %s", edges, running.said()).isTrue();
  }
}
