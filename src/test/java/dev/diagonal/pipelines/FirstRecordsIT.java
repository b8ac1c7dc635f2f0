package dev.diagonal.pipelines;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A first try with a wrong option or file leaves no table. */
@ExtendWith(PostgresExtension.class)
final class FirstRecordsIT {

  private static final String TABLES =
      "SELECT count(*) FROM pg_class WHERE relkind = 'r'"
          + " AND relnamespace::regnamespace::text IN ('first_try', 'first_jobs', 'first_staging')";

  private final Path directory;
  private final EdgeDatabase database;

  FirstRecordsIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void dropTables() throws Exception {
    database.execute(
        """
        DROP SCHEMA IF EXISTS first_try, first_jobs, first_staging CASCADE;
        CREATE SCHEMA first_try
        """);
  }

  private Launched launch(String text, String... words) throws IOException {
    Path file = Files.writeString(directory.resolve("in.csv"), text);
    List<String> args = new ArrayList<>(List.of(words[0]));
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl() + "?currentSchema=first_try");
    args.add("--jdbcUser=" + database.postgres().user());
    args.add("--runner=DirectRunner");
    Arrays.stream(words).skip(1).map(word -> word.replace("FILE", "" + file)).forEach(args::add);
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private void assertFailsWithoutTables(Launched launched, String part) throws Exception {
    assertThat(launched.exitCode()).as("%s", launched).isNotEqualTo(ExitCode.DONE);
    assertThat(String.join("\n", launched.err())).contains(part).doesNotContain("\tat ");
    assertThat(database.number(TABLES)).as("tables after %s", launched).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "load-edges --input=FILE | source,target;1,2;2,bob | the target 'bob' is not a whole",
        "load-edges --input=FILE | 1,2;3,4 | is an edge and not a header",
        "load-edges --input=FILE --header=false | # a comment;1,2;2,3;3,4 | has no column '2'",
        "load-edges --input=FILE --header=false | 1,2;2,3;x,4 | the source 'x' is not a whole",
        "load-edges --input=FILE --idColumn=id --sourceColumn=s --targetColumn=t"
            + " | id,s,t;x,1,2;y,2,3 | the id 'x' is not a whole number",
        "movie-ratings --input=FILE | userId,movieId,rating,timestamp;1,tt7,3.5,4 | movie 'tt7'",
        "rating-batches --input=FILE --batchesTable=first_jobs.b --stagingTable=first_staging.s"
            + " --ratingsTable=first_try.ratings --jdbcTable=first_try.totals"
            + " | userId,movieId,rating,timestamp;ann,1,3.5,4 | user 'ann' is not a whole number",
        "taxi-trips --input=FILE | PULocationID,x;1,2 | 'DOLocationID'",
        "taxi-trips --input=FILE | PULocationID,DOLocationID;1,Queens | 'Queens'",
        "transfer --from=csv:FILE --to=jdbc:t --mapping=MAP | id,v;a7,1 | a7",
        "transfer --from=csv:FILE --to=jdbc:t --mapping=MAP --transaction=all | id,v;a7,1 | a7"
      })
  void firstBadRecordFailsBeforeAnyTable(String command, String lines, String message)
      throws Exception {
    Path mapping = directory.resolve("m.yaml");
    Files.writeString(mapping, "columns: [{name: id, type: bigint}, v]\n");
    assertFailsWithoutTables(
        launch(lines.replace(';', '\n') + "\n", command.replace("MAP", "" + mapping).split(" ")),
        message);
  }

  @Test
  void inputWithoutGoodRecordsFailsBeforeAnyTable() throws Exception {
    String edges =
        IntStream.range(0, 200)
            .mapToObj(i -> "a" + i + ",b" + i + "\n")
            .collect(Collectors.joining("", "source,target\n", ""));
    String bad = "--badRecords=" + directory.resolve("bad.jsonl");
    assertFailsWithoutTables(
        launch(edges, "load-edges", "--input=FILE", bad), "all of the first 200 records are bad");
    assertDone(launch(edges, "load-edges", "--input=FILE", "--idType=text"));
    assertThat(database.number("SELECT count(*) FROM first_try.edges")).isEqualTo(200);
  }

  @Test
  void aFewBadRecordsAreKept() throws Exception {
    String bad = "--badRecords=" + directory.resolve("bad.jsonl");
    assertDone(launch("source,target\na,b\n1,2\n", "load-edges", "--input=FILE", bad));
    assertThat(database.number("SELECT count(*) FROM first_try.edges")).isEqualTo(1);
    assertThat(directory.resolve("bad.jsonl")).content().contains("'a' is not a whole number");
  }

  @Test
  void reportsTooLongColumnNameWithFile() throws Exception {
    String name = "column_".repeat(10);
    String edges = "source,target," + name + "\n1,2,x\n";
    assertFailsWithoutTables(
        launch(edges, "load-edges", "--input=FILE", "--edgeColumns=" + name),
        "--edgeColumns: the name of column '%s' of %s has 70 bytes, and a column of a table may have 63: give its position, --edgeColumns=3, which names it column_3"
            .formatted(name, directory.resolve("in.csv")));
    assertFailsWithoutTables(
        edgesOf("SELECT 1 AS id, 2 AS s, 3 AS t, 4 AS x", "--edgeColumns=" + name),
        "column name must have 1 to 63 bytes");
    assertDone(launch(edges, "load-edges", "--input=FILE", "--edgeColumns=3"));
    assertThat(database.query("SELECT column_3 FROM first_try.edges")).containsExactly("x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT 1 AS id, 'ann' AS s, 2 AS t | the source 'ann' is not a whole number",
        "SELECT 1 AS id, 2 AS s, 2.5 AS t | the target '2.5' is not a whole number",
        "SELECT gen_random_uuid() AS id, 2 AS s, 3 AS t | use --edgeIdType=text",
        "SELECT 1 AS id, 2 AS source, 3 AS t | no column 's'"
      })
  void unsuitableQueryFailsBeforeTablesAreCreated(String query, String message) throws Exception {
    assertFailsWithoutTables(edgesOf(query), message);
  }

  private Launched edgesOf(String query, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("load-edges", "--inputQuery=" + query));
    words.addAll(List.of("--idColumn=id", "--sourceColumn=s", "--targetColumn=t"));
    words.addAll(List.of(more));
    return launch("", words.toArray(String[]::new));
  }

  @Test
  void idsOfAQueryAreNeverCutOff() throws Exception {
    String bad = "--badRecords=" + directory.resolve("bad.jsonl");
    assertDone(
        edgesOf(
            "VALUES (1::numeric, 2.0::numeric, '3'), (2, 7.5, '4'), (3, 5, 'x'), (4, 5e20, '6')",
            bad,
            "--idColumn=1",
            "--sourceColumn=2",
            "--targetColumn=3"));
    assertThat(database.query("SELECT source || '-' || target FROM first_try.edges"))
        .containsExactly("2-3");
    assertThat(Files.readAllLines(directory.resolve("bad.jsonl"))).hasSize(3);
  }

  @Test
  void suggestsDropForEmptyTableOfOtherLayout() throws Exception {
    String drop = "the table is empty: to have it created anew, DROP TABLE \"first_try\".\"";
    database.execute(
        """
        CREATE TABLE first_try.edges (edge_id uuid PRIMARY KEY, source bigint, target bigint);
        CREATE TABLE first_try.t (id bigint)
        """);
    Launched edges =
        launch(
            "source,target\na,b\n",
            "load-edges",
            "--input=FILE",
            "--idType=text",
            "--edgesTable=first_try.edges");
    assertThat(edges.err()).as("%s", edges).anyMatch(line -> line.contains(drop + "edges\""));
    for (String how : List.of("--transaction=all", "--transaction=each")) {
      for (String key : List.of("--key=id", "--blockRows=10")) {
        Launched transfer =
            launch("id,v\n1,2\n", "transfer", "--from=csv:FILE", "--to=jdbc:first_try.t", how, key);
        assertThat(transfer.err()).as("%s", transfer).anyMatch(line -> line.contains(drop + "t\""));
      }
    }
    Launched keyless =
        launch("id\n1\n", "transfer", "--from=csv:FILE", "--to=jdbc:first_try.t", "--key=id");
    assertThat(keyless.err()).as("%s", keyless).anyMatch(line -> line.contains(drop + "t\""));
    database.execute("INSERT INTO first_try.t VALUES (1)");
    Launched full =
        launch("id\n1\n", "transfer", "--from=csv:FILE", "--to=jdbc:first_try.t", "--key=id");
    assertThat(full.err()).as("%s", full).noneMatch(line -> line.contains("DROP TABLE"));
  }
}
