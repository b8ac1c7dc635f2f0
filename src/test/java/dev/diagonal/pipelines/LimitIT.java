package dev.diagonal.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --limit}: the first records of several files, in their order, and no others. */
@ExtendWith(PostgresExtension.class)
final class LimitIT {

  /** The rows of a file, more than a block of a transfer or of a reader of lines. */
  private static final int ROWS = 2_500;

  private static final String FLINK = " --runner=FlinkRunner --flinkMaster=[local] --parallelism=2";

  private final Path directory;
  private final LocalPostgres postgres;
  private final Sql sql;

  LimitIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.postgres = postgres;
    this.sql = new Sql(JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user()));
  }

  @BeforeEach
  void createFilesAndSchema() throws Exception {
    sql.execute(
        "DROP SCHEMA IF EXISTS few CASCADE; CREATE SCHEMA few;"
            + "CREATE TABLE few.numbers AS SELECT n AS id FROM generate_series(1, 9000) AS n;"
            + "ALTER TABLE few.numbers ADD PRIMARY KEY (id)");
    Files.createDirectories(directory.resolve("in"));
    Files.writeString(directory.resolve("in/1.csv"), csv(1));
    try (var gzip = new GZIPOutputStream(Files.newOutputStream(directory.resolve("in/2.csv.gz")))) {
      gzip.write(csv(ROWS + 1).getBytes(UTF_8));
    }
    Files.writeString(directory.resolve("in/3.csv"), csv(2 * ROWS + 1));
  }

  /** Ratings, edges and rows at once: the id of a row is its place. */
  private static String csv(int first) {
    return LongStream.range(first, first + ROWS)
        .mapToObj(id -> "%s,%s,1.5,7".formatted(id, id))
        .collect(joining("\n", "userId,movieId,rating,timestamp\n", "\n"));
  }

  @ParameterizedTest
  @CsvSource({"1", "999", "1000", "2500", "2501", "6001", "7500", "9999"})
  void transfersTheFirstRowsOfTheFiles(int limit) throws IOException {
    Path out = directory.resolve("out.csv");
    done("transfer --from=csv:DIR/in --to=csv:%s --limit=%s".formatted(out, limit));
    assertThat(Files.readAllLines(out))
        .hasSize(1 + Math.min(limit, 3 * ROWS))
        .last()
        .asString()
        .startsWith(Math.min(limit, 3 * ROWS) + ",");
  }

  @ParameterizedTest
  @CsvSource({"1, ''", "2500, ''", "2501, ''", "6001, ''", "9999, ''", "1, FLINK", "6001, FLINK"})
  void totalsTheFirstRatings(int limit, String runner) throws IOException {
    Path out = directory.resolve("out.csv");
    done(
        "movie-ratings --input=DIR/in --output=%s --limit=%s%s"
            .formatted(out, limit, runner.isEmpty() ? "" : FLINK));
    List<String> lines = Files.readAllLines(out);
    int rows = Math.min(limit, 3 * ROWS);
    assertThat(lines).hasSize(1 + rows);
    assertThat(lines.get(rows)).startsWith(rows + ",1,");
  }

  @Test
  void transfersTheFirstRowsOnFlink() throws Exception {
    done("transfer --from=csv:DIR/in --to=jdbc:few.rows --limit=2600 PG" + FLINK);
    assertThat(sql.query("SELECT count(*) || ',' || max(\"userId\") FROM few.rows"))
        .containsExactly("2600,2600");
  }

  @Test
  void transfersAnyRowsOfATable() throws Exception {
    done("transfer --from=jdbc:few.numbers --to=csv:DIR/out.csv --limit=1234 PG");
    assertThat(Files.readAllLines(directory.resolve("out.csv")).stream().distinct()).hasSize(1235);
  }

  /** Record 1,600 is bad and is not among the first 1,500, though it is in the same block. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "transfer --from=csv:DIR/late.csv --to=csv:DIR/out.csv",
        "movie-ratings --input=DIR/late.csv --output=DIR/out.csv"
      })
  void doesNotReadBadRecordsAfterLimit(String command) throws IOException {
    List<String> lines = new ArrayList<>(csv(1).lines().toList());
    lines.set(1_600, "bad");
    Files.write(directory.resolve("late.csv"), lines);

    done(command + " --limit=1500");

    assertThat(Files.readAllLines(directory.resolve("out.csv"))).hasSize(1_501);
  }

  @Test
  void badRecordsCount() throws IOException {
    Path in = directory.resolve("mixed.csv");
    Files.writeString(
        in, "userId,movieId,rating,timestamp\n1,1,2,3\nx\n\n# no\n2,2,4,5\ny\n3,3,1,1\n");
    Launched launched =
        done(
            "movie-ratings --input=%s --output=DIR/out.csv --badRecords=DIR/bad.jsonl --comment=# --limit=3"
                .formatted(in));
    assertThat(Files.readAllLines(directory.resolve("out.csv"))).hasSize(3);
    assertThat(Files.readAllLines(directory.resolve("bad.jsonl"))).hasSize(1);
    assertThat(launched.out().get(0)).contains("2 rows read, 1 bad");
  }

  @Test
  void aWholeLoadFollowsALimitedOne() throws Exception {
    String load =
        "load-edges --input=DIR/in --edgesTable=few.edges --nodesTable=few.nodes --sourceColumn=userId"
            + " --targetColumn=timestamp PG";
    done(load + " --limit=2600");
    assertThat(sql.query("SELECT count(*) || ',' || max(source) FROM few.edges"))
        .containsExactly("2600,2600");
    done(load);
    assertThat(sql.query("SELECT count(*) FROM few.edges")).containsExactly("" + 3 * ROWS);
    assertThat(sql.query("SELECT in_degree FROM few.nodes WHERE id = 7"))
        .containsExactly("" + 3 * ROWS);
  }

  @Test
  void loadsTheFirstRatings() throws Exception {
    done(
        "rating-batches --input=DIR/in --limit=2501 --ratingsTable=few.ratings"
            + " --batchesTable=few.batches --stagingTable=few.staging --jdbcTable=few.totals PG");
    assertThat(sql.query("SELECT count(*) || ',' || max(movie_id) FROM few.totals"))
        .containsExactly("2501,2501");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          movie-ratings --input=DIR/in --output=DIR/o --limit=-1 | --limit must be 0 or more, got -1
          transfer --from=csv:DIR/in --to=csv:DIR/o --limit=-1 | limit must be 0 or more, got -1
          transfer --from=csv:DIR/in --to=csv:DIR/o --limit=5 --verify | a limit cannot be verified
          load-edges --inputQuery=x --idColumn=id --limit=5 PG | write the LIMIT into --inputQuery
          load-edges --input=DIR/in --streaming --limit=5 PG | --streaming reads files
          load-edges --fold --limit=5 PG | --fold reads no records
          rating-batches --limit=5 PG | needs --input
          donors-choose --projects=DIR/in --donations=DIR/in --resources=DIR/in --output=DIR/o --limit=5 | the three files are joined
          donors-choose --generate=DIR/g --limit=5 | --generate reads nothing
          """)
  void isRefusedWhereItHasNoMeaning(String command, String message) {
    Launched launched = launch(command);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).anyMatch(line -> line.contains(message));
  }

  private Launched done(String command) {
    Launched launched = launch(command);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    return launched;
  }

  private Launched launch(String command) {
    return Launched.with(
        Main.COMMANDS,
        command
            .replace("DIR", directory.toString())
            .replace(
                " PG", " --jdbcUrl=%s --jdbcUser=%s".formatted(postgres.jdbcUrl(), postgres.user()))
            .split(" "));
  }
}
