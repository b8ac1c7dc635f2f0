package dev.diagonal.pipelines.ratings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.ratings.RatingRows;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.RatingsFile;
import dev.diagonal.testing.RefusingMapping;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

@ExtendWith({PostgresExtension.class, ElasticsearchExtension.class})
final class MovieRatingsIT {

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));

  private final Path directory;
  private final LocalPostgres postgres;
  private final LocalElasticsearch elasticsearch;

  MovieRatingsIT(
      @TempDir Path directory, LocalPostgres postgres, LocalElasticsearch elasticsearch) {
    this.directory = directory;
    this.postgres = postgres;
    this.elasticsearch = elasticsearch;
  }

  @Test
  void repeatedRunsLeaveEqualFiguresInAllSinks() throws Exception {
    RatingsFile ratings = RatingsFile.of(40_000, 3_000, 1);
    Path input = ratings.writeTo(directory.resolve("ratings.csv"));
    Path output = directory.resolve("out.csv");
    Path summary = directory.resolve("summary.json");
    for (int run = 1; run <= 2; run++) {
      Launched launched =
          launch(
              "--input=" + input,
              "--output=" + output,
              "--jdbcTable=all_sinks",
              "--elasticsearchIndex=all-sinks",
              "--summary=" + summary,
              jdbc(),
              jdbcUser(),
              elasticsearch());
      assertThat(launched.exitCode()).as("run %d: %s", run, launched).isEqualTo(ExitCode.DONE);
      assertThat(Files.readAllLines(output)).isEqualTo(ratings.expectedFile());
      assertThat(exported("all_sinks")).isEqualTo(Files.readString(output));
      assertThat(indexed("all-sinks")).isEqualTo(ratings.expected());
      assertSummedUp(JSON.readTree(summary.toFile()), ratings.movies(), output);
      assertThat(launched.out().get(0))
          .matches("movie-ratings: 40,000 rows read, 0 bad, in [0-9.]+ s \\([0-9,]+ rows/s\\)");
      assertThat(launched.out()).hasSize(4);
    }
  }

  @Test
  void laterRunsReplaceOnlyTheirMovies() throws Exception {
    Path first = Files.writeString(directory.resolve("1.csv"), "movieId,rating\n1,2\n2,3\n");
    Path second = Files.writeString(directory.resolve("2.csv"), "movieId,rating\n2,5\n3,4\n");
    for (Path input : List.of(first, second)) {
      String[] options = {
        "--input=" + input, "--jdbcTable=later", "--elasticsearchIndex=later", jdbc(), jdbcUser()
      };
      assertThat(launch(with(options, elasticsearch())).exitCode()).isEqualTo(ExitCode.DONE);
    }
    List<String> expected =
        List.of(
            "1,1,2.000,2.000000,2.000,2.000",
            "2,1,5.000,5.000000,5.000,5.000",
            "3,1,4.000,4.000000,4.000,4.000");
    assertThat(exported("later").lines().skip(1)).containsExactlyElementsOf(expected);
    assertThat(indexed("later")).isEqualTo(expected);
  }

  @Test
  void aFileAloneIsWritten() throws IOException, SQLException {
    RatingsFile ratings = RatingsFile.of(1_000, 100, 2);
    Path output = directory.resolve("new").resolve("out.csv");
    Launched launched =
        launch(
            "--input=" + ratings.writeTo(directory.resolve("ratings.csv")), "--output=" + output);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(Files.readAllLines(output)).isEqualTo(ratings.expectedFile());
    assertThat(launched.out()).hasSize(2);
  }

  @Test
  void aTableInASchemaAloneIsWritten() throws Exception {
    execute("CREATE SCHEMA IF NOT EXISTS alone");
    RatingsFile ratings = RatingsFile.of(1_000, 100, 3);
    Launched launched =
        launch(
            "--input=" + ratings.writeTo(directory.resolve("ratings.csv")),
            "--jdbcTable=alone.table_alone",
            jdbc(),
            jdbcUser());
    assertThat(launched.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(exported("alone.table_alone").lines())
        .containsExactlyElementsOf(ratings.expectedFile());
    assertThat(launched.out()).hasSize(2);
    assertThat(tables("table_alone")).containsExactly("alone.table_alone");
  }

  @Test
  void anIndexAloneIsWritten() throws IOException {
    RatingsFile ratings = RatingsFile.of(1_000, 100, 4);
    Launched launched =
        launch(
            "--input=" + ratings.writeTo(directory.resolve("ratings.csv")),
            "--elasticsearchIndex=alone",
            elasticsearch());
    assertThat(launched.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(indexed("alone")).isEqualTo(ratings.expected());
    assertThat(launched.out()).hasSize(2);
  }

  @Test
  void withNoSinkGivenBothServersAreEmbedded() throws IOException {
    Path input = RatingsFile.of(1_000, 100, 5).writeTo(directory.resolve("ratings.csv"));
    Launched launched = launch("--input=" + input);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.err())
        .contains("starting the embedded servers; they end with this command");
    assertThat(launched.out()).hasSize(4);
    assertThat(launched.out().get(1)).matches("  PostgreSQL +100 rows  table movie_ratings in .*");
    assertThat(launched.out().get(2))
        .matches("  Elasticsearch +100 rows  http://.*/movie-ratings \\(100 new\\)");
    assertThat(launched.out().get(3))
        .contains("the embedded servers stop now, and their data is deleted");
  }

  @Test
  void refusesTableOfOtherLayoutBeforeWriting() throws Exception {
    execute("CREATE TABLE other_shape (movie_id bigint PRIMARY KEY, rating_count text)");
    Path output = directory.resolve("out.csv");
    Path summary = directory.resolve("summary.json");
    Launched launched =
        launch(
            "--input=" + someRatings(),
            "--output=" + output,
            "--jdbcTable=other_shape",
            "--summary=" + summary,
            jdbc(),
            jdbcUser());
    assertFailed(launched, 2);
    assertThat(launched.err().get(0))
        .startsWith("movie-ratings: failed: table other_shape does not have the expected layout: ")
        .contains(
            "column rating_count: expected bigint, found text",
            "column rating_sum: expected numeric(22,3), found none");
    assertThat(launched.err().get(1)).startsWith("hint: use another table");
    assertThat(output).doesNotExist();
    assertThat(JSON.readTree(summary.toFile()).path("failure").asText())
        .startsWith("table other_shape does not have the expected layout");
  }

  @Test
  void anIndexOfAnotherMappingIsRefused() throws IOException {
    Http.send(
        "PUT",
        elasticsearch.url() + "/other-mapping",
        "{\"mappings\": {\"properties\": {\"movie_id\": {\"type\": \"keyword\"}}}}");
    Launched launched =
        launch("--input=" + someRatings(), "--elasticsearchIndex=other-mapping", elasticsearch());
    assertFailed(launched, 2);
    assertThat(launched.err().get(0))
        .startsWith("movie-ratings: failed: index other-mapping does not have the expected layout")
        .contains("movie_id", "keyword", "rating_sum");
  }

  @Test
  @Tag("large")
  void namesUnreachableDatabaseWithHint() throws IOException {
    String url = "jdbc:postgresql://127.0.0.1:" + closedPort() + "/postgres";
    Launched launched =
        launch("--input=" + someRatings(), "--jdbcUrl=" + url, "--jdbcUser=postgres");
    assertFailed(launched, 3);
    assertThat(launched.err().get(0)).startsWith("warning: no database server responds: ");
    assertThat(launched.err().get(1)).startsWith("movie-ratings: failed: ").contains(url);
    assertThat(launched.err().get(2))
        .isEqualTo("hint: is the database running, and is its JDBC URL right?");
  }

  @Test
  @Tag("large")
  void namesUnreachableElasticsearchWithHint() throws IOException {
    String url = "http://127.0.0.1:" + closedPort();
    Launched launched = launch("--input=" + someRatings(), "--elasticsearchUrl=" + url);
    assertFailed(launched, 3);
    assertThat(launched.err().get(0)).startsWith("warning: no Elasticsearch server responds at ");
    assertThat(launched.err().get(1)).startsWith("movie-ratings: failed: ").contains(url);
    assertThat(launched.err().get(2)).isEqualTo("hint: is the server running at this address?");
  }

  @Test
  void unknownUserIsRefusedImmediately() throws IOException {
    Launched launched = launch("--input=" + someRatings(), jdbc(), "--jdbcUser=unknown_user");
    assertFailed(launched, 2);
    assertThat(launched.err().get(0))
        .startsWith("movie-ratings: failed: the database says: ")
        .contains("password authentication failed for user \"unknown_user\"");
    assertThat(launched.err().get(1)).contains("--jdbcPasswordFile");
  }

  @Test
  void namesMissingPasswordFile() throws IOException {
    Path file = directory.resolve("password");
    assertThat(launch("--input=" + someRatings(), jdbc(), jdbcUser(), "--jdbcPasswordFile=" + file))
        .isEqualTo(
            wrongUsage(
                "--jdbcPasswordFile: the file '%s' cannot be read: it does not exist"
                    .formatted(file)));
  }

  @Test
  void aPasswordIsInNoMessage() throws Exception {
    Path file = Files.writeString(directory.resolve("password"), "s3cr3t\n");
    execute("CREATE TABLE secretive (movie_id text)");
    execute("CREATE ROLE secretive SUPERUSER LOGIN PASSWORD 's3cr3t'");
    Launched launched =
        launch(
            "--input=" + someRatings(),
            jdbc() + "?password=s3cr3t",
            "--jdbcUser=secretive",
            "--jdbcPasswordFile=" + file,
            "--jdbcTable=secretive");
    assertFailed(launched, 2);
    assertThat(launched.toString()).doesNotContain("s3cr3t");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          --jdbcUrl=postgres://h/d            | url must look like jdbc:postgresql://host:5432/database
          --jdbcUrl=jdbc:mysql://h/d          | --jdbcUrl must name a PostgreSQL database
          --jdbcTable=a..b --jdbcUrl=embedded | a..b
          --elasticsearchUrl=localhost:9200   | the URL of Elasticsearch must look like http://host:port
          --elasticsearchIndex=Caps --elasticsearchUrl=embedded | got 'Caps'
          --jdbcUrl=none                      | there is no target: set --output
          --output=x --delimiter=ab           | --delimiter takes 'tab', one character, or several
          --output=x --delimiter=1            | delimiter must be
          --output=x --header=false --movieColumn=movieId | without a header a column must be a position
          --output=x --badRecords=y --maxBadRecords=-1       | --maxBadRecords must be >= 0, got -1
          """)
  void whatCannotWorkIsWrongUsage(String options, String message) throws IOException {
    Launched launched = launch(with(options.split(" "), "--input=" + someRatings()));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.out()).isEmpty();
    assertThat(launched.err()).hasSize(2).element(0).asString().contains(message);
  }

  @Test
  void missingInputIsWrongUsage() {
    assertThat(launch("--input=/no/such/*.csv", "--output=x"))
        .isEqualTo(wrongUsage("--input: no file matches '/no/such/*.csv'"));
  }

  @Test
  void aColumnThatTheHeaderLacksIsNamed() throws IOException {
    Launched launched =
        launch(
            "--input=" + someRatings(),
            "--output=" + directory.resolve("out.csv"),
            "--movieColumn=film");
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err().get(0))
        .contains("--movieColumn", "'film'", "userId, movieId, rating, timestamp");
  }

  @Test
  void acceptsColumnsByOtherNameOrPosition() throws IOException {
    Path named = Files.writeString(directory.resolve("1.csv"), "stars\tfilm\n3.5\t7\n");
    Path output = directory.resolve("out.csv");
    launch(
        "--input=" + named,
        "--output=" + output,
        "--delimiter=tab",
        "--movieColumn=film",
        "--ratingColumn=stars");
    assertThat(Files.readAllLines(output)).endsWith("7,1,3.500,3.500000,3.500,3.500");
    Path bare = Files.writeString(directory.resolve("2.csv"), "2.5;8\n");
    launch(
        "--input=" + bare,
        "--output=" + output,
        "--delimiter=;",
        "--header=false",
        "--movieColumn=2",
        "--ratingColumn=1",
        "--userColumn=none",
        "--timestampColumn=none");
    assertThat(Files.readAllLines(output)).endsWith("8,1,2.500,2.500000,2.500,2.500");
  }

  @Test
  void firstBadRecordFailsRunWithPlace() throws Exception {
    RatingsFile ratings = RatingsFile.of(5_000, 100, 6).with(3_210, "1,17,five stars,99");
    Path input = ratings.writeTo(directory.resolve("ratings.csv"));
    Path output = directory.resolve("out.csv");
    Launched launched =
        launch(
            "--input=" + input, "--output=" + output, "--jdbcTable=bad_fails", jdbc(), jdbcUser());
    assertFailed(launched, 2);
    assertThat(launched.err().get(0))
        .isEqualTo(
            "movie-ratings: failed: %s, byte %d: the rating 'five stars' is not a decimal number with up to 3 fraction digits; the line is: 1,17,five stars,99"
                .formatted(input, ratings.offsetOf(3_210)));
    assertThat(launched.err().get(1))
        .isEqualTo("hint: --badRecords=<file.jsonl> writes such records there and continues");
    assertThat(output).doesNotExist();
    assertThat(exported("bad_fails").lines()).hasSize(1);
  }

  @Test
  void badRecordsGoToTheirFile() throws Exception {
    RatingsFile ratings =
        RatingsFile.of(5_000, 100, 7).with(4_321, "1,x,3.5,99").with(1_234, "1,2,3.5,99\"");
    Path input = ratings.writeTo(directory.resolve("ratings.csv"));
    Path output = directory.resolve("out.csv");
    Path badRecords = directory.resolve("bad.jsonl");
    Path summary = directory.resolve("summary.json");
    Launched launched =
        launch(
            "--input=" + input,
            "--output=" + output,
            "--badRecords=" + badRecords,
            "--maxBadRecords=2",
            "--summary=" + summary,
            "--jdbcTable=bad_aside",
            "--elasticsearchIndex=bad-aside",
            jdbc(),
            jdbcUser(),
            elasticsearch());
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.out().get(0)).startsWith("movie-ratings: 5,000 rows read, 2 bad, in ");
    assertThat(Files.readAllLines(output)).isEqualTo(ratings.expectedFile());
    assertThat(exported("bad_aside")).isEqualTo(Files.readString(output));
    assertThat(indexed("bad-aside")).isEqualTo(ratings.expected());
    assertThat(Files.readAllLines(badRecords).stream().map(MovieRatingsIT::json))
        .containsExactly(
            badRecord(
                input,
                ratings.offsetOf(1_234),
                "the timestamp '99\"' is not a whole number",
                "1,2,3.5,99\""),
            badRecord(
                input,
                ratings.offsetOf(4_322),
                "the movie 'x' is not a whole number",
                "1,x,3.5,99"));
    JsonNode read = JSON.readTree(summary.toFile());
    assertThat(read.path("rows_read").asLong()).isEqualTo(5_000);
    assertThat(read.path("bad_records").asLong()).isEqualTo(2);
    assertThat(outputsOf(read)).contains("bad records 2 " + badRecords);
  }

  @Test
  void postgresRefusalsFailRunOrBecomeBadRecords() throws Exception {
    RatingsFile ratings = RatingsFile.of(5_000, 100, 10);
    Path input = ratings.writeTo(directory.resolve("ratings.csv"));
    Path badRecords = directory.resolve("bad.jsonl");
    CreateTable.ifMissing(
        JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user()), RatingRows.table("refused"));
    execute("ALTER TABLE refused ADD CONSTRAINT no_seven CHECK (movie_id % 10 <> 7)");
    String[] options = {"--input=" + input, "--jdbcTable=refused", jdbc(), jdbcUser()};

    Launched failed = launch(options);
    assertFailed(failed, 2);
    assertThat(failed.err().get(0))
        .startsWith("movie-ratings: failed: table refused of " + postgres.jdbcUrl())
        .containsPattern("refuses the row of key [0-9]*7: ")
        .contains("violates check constraint \"no_seven\"");
    assertThat(failed.err().get(1)).startsWith("hint: --badRecords=<file.jsonl> ");

    Launched launched = launch(with(options, "--badRecords=" + badRecords));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    List<String> good = new ArrayList<>();
    List<String> bad = new ArrayList<>();
    for (String line : ratings.expected()) {
      String movie = line.substring(0, line.indexOf(','));
      if (movie.endsWith("7")) {
        bad.add(movie);
      } else {
        good.add(line);
      }
    }
    assertThat(bad).hasSize(10);
    assertThat(launched.out().get(0)).startsWith("movie-ratings: 5,000 rows read, 10 bad, in ");
    assertThat(exported("refused").lines().skip(1)).isEqualTo(good);
    List<JsonNode> letters =
        Files.readAllLines(badRecords).stream().map(MovieRatingsIT::json).toList();
    assertThat(letters)
        .allMatch(letter -> letter.path("reason").asText().contains("\"no_seven\""))
        .extracting(letter -> json(letter.path("record").asText()).path("movie_id").asText())
        .containsExactlyInAnyOrderElementsOf(bad);
  }

  @Test
  void refusedDocumentsFailRunOrBecomeBadRecords() throws Exception {
    RatingsFile ratings = RatingsFile.of(5_000, 100, 11);
    Path input = ratings.writeTo(directory.resolve("ratings.csv"));
    Path output = directory.resolve("out.csv");
    Path badRecords = directory.resolve("bad.jsonl");
    IndexTemplate.of(RefusingMapping.of(RatingRows.MAPPING, "movie_id"))
        .createIfMissing(ElasticsearchTarget.at(elasticsearch.url(), "ratings-refused"));
    String[] options = {
      "--input=" + input,
      "--output=" + output,
      "--elasticsearchIndex=ratings-refused",
      elasticsearch()
    };

    Launched failed = launch(with(options, "--bulkLoadMode"));
    assertFailed(failed, 2);
    assertThat(failed.err().get(0))
        .startsWith("movie-ratings: failed: of ")
        .contains(" were refused and ", " with status 400, mapper_parsing_exception");
    assertThat(Http.get(elasticsearch.url() + "/ratings-refused/_settings?flat_settings"))
        .contains("\"index.number_of_replicas\":\"1\"")
        .doesNotContain("refresh_interval");
    assertThat(failed.err().get(1)).startsWith("hint: --badRecords=<file.jsonl> ");

    Launched launched = launch(with(options, "--badRecords=" + badRecords));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.out().get(0))
        .startsWith("movie-ratings: 5,000 rows read, %d bad, in ".formatted(ratings.movies()));
    assertThat(Files.readAllLines(output)).isEqualTo(ratings.expectedFile());
    assertThat(indexed("ratings-refused")).isEmpty();
    assertThat(Files.readAllLines(badRecords))
        .hasSize(ratings.movies())
        .allMatch(line -> line.contains("with status 400, mapper_parsing_exception"));
  }

  @Test
  void moreBadRecordsThanAllowedFailTheRun() throws IOException {
    RatingsFile ratings =
        RatingsFile.of(1_000, 100, 8).with(700, "one").with(500, "two").with(300, "three");
    Launched launched =
        launch(
            "--input=" + ratings.writeTo(directory.resolve("ratings.csv")),
            "--output=" + directory.resolve("out.csv"),
            "--badRecords=" + directory.resolve("bad.jsonl"),
            "--maxBadRecords=2");
    assertFailed(launched, 1);
    assertThat(launched.err().get(0))
        .startsWith(
            "movie-ratings: failed: more than 2 bad records (--maxBadRecords):"
                + " 3 × N fields, but the header has N; for example ")
        .contains("the line is: three; ", "the line is: two; ")
        .endsWith("the line is: one");
    assertThat(Files.readAllLines(directory.resolve("bad.jsonl")))
        .hasSize(3)
        .last()
        .asString()
        .contains("\"record\":\"one\"");
  }

  @Test
  void withoutBadRecordsTheirFileIsEmpty() throws IOException {
    Path badRecords = directory.resolve("bad.jsonl");
    Launched launched =
        launch(
            "--input=" + someRatings(),
            "--output=" + directory.resolve("out.csv"),
            "--badRecords=" + badRecords);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(badRecords).isEmptyFile();
  }

  @Test
  void dryRunsDescribeTheRunAndChangeNothing() throws Exception {
    Path input = someRatings();
    Path output = directory.resolve("out.csv");
    Launched launched =
        launch(
            "--input=" + input,
            "--output=" + output,
            "--badRecords=" + directory.resolve("bad.jsonl"),
            "--maxBadRecords=5",
            "--jdbcTable=dry_run",
            "--elasticsearchIndex=dry-run",
            "--dryRun",
            jdbc(),
            jdbcUser(),
            elasticsearch());
    assertThat(launched.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(launched.err()).isEmpty();
    assertThat(launched.out().subList(0, 8))
        .containsExactly(
            "reads:   1 file(s), 0.0 MB",
            "creates: the file " + output + ", replacing an earlier one",
            "writes:  a row per movie to " + output,
            "creates: the table dry_run, if it is missing",
            "writes:  a row per movie to table dry_run in " + postgres.jdbcUrl() + " as postgres",
            "creates: the index dry-run, if it is missing",
            "writes:  a row per movie to " + elasticsearch.url() + "/dry-run",
            "bad:     up to 5 to " + directory.resolve("bad.jsonl"));
    assertThat(launched.out().get(8)).matches("heap:    [0-9,]+ MiB needed in each process, .*");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(input);
    }
    assertThat(tables("dry_run")).isEmpty();
    assertThat(Http.get(elasticsearch.url() + "/_cat/indices?h=index")).doesNotContain("dry-run");
  }

  private void assertSummedUp(JsonNode summary, int movies, Path output) {
    assertThat(summary.path("command").asText()).isEqualTo("movie-ratings");
    assertThat(summary.path("state").asText()).isEqualTo("DONE");
    assertThat(summary.path("rows_read").asLong()).isEqualTo(40_000);
    assertThat(summary.path("bad_records").asLong()).isEqualTo(0);
    assertThat(summary.path("seconds").asDouble()).isPositive();
    assertThat(summary.path("rows_per_second").asLong()).isPositive();
    assertThat(outputsOf(summary))
        .containsExactly(
            "CSV %d %s".formatted(movies, output),
            "PostgreSQL %d table all_sinks in %s as postgres".formatted(movies, postgres.jdbcUrl()),
            "Elasticsearch %d %s/all-sinks".formatted(movies, elasticsearch.url()));
  }

  private static Launched launch(String... options) {
    return Launched.with(
        List.of(new MovieRatings()), with(new String[] {"movie-ratings"}, options));
  }

  private static String[] with(String[] some, String... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
  }

  private static Launched wrongUsage(String message) {
    return new Launched(
        ExitCode.WRONG_USAGE,
        List.of(),
        List.of("movie-ratings: " + message, "movie-ratings --help lists the options"));
  }

  /** Exit code 1, and this many lines: no stack trace among them. */
  private static void assertFailed(Launched launched, int lines) {
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.out()).isEmpty();
    assertThat(launched.err()).hasSize(lines);
  }

  private Path someRatings() throws IOException {
    return RatingsFile.of(100, 10, 9).writeTo(directory.resolve("some.csv"));
  }

  private String jdbc() {
    return "--jdbcUrl=" + postgres.jdbcUrl();
  }

  private String jdbcUser() {
    return "--jdbcUser=" + postgres.user();
  }

  private String elasticsearch() {
    return "--elasticsearchUrl=" + elasticsearch.url();
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), null);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns the tables of this name in any schema. */
  private List<String> tables(String name) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = connect();
        var rows = connection.getMetaData().getTables(null, null, name, null)) {
      while (rows.next()) {
        found.add(rows.getString("TABLE_SCHEM") + "." + rows.getString("TABLE_NAME"));
      }
    }
    return found;
  }

  private String exported(String table) throws SQLException, IOException {
    StringWriter csv = new StringWriter();
    try (Connection connection = connect()) {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyOut(
              "COPY (SELECT * FROM " + table + " ORDER BY movie_id) TO STDOUT (FORMAT csv, HEADER)",
              csv);
    }
    return csv.toString();
  }

  /** Returns all documents as lines of the CSV file, having compared their ids. */
  private List<String> indexed(String index) throws IOException {
    JsonNode hits =
        JSON.readTree(
                Http.get(elasticsearch.url() + "/" + index + "/_search?size=10000&sort=movie_id"))
            .path("hits")
            .path("hits");
    List<String> lines = new ArrayList<>();
    for (JsonNode hit : hits) {
      JsonNode source = hit.path("_source");
      assertThat(hit.path("_id").asText()).isEqualTo(source.path("movie_id").asText());
      lines.add(
          "%s,%s,%s,%s,%s,%s"
              .formatted(
                  source.path("movie_id").asText(),
                  source.path("rating_count").asText(),
                  source.path("rating_sum").decimalValue().toPlainString(),
                  source.path("rating_mean").decimalValue().toPlainString(),
                  source.path("rating_min").decimalValue().toPlainString(),
                  source.path("rating_max").decimalValue().toPlainString()));
    }
    return lines;
  }

  private static List<String> outputsOf(JsonNode summary) {
    List<String> outputs = new ArrayList<>();
    for (JsonNode output : summary.path("outputs")) {
      outputs.add(
          "%s %d %s"
              .formatted(
                  output.path("sink").asText(),
                  output.path("rows_written").asLong(),
                  output.path("target").asText()));
    }
    return outputs;
  }

  private static JsonNode badRecord(Path file, long offset, String reason, String record) {
    return JSON.createObjectNode()
        .put("file", file.toString())
        .put("offset", (int) offset)
        .put("reason", reason)
        .put("record", record);
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
