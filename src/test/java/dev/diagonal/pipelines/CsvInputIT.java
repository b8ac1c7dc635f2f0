package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.DuckDb;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Leading lines, comments and delimiters of several characters, in every command that reads CSV.
 */
@ExtendWith(PostgresExtension.class)
final class CsvInputIT {

  private static final List<String> SKIPPING =
      List.of("--skipLines=2", "--comment=#", "--delimiter=::");

  private final Path directory;
  private final Path out;
  private final LocalPostgres postgres;
  private JobDatabase database;

  CsvInputIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.out = directory.resolve("out.csv");
    this.postgres = postgres;
  }

  @BeforeEach
  void create() throws SQLException {
    database = JobDatabase.create(postgres, "csv_input");
  }

  @Test
  void movieRatingsSkipsLinesAndReadsLongDelimiters() throws IOException {
    Path in =
        file(
            "exported by x\n\n# a, \"b\nuserId::movieId::rating::timestamp\n"
                + "1::10::4.0::5\n#2::10::1.0::6\n\"3\"::10::3::6\n");
    run("movie-ratings", "--input=" + in, "--output=" + out);
    assertThat(Files.readAllLines(out)).hasSize(2).last().asString().startsWith("10,2,7.000,3.5");
  }

  @Test
  void ratingBatchesSkipsLinesAndReadsLongDelimiters() throws Exception {
    Path in =
        file(
            "exported by x\n\n#\nuserId::movieId::rating::timestamp\n"
                + "1::10::4.0::5\n#2::10::1.0::6\n3::10::3::6\n");
    runOn("rating-batches", "--input=" + in);
    assertThat(database.query("SELECT movie_id, rating_count, rating_sum FROM movie_rating_totals"))
        .containsExactly("10 2 7.000");
  }

  @Test
  void ratingBatchesReadsParquet() throws Exception {
    Path in = directory.resolve("ratings.parquet");
    try (DuckDb duck = DuckDb.open()) {
      Path unused =
          duck.write(
              "SELECT 4.0 AS rating, [i] AS list, i AS \"userId\", i % 3 AS \"movieId\""
                  + " FROM range(5000) r(i)",
              in, "row_group_size 2048");
    }
    // What is said of text files does not hold for records.
    runOn("rating-batches", "--input=" + in);
    assertThat(
            database.query(
                "SELECT movie_id, rating_count, rating_sum FROM movie_rating_totals ORDER BY 1"))
        .containsExactly("0 1667 6668.000", "1 1667 6668.000", "2 1666 6664.000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--header=true", "--header=false"})
  void loadEdgesSkipsLinesAndReadsLongDelimiters(String header) throws Exception {
    String names = header.endsWith("true") ? "src::dst::note\n" : "";
    Path in = file("exported by x\n\n# a::b\n" + names + "1::2::\"a::b\"\n#3::4::c\n5::6::a:b:\n");
    runOn("load-edges", "--input=" + in, header, "--edgeColumns=3");
    assertThat(database.query("SELECT source, target, column_3 FROM edges ORDER BY source"))
        .containsExactly("1 2 a::b", "5 6 a:b:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"load-edges", "rating-batches"})
  void withoutAHeaderMostFirstLinesCountFields(String command) throws Exception {
    Path in = file("1,10,4.0,5\n2,10,3,5,6\n3,10,3.0,7\n4,10\n");
    Path bad = directory.resolve("bad.jsonl");
    runOn(command, List.of("--input=" + in, "--header=false", "--badRecords=" + bad));
    String table = command.equals("load-edges") ? "edges" : "ratings";
    assertThat(database.query("SELECT count(*) FROM " + table)).containsExactly("2");
    assertThat(Files.readAllLines(bad))
        .hasSize(2)
        .allMatch(line -> line.contains("fields, but most of the first lines have 4"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"load-edges", "rating-batches", "taxi-trips"})
  void theSeparatorLineOfExcelIsRefused(String command) throws Exception {
    Path in = file("sep=;\nuserId;movieId;rating;PULocationID;DOLocationID\n1;2;3;4;5\n");
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            command,
            "--input=" + in,
            "--jdbcUrl=" + database.target().url(),
            "--jdbcUser=" + postgres.user());
    assertThat(launched.exitCode()).as("%s", launched).isNotEqualTo(ExitCode.DONE);
    assertThat(String.join("", launched.err())).contains("use --skipLines=1 --delimiter=';'");
  }

  @Test
  void readsPositionalEdgeColumnsByName() throws Exception {
    Path files = Files.createDirectory(directory.resolve("orders"));
    Files.writeString(files.resolve("1.csv"), "src,dst,kind,note\n1,2,k,n\n");
    Files.writeString(files.resolve("2.csv"), "src,note,dst,kind\n3,n,4,k\n");
    runOn("load-edges", List.of("--input=" + files, "--edgeColumns=3,4"));
    assertThat(database.query("SELECT source, target, column_3, column_4 FROM edges ORDER BY 1"))
        .containsExactly("1 2 k n", "3 4 k n");
  }

  @Test
  void readsPositionalParquetColumnsByName() throws Exception {
    Path files = Files.createDirectory(directory.resolve("orders"));
    try (DuckDb duck = DuckDb.open()) {
      Path one =
          duck.write(
              "SELECT 1 AS src, 2 AS dst", files.resolve("1.parquet"), "row_group_size 2048");
      Path two =
          duck.write(
              "SELECT 4 AS dst, 3 AS src", files.resolve("2.parquet"), "row_group_size 2048");
      assertThat(List.of(one, two)).allMatch(Files::exists);
    }
    runOn("load-edges", List.of("--input=" + files));
    assertThat(database.query("SELECT source, target FROM edges ORDER BY 1"))
        .containsExactly("1 2", "3 4");
  }

  @Test
  void taxiTripsSkipsLinesAndReadsLongDelimiters() throws Exception {
    Path in =
        file(
            "exported by x\n\n#\nPULocationID::DOLocationID::trip_distance\n"
                + "1::2::1.5\n#3::4::2\n5::6::2\n");
    runOn("taxi-trips", "--input=" + in);
    assertThat(
            database.query("SELECT pickup_zone, dropoff_zone, trip_distance FROM trips ORDER BY 1"))
        .containsExactly("1 2 1.5", "5 6 2.0");
  }

  @Test
  void donorsChooseSkipsLinesAndReadsLongDelimiters() throws IOException {
    Path files = directory.resolve("generated");
    run(List.of("donors-choose", "--generate=" + files, "--generateDonations=100"));
    List<String> inputs = new ArrayList<>();
    for (String table : List.of("projects", "donations", "resources")) {
      inputs.add("--" + table + "=" + files.resolve(table + ".csv.gz"));
    }
    Path usual = directory.resolve("usual");
    run(with(with(List.of("donors-choose"), inputs), List.of("--output=" + usual, "--shards=1")));
    List<String> others = new ArrayList<>();
    for (String table : List.of("projects", "donations", "resources")) {
      Path plain = directory.resolve(table + ".csv");
      run(
          List.of(
              "transfer",
              "--from=csv:" + files.resolve(table + ".csv.gz"),
              "--escape=\\",
              "--header=false",
              "--outputDelimiter=::",
              "--to=csv:" + plain));
      Files.writeString(
          plain,
          "exported by x\n\n# a comment, \"\n" + Files.readString(plain).replace("\\", "\\\\"));
      others.add("--" + table + "=" + plain);
    }
    Path other = directory.resolve("other");
    run(
        with(
            with(with(List.of("donors-choose"), others), SKIPPING),
            List.of("--output=" + other, "--shards=1")));
    assertThat(lines(other)).hasSize(100).isEqualTo(lines(usual));
  }

  @Test
  void transferSkipsLinesAndReadsLongDelimiters() throws IOException {
    Path in =
        file(
            "exported by x\n\n# a, \"b\nid::note\n1::\"two\n# lines\"\n#2::x\n3::a:b\n4::\":::\"\n");
    run("transfer", "--from=csv:" + in, "--to=csv:" + out, "--outputDelimiter=,");
    assertThat(out).hasContent("id,note\n1,\"two\n# lines\"\n3,a:b\n4,:::\n");

    Path back = directory.resolve("back.csv");
    run(List.of("transfer", "--from=csv:" + out, "--to=csv:" + back, "--outputDelimiter=::"));
    assertThat(back).hasContent("id::note\n1::\"two\n# lines\"\n3::\"a:b\"\n4::\":::\"\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "comma", "\\t"})
  void refusesDelimitersThatAreNames(String delimiter) throws IOException {
    Path in = file("a,b\n");
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            "movie-ratings",
            "--input=" + in,
            "--output=" + out,
            "--delimiter=" + delimiter);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("", launched.err())).contains("--delimiter takes 'tab'");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("in.csv"), text);
  }

  private static List<String> lines(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    lines.sort(null);
    return lines;
  }

  private static List<String> with(List<String> args, List<String> more) {
    List<String> all = new ArrayList<>(args);
    all.addAll(more);
    return all;
  }

  private void runOn(String command, String... options) {
    runOn(command, with(List.of(options), SKIPPING));
  }

  private void runOn(String command, List<String> options) {
    run(
        with(
            with(List.of(command), options),
            List.of("--jdbcUrl=" + database.target().url(), "--jdbcUser=" + postgres.user())));
  }

  private static void run(String command, String... options) {
    run(with(with(List.of(command), List.of(options)), SKIPPING));
  }

  private static void run(List<String> args) {
    Launched launched = Launched.with(Main.COMMANDS, args.toArray(String[]::new));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
  }
}
