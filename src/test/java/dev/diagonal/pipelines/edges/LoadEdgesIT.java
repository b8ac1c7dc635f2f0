package dev.diagonal.pipelines.edges;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidence.Found;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.DuckDb;
import dev.diagonal.testing.Eventually;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(ConflictEvidenceExtension.class)
final class LoadEdgesIT {

  private static final Path MOVIELENS =
      Path.of("..", "shared", "data", "movielens-next-edges", "edges.csv");

  private final Path directory;
  private final ConflictEvidence evidence;
  private final LocalPostgres postgres;

  LoadEdgesIT(@TempDir Path directory, ConflictEvidence evidence) {
    this.directory = directory;
    this.evidence = evidence;
    this.postgres = evidence.server();
  }

  @BeforeEach
  void dropTables() throws SQLException {
    execute(
        "DROP TABLE IF EXISTS edges, nodes, nodes_deltas, targets, list, friends, people CASCADE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void repeatedLoadsWriteAndCountEachEdgeOnce(String runner) throws Exception {
    Path input = edges(20_000, 300);
    long deadlocks = deadlocks();
    for (int run = 1; run <= 2; run++) {
      Launched launched =
          launch(
              "--input=" + input + " --tableSize=8 --batchSize=100 " + runner + " --parallelism=2");
      assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
      assertThat(launched.out().get(0)).startsWith("load-edges: 20,000 rows read, 0 bad, in ");
      assertThat(launched.out().get(1))
          .contains("20,000 rows  table edges in jdbc:postgresql://")
          .endsWith(run == 1 ? " (20,000 new)" : " (0 new, 20,000 unchanged)");
      assertThat(launched.out().get(2)).matches(".* transactions of .* open at a time, 0 retried");
      assertThat(row("SELECT count(*) FROM edges")).isEqualTo("20000");
      assertCountsAreThoseOfTheEdges();
    }
    assertThat(deadlocks()).isEqualTo(deadlocks);
  }

  @Test
  void aHeaderAmongTheEdgesIsRemarked() throws Exception {
    Path input =
        Files.writeString(directory.resolve("few.csv"), "source,target\na,b\nsource,target\n");
    Launched launched = launch("--input=" + input + " --idType=text");
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out())
        .anyMatch(line -> line.contains("1 record(s) equal the header of their file"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"immediate", "folded"})
  void warnsOfTriggersThatMayDropNodes(String counts) throws Exception {
    execute(
        """
        CREATE TABLE nodes (id bigint PRIMARY KEY, out_degree bigint, in_degree bigint);
        CREATE OR REPLACE FUNCTION drop_node() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN IF NEW.id = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE TRIGGER drop_node BEFORE INSERT ON nodes FOR EACH ROW EXECUTE FUNCTION drop_node()
        """);
    Path input = Files.writeString(directory.resolve("few.csv"), "source,target\n1,2\n2,3\n");
    Launched launched = launch("--input=" + input + " --counts=" + counts);
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(launched.err())
        .anyMatch(line -> line.contains("table nodes has triggers or rules: the counts of nodes"));
    assertThat(row("SELECT sum(out_degree) FROM nodes")).isEqualTo("1");
  }

  @Test
  void movieLens() throws Exception {
    assumeThat(MOVIELENS).exists();
    // A run that makes the tables, for the triggers on them.
    Path none = Files.writeString(directory.resolve("none.csv"), "source,target\n");
    assertThat(launch("--input=" + none).exitCode()).isEqualTo(ExitCode.DONE);
    evidence.watch();
    for (int run = 1; run <= 2; run++) {
      Launched launched = launch("--input=" + MOVIELENS);
      assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
      assertThat(row("SELECT count(*), max(out_degree + in_degree) FROM nodes"))
          .isEqualTo("9724,650");
      assertThat(row("SELECT count(*) FROM edges")).isEqualTo("100226");
      assertCountsAreThoseOfTheEdges();
    }
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
  }

  @Test
  void readsFilesWithOtherColumnOrdersByName() throws Exception {
    Path files = Files.createDirectory(directory.resolve("orders"));
    Files.writeString(files.resolve("1.csv"), "src,dst\n1,2\n");
    Files.writeString(files.resolve("2.csv"), "dst,src\n2,3\n");
    Launched launched = launch("--input=" + files);
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(row("SELECT source, target FROM edges ORDER BY source")).isEqualTo("1,2\n3,2");
  }

  @Test
  void readsBlankSeparatedListWithTextsAndComments() throws Exception {
    Path input = directory.resolve("list.txt.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(input))) {
      out.write("# a comment\nann  bob\t7\n bob ann 8\nann ann 9\n".getBytes("UTF-8"));
    }
    Launched launched =
        launch(
            "--input="
                + input
                + " --delimiter=blanks --header=false --comment=# --idType=text --edgeColumns=3");
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(row("SELECT source, target, column_3 FROM edges ORDER BY column_3"))
        .isEqualTo("ann,bob,7\nbob,ann,8\nann,ann,9");
    assertThat(row("SELECT id, out_degree, in_degree FROM nodes ORDER BY id"))
        .isEqualTo("ann,2,2\nbob,1,1");
  }

  @Test
  void readsParquet() throws Exception {
    Path input = directory.resolve("edges.parquet");
    try (DuckDb duck = DuckDb.open()) {
      Path unused =
          duck.write(
              "SELECT [i] AS list, i % 7 AS s, i % 5 AS t, CASE WHEN i = 9 THEN NULL"
                  + " ELSE '#' || i || ', \"x\"' END AS name FROM range(5000) r(i)",
              input, "row_group_size 2048");
    }
    // What is said of text files does not hold for records.
    String options =
        "--input="
            + input
            + " --sourceColumn=s --targetColumn=t --edgeColumns=name --delimiter=tab --comment=#";
    for (int run = 1; run <= 2; run++) {
      Launched launched = launch(options);
      assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
      assertThat(launched.out().get(0)).startsWith("load-edges: 5,000 rows read, 0 bad, in ");
      assertThat(row("SELECT count(*), count(name), max(name) FROM edges"))
          .isEqualTo("5000,4999,#999, \"x\"");
      assertCountsAreThoseOfTheEdges();
    }
  }

  @Test
  void readsParquetByPosition() throws Exception {
    Path input = directory.resolve("edges.parquet");
    try (DuckDb duck = DuckDb.open()) {
      Path unused = duck.write("SELECT i % 7 AS s, i % 5 AS t FROM range(500) r(i)", input);
    }
    Launched launched = launch("--input=" + input);
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out().get(0)).startsWith("load-edges: 500 rows read, 0 bad, in ");
    assertCountsAreThoseOfTheEdges();
  }

  @Test
  void edgesComeFromAQueryToo() throws Exception {
    execute(
        "CREATE TABLE list AS SELECT n AS e, n % 7 AS s, n % 5 AS t, 'x' || n AS name"
            + " FROM generate_series(1, 3000) AS n");
    Launched launched =
        Launched.with(
            List.of(new LoadEdges()),
            "load-edges",
            "--inputQuery=SELECT * FROM list",
            "--idColumn=e",
            "--sourceColumn=s",
            "--targetColumn=t",
            "--edgeColumns=name",
            "--jdbcUrl=" + postgres.jdbcUrl(),
            "--jdbcUser=" + LocalPostgres.USER);
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(row("SELECT count(*), sum(edge_id), min(name) FROM edges"))
        .isEqualTo("3000,4501500,x1");
    assertCountsAreThoseOfTheEdges();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void readsLaterFilesFromWatchedDirectory(String runner) throws Exception {
    Path watched = Files.createDirectory(directory.resolve("watched"));
    Files.move(edges(3_000, 100), watched.resolve("first.csv"));
    CompletableFuture<Launched> load =
        CompletableFuture.supplyAsync(
            () ->
                launch(
                    "--input="
                        + watched
                        + " --streaming --pollSeconds=1 --endAfterIdleSeconds=10"
                        + " --maxBufferingSeconds=1 --batchSize=500 "
                        + runner
                        + " --parallelism=2"));
    assertThat(Eventually.within(Duration.ofMinutes(2), () -> count("edges") == 3_000)).isTrue();
    Files.move(edges(4_000, 100), watched.resolve("second.csv"));
    assertThat(Eventually.within(Duration.ofMinutes(2), () -> count("edges") == 7_000)).isTrue();
    Launched launched = load.join();
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out().get(0)).startsWith("load-edges: 7,000 rows read, 0 bad, in ");
    assertThat(row("SELECT count(*) FROM edges")).isEqualTo("7000");
    assertCountsAreThoseOfTheEdges();
  }

  @Test
  void streamDryRunShowsFilesAndInterval() throws Exception {
    Path watched = Files.createDirectory(directory.resolve("watched"));
    String line =
        "--input=" + watched + " --streaming --pollSeconds=7 --dryRun --targetColumn=target";
    Launched launched = launch(line + " --sourceColumn=source");
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out().get(0))
        .isEqualTo("reads:   0 file(s), 0.0 MB, and new files, every 7 s");

    Launched byPosition = launch(line);
    assertThat(byPosition.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(byPosition.err().get(0)).contains("there is no file yet", "--sourceColumn=source");
    String headless = line.replace("--targetColumn=target", "--header=false");
    assertThat(launch(headless).exitCode()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void onlyRefusedRowsAreMissing() throws Exception {
    Path input = edges(1_000, 50);
    assertThat(launch("--input=" + input + " --dryRun").exitCode()).isEqualTo(ExitCode.DONE);
    Files.writeString(directory.resolve("one.csv"), "source,target\n1,2\n");
    assertThat(launch("--input=" + directory.resolve("one.csv")).exitCode())
        .isEqualTo(ExitCode.DONE);
    execute("TRUNCATE edges, nodes");
    execute("ALTER TABLE edges ADD CONSTRAINT not_seven CHECK (source <> 777777)");
    Files.writeString(input, "777777,5\n", java.nio.file.StandardOpenOption.APPEND);

    Launched failed = launch("--input=" + input);
    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err()).last().asString().contains("not_seven").doesNotContain("777777");

    Path bad = directory.resolve("bad.jsonl");
    Launched launched = launch("--input=" + input + " --badRecords=" + bad);
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(Files.readAllLines(bad)).singleElement().asString().contains("777777", "not_seven");
    assertThat(row("SELECT count(*) FROM edges")).isEqualTo("1000");
    assertCountsAreThoseOfTheEdges();
  }

  @Test
  void refusesIdsOnBothSides() throws Exception {
    Path input = Files.writeString(directory.resolve("both.csv"), "s,t\n1,2\n2,3\n");
    Launched launched = launch("--input=" + input + " --schedule=bipartite");
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err())
        .last()
        .asString()
        .contains("id 2 is on both sides of edges: declare the schedule monopartite");
    assertDone(launch("--input=" + input + " --schedule=bipartite --targetNodesTable=targets"));
    assertThat(row("SELECT id, out_degree FROM nodes ORDER BY id")).isEqualTo("1,1\n2,1");
    assertThat(row("SELECT id, in_degree FROM targets ORDER BY id")).isEqualTo("2,1\n3,1");
  }

  @Test
  void assignsComponentsByTheirColumn() throws Exception {
    Path input =
        Files.writeString(directory.resolve("parts.csv"), "s,t,part\n1,2,a\n2,3,a\n7,8,b\n");
    Launched launched =
        launch("--input=" + input + " --schedule=components --componentColumn=part --tableSize=4");
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(row("SELECT source, target, part FROM edges ORDER BY source"))
        .isEqualTo("1,2,a\n2,3,a\n7,8,b");
    assertCountsAreThoseOfTheEdges();
  }

  @Test
  void edgesOfComponentShareOneSlot() throws Exception {
    StringBuilder lines = new StringBuilder("s,t,part\n");
    for (int i = 0; i < 40; i++) {
      lines.append(2 * i).append(',').append(2 * i + 1).append(",a\n");
    }
    Path input = Files.writeString(directory.resolve("part.csv"), lines);
    String options =
        "--input=" + input + " --schedule=components --componentColumn=part --tableSize=4";
    assertThat(launch(options + " --dryRun").out())
        .anyMatch(line -> line.contains("components, 4 slots, 4 cells in 1 wave(s)"));
    Launched launched = launch(options);
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out())
        .anyMatch(
            line ->
                line.contains(
                    "the hottest of 4 slots had 100 % of the rows: room for about 1.0"
                        + " transactions at a time"))
        .anyMatch(line -> line.contains("the largest of 4 cells had 40 rows, 4.0 times the mean"));
  }

  @Test
  void tablesAndWorkersAreThoseOfTheOptions() throws Exception {
    Launched launched =
        launch(
            "--input="
                + edges(2_000, 50)
                + " --nodesTable=people --edgesTable=friends --maxWorkers=1 --batchSize=100");
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).anyMatch(line -> line.contains(" 1.0 of 1 open at a time"));
    assertThat(row("SELECT count(*) FROM friends")).isEqualTo("2000");
    assertThat(row("SELECT sum(out_degree), sum(in_degree) FROM people")).isEqualTo("2000,2000");
    assertThat(count("edges")).isEqualTo(-1);
  }

  @Test
  void aWrongOptionIsNamed() throws Exception {
    Path input = edges(10, 5);
    assertRefused("--tableSize must be 1 to 64", "--input=" + input + " --tableSize=65");
    assertRefused(
        "--batchSize must be 1 to 1000000, got -1", "--input=" + input + " --batchSize=-1");
    assertRefused("--schedule takes one of monopartite", "--input=" + input + " --schedule=waves");
    assertRefused(
        "--schedule=components needs --componentColumn",
        "--input=" + input + " --schedule=components");
    assertRefused("use either --input or --inputQuery", "");
    assertRefused("--inputQuery needs --idColumn", "--inputQuery=TABLE_x");
    assertRefused("no file matches", "--input=" + directory.resolve("none.csv"));
    String streaming = "--input=x --streaming --sourceColumn=source --targetColumn=target";
    assertRefused(
        "--badRecords takes a directory, and '" + input + "' is not a directory",
        streaming + " --badRecords=" + input);
    assertRefused("--pollSeconds must be 1 to", streaming + " --pollSeconds=0");
  }

  /** Returns how many rows a table has, or -1 while there is none. */
  private long count(String table) {
    try {
      return Long.parseLong(row("SELECT count(*) FROM " + table));
    } catch (SQLException notThereYet) {
      return -1;
    }
  }

  private void assertRefused(String message, String options) {
    Launched launched = launch(options);
    assertThat(launched.exitCode()).as(options).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).anyMatch(line -> line.contains(message));
  }

  private Launched launch(String options) {
    List<String> args = new ArrayList<>(List.of("load-edges"));
    if (!options.isEmpty()) {
      args.addAll(List.of(options.trim().split(" +")));
    }
    if (!options.contains("Flink")) {
      args.remove("--parallelism=2");
    }
    args.add("--jdbcUrl=" + postgres.jdbcUrl());
    args.add("--jdbcUser=" + LocalPostgres.USER);
    return Launched.with(List.of(new LoadEdges()), args.toArray(String[]::new));
  }

  private void assertCountsAreThoseOfTheEdges() throws SQLException {
    assertThat(
            row(
                """
                SELECT count(*) FROM nodes FULL JOIN (
                  SELECT id, sum(o) AS o, sum(i) AS i FROM (
                    SELECT source AS id, 1 AS o, 0 AS i FROM edges
                    UNION ALL SELECT target, 0, 1 FROM edges) AS ends GROUP BY id) AS counted
                USING (id)
                WHERE (out_degree, in_degree) IS DISTINCT FROM (o, i)\
                """))
        .isEqualTo("0");
  }

  private long deadlocks() throws SQLException {
    return Long.parseLong(
        row("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));
  }

  private Path edges(int count, int nodes) throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    StringBuilder text = new StringBuilder("source,target\n");
    for (int i = 0; i < count; i++) {
      text.append(random.nextInt(nodes)).append(',').append(random.nextInt(nodes)).append('\n');
    }
    return Files.writeString(directory.resolve("edges.csv"), text);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String row(String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          values.add(result.getString(i));
        }
        rows.add(String.join(",", values));
      }
    }
    return String.join("\n", rows);
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl(), LocalPostgres.USER, null);
  }
}
