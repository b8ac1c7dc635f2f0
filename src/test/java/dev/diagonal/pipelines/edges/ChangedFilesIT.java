package dev.diagonal.pipelines.edges;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.pipelines.taxi.TripFile;
import dev.diagonal.testing.DuckDb;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that have changed under their names, whose rows are known by their places in them. */
@ExtendWith(PostgresExtension.class)
final class ChangedFilesIT {

  private static final String DIRECT = "--runner=DirectRunner";
  private static final String FLINK = "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2";

  private final Path directory;
  private final EdgeDatabase database;
  private String user;

  ChangedFilesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
    this.user = postgres.user();
  }

  @BeforeEach
  void dropTables() throws SQLException {
    database.execute("DROP TABLE IF EXISTS edges, nodes, trips, zones CASCADE");
  }

  @Test
  void anotherSizeIsRefusedBeforeAnythingIsWritten() throws Exception {
    Path input = write(1_000);
    assertDone(load(input, DIRECT));
    write(1_001);
    assertRefused(load(input, DIRECT), "edges.csv", "bytes and now has", "--appendOnly");
    assertThat(load(input, DIRECT).err()).anyMatch(line -> line.contains("--idColumn"));
    assertExact(1_000);
  }

  @Test
  void refusesChangedFirstBytesBeforeWriting() throws Exception {
    Path input = write(1_000);
    assertDone(load(input, DIRECT));
    Files.writeString(input, Files.readString(input).replace("source,target", "target,source"));
    assertRefused(load(input, DIRECT), "its first bytes differ");
    assertExact(1_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void anEdgeThatHasChangedIsNotLost(String runner) throws Exception {
    Path input = write(60_000);
    assertDone(load(input, runner));
    Files.writeString(input, Files.readString(input).replace("\n159999,", "\n259999,"));
    assertRefused(load(input, runner), "edges.csv has changed since its rows were written");
    assertExact(60_000);
    assertThat(database.number("SELECT count(*) FROM edges WHERE source = 259999")).isZero();
  }

  @Test
  void linesThatHaveMovedAreNotLoadedTwice() throws Exception {
    // Blanks that become a comment move the edges between, in a file of the same size.
    String head = "1,2\n".repeat(2_000);
    Path input = Files.writeString(directory.resolve("edges.csv"), head + "##\n1,2\n3,4\n#\n");
    assertDone(load(input, DIRECT, "--header=false", "--comment=#"));
    Files.writeString(input, head + "#\n1,2\n3,4\n##\n");
    assertRefused(load(input, DIRECT, "--header=false", "--comment=#"), "has changed");
    assertExact(2_002);
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void appendOnlyLoadsWhatWasAdded(String runner) throws Exception {
    Path input = write(30_000);
    assertDone(load(input, runner));
    for (int edges : List.of(30_001, 90_000)) {
      write(edges);
      assertDone(load(input, runner, "--appendOnly"));
      assertExact(edges);
      assertDone(load(input, runner));
      assertExact(edges);
    }
    Files.writeString(input, Files.readString(input).replace("\n129999,", "\n229999,"));
    assertRefused(load(input, runner), "has changed");
    write(90_000);
    Files.writeString(input, Files.readString(input).replace("\n189998,", "\n289998,") + "1,1\n");
    assertRefused(load(input, runner, "--appendOnly"), "has changed");
    assertThat(database.wrongNodes()).isEmpty();
  }

  @Test
  void appendOnlyRefusesAContinuedLastLine() throws Exception {
    Path input = Files.writeString(directory.resolve("edges.csv"), "source,target\n1,2\n3,4");
    assertDone(load(input, DIRECT));
    Files.writeString(input, "source,target\n1,2\n3,45\n6,7\n");
    assertRefused(load(input, DIRECT, "--appendOnly"), "continues its last line");
    assertExact(2);
  }

  @Test
  void compressedFilesAreCompared() throws Exception {
    Path input = directory.resolve("edges.csv.gz");
    compress("source,target\n" + "1,2\n".repeat(100_000), input);
    assertDone(load(input, DIRECT));
    assertDone(load(input, DIRECT));
    compress("source,target\n" + "1,2\n".repeat(99_999) + "3,4\n", input);
    assertRefused(load(input, DIRECT, "--appendOnly"), "has changed");
    assertExact(100_000);
  }

  @Test
  void parquetFilesAreCompared() throws Exception {
    Path input = directory.resolve("edges.parquet");
    String query =
        "SELECT i %% 7 AS s, CASE WHEN i = 4000 THEN %s ELSE i %% 5 END AS t FROM range(5000) r(i)";
    try (DuckDb duck = DuckDb.open()) {
      Path unused = duck.write(query.formatted("3"), input, "row_group_size 2048");
      assertDone(load(input, DIRECT));
      assertDone(load(input, DIRECT));
      unused = duck.write(query.formatted("4"), input, "row_group_size 2048");
    }
    assertRefused(load(input, DIRECT), "has changed");
    assertExact(5_000);
  }

  @Test
  void tablesThatWereEmptiedTakeAnyFile() throws Exception {
    Path input = write(1_000);
    assertDone(load(input, DIRECT));
    database.execute("TRUNCATE edges, nodes");
    Files.writeString(input, Files.readString(input).replace("\n100999,", "\n200999,"));
    assertDone(load(input, DIRECT));
    assertExact(1_000);
    database.execute("DROP TABLE edges, nodes");
    write(1_500);
    assertDone(load(input, DIRECT));
    assertExact(1_500);
  }

  @Test
  void loadsFileCorrectedAfterFailedFirstTry() throws Exception {
    Path input = Files.writeString(directory.resolve("edges.csv"), "source,target\n1,2\n3,x\n");
    assertThat(load(input, DIRECT).exitCode()).isEqualTo(ExitCode.FAILED);
    Files.writeString(input, "source,target\n1,2\n3,44\n");
    assertDone(load(input, DIRECT));
    assertExact(2);
  }

  @Test
  void edgesWithIdsComeFromAnyFile() throws Exception {
    Path input = Files.writeString(directory.resolve("edges.csv"), "id,source,target\n1,1,2\n");
    String[] options = {"--idColumn=id", "--sourceColumn=source", "--targetColumn=target"};
    assertDone(load(input, DIRECT, options));
    Files.writeString(input, "id,source,target\n2,3,4\n3,5,6\n");
    assertDone(load(input, DIRECT, options));
    assertExact(3);
  }

  @Test
  void warnsThatNothingIsComparedWithoutRights() throws Exception {
    database.execute(
        """
        DROP SCHEMA IF EXISTS guests CASCADE; DROP ROLE IF EXISTS guest;
        CREATE ROLE guest LOGIN PASSWORD '%s'; CREATE SCHEMA guests AUTHORIZATION guest
        """
            .formatted(database.postgres().password()));
    user = "guest";
    Path input = write(10);
    Launched launched =
        load(
            input,
            DIRECT,
            "--edgesTable=guests.edges",
            "--nodesTable=guests.nodes",
            "--internalSchema=not_there");
    assertDone(launched);
    assertThat(launched.err())
        .anyMatch(line -> line.contains("change under the same name") && line.contains("GRANT"));
    database.execute("DROP SCHEMA guests CASCADE; DROP ROLE guest");
  }

  @Test
  void taxiTripsAreCompared() throws Exception {
    Path input = new TripFile(2_000, 50).writeTo(directory.resolve("trips.csv"));
    assertDone(launch("taxi-trips", input, DIRECT));
    assertDone(launch("taxi-trips", input, DIRECT));
    String text = Files.readString(input);
    int last = text.lastIndexOf("2025-11-");
    Files.writeString(input, text.substring(0, last) + "2024" + text.substring(last + 4));
    assertRefused(launch("taxi-trips", input, DIRECT), "trips.csv has changed");
    Files.writeString(input, text + text.substring(text.lastIndexOf("2,2025-11-")));
    assertRefused(launch("taxi-trips", input, DIRECT), "bytes and now has", "--appendOnly");
    assertThat(database.number("SELECT count(*) FROM trips")).isEqualTo(2_000);
    assertDone(launch("taxi-trips", input, DIRECT, "--appendOnly"));
    assertThat(database.number("SELECT count(*) FROM trips")).isEqualTo(2_001);
    assertThat(database.number("SELECT sum(pickups) FROM zones")).isEqualTo(2_001);
  }

  /** Writes so many edges, whose sources are 100000 and on; what is written before stays. */
  private Path write(int edges) throws IOException {
    StringBuilder text = new StringBuilder("source,target\n");
    for (int i = 0; i < edges; i++) {
      text.append(100_000 + i).append(',').append(i % 100).append('\n');
    }
    return Files.writeString(directory.resolve("edges.csv"), text);
  }

  private static void compress(String text, Path file) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes("UTF-8"));
    }
  }

  private Launched load(Path input, String runner, String... options) {
    return launch("load-edges", input, runner, options);
  }

  private Launched launch(String command, Path input, String runner, String... options) {
    List<String> args = new ArrayList<>(List.of(command, "--input=" + input));
    args.addAll(List.of(runner.split(" ")));
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + user);
    args.addAll(List.of(options));
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private void assertExact(long edges) throws SQLException {
    assertThat(database.edges()).isEqualTo(edges);
    assertThat(database.wrongNodes()).isEmpty();
  }

  private static void assertRefused(Launched launched, String... parts) {
    assertThat(launched.exitCode()).as("%s", launched).isNotEqualTo(ExitCode.DONE);
    assertThat(String.join("\n", launched.err())).contains(parts).doesNotContain("\tat ");
  }
}
