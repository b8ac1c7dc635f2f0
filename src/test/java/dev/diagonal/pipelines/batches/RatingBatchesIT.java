package dev.diagonal.pipelines.batches;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.PatientUrl;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(PostgresExtension.class)
final class RatingBatchesIT {

  private static final Path MOVIELENS =
      Path.of("..", "shared", "data", "ml-latest-small", "ratings.csv");
  private static final String COMMANDS =
      "SELECT count(DISTINCT split_part(worker, ' ', 1)) FROM jobs.aggregation_batches";
  private static final String DIRECT = "--runner=DirectRunner";
  private static final String FLINK = "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2";

  private final Path directory;
  private final LocalPostgres postgres;
  private JobDatabase database;

  RatingBatchesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.postgres = postgres;
  }

  @BeforeEach
  void create() throws SQLException {
    database = JobDatabase.create(postgres, "rating_batches");
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void movieLensIn21Batches(String runner) throws Exception {
    assumeThat(MOVIELENS).exists();
    Launched first = launch("--input=" + MOVIELENS, "--batchRows=5000", runner);
    assertDone(first);
    assertThat(first.out().get(0)).startsWith("rating-batches: 100,836 rows read, 0 bad, in ");
    assertThat(first.out())
        .contains(
            "  loaded:  100,836 ratings read, 100,836 new",
            "  planned: 21 new batches of 100,836 ratings",
            "  published: 21 batches, 9,724 movies new or changed and 0 deleted in table public.movie_rating_totals");
    String published =
        "SELECT count(*), sum(rating_count), sum(rating_sum) FROM movie_rating_totals";
    assertThat(database.query(published)).containsExactly("9724 100836 353083.000");
    assertThat(database.batches("status, attempts, rows_read"))
        .hasSize(21)
        .startsWith("complete 1 5000")
        .endsWith("complete 1 836");
    database.assertExact();

    List<String> before =
        database.query("SELECT xmin, t.* FROM movie_rating_totals AS t ORDER BY 2");
    Launched again = launch("--input=" + MOVIELENS, "--batchRows=5000", runner);
    assertDone(again);
    assertThat(again.out().get(0)).startsWith("rating-batches: 0 rows read, 0 bad, in ");
    assertThat(again.out())
        .contains(
            "  loaded:  100,836 ratings read, 0 new, 100,836 existed",
            "  planned: 0 new batches of 0 ratings",
            "  published: 0 batches, 0 movies new or changed and 0 deleted in table public.movie_rating_totals");
    assertThat(database.query("SELECT xmin, t.* FROM movie_rating_totals AS t ORDER BY 2"))
        .isEqualTo(before);
    assertThat(database.number("SELECT max(rating_id) FROM ratings")).isEqualTo(100_836);
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void addsNewRatingsToThoseOfPreviousRun(String runner) throws Exception {
    String one = "--onePerUserAndMovie=true";
    assertDone(launch("--input=" + ratings("a", 1, 6_000), "--batchRows=1000", one, runner));
    database.assertExact();
    // The first thousand are there.
    Launched second =
        launch("--input=" + ratings("b", 5_001, 9_500), "--batchRows=700", one, runner);
    assertDone(second);
    assertThat(second.out().get(0)).startsWith("rating-batches: 3,500 rows read, 0 bad");
    assertThat(second.out()).contains("  planned: 5 new batches of 3,500 ratings");
    assertThat(database.number("SELECT count(*) FROM ratings")).isEqualTo(9_500);
    database.assertExact();
    List<String> incremental =
        database.query("SELECT * FROM movie_rating_totals ORDER BY movie_id");

    database.execute("DROP SCHEMA jobs, staging CASCADE; DROP TABLE movie_rating_totals");
    assertDone(launch(runner));
    assertThat(database.query("SELECT * FROM movie_rating_totals ORDER BY movie_id"))
        .isEqualTo(incremental);
  }

  @Test
  void twoCommandsShare200BatchesOnEightWorkers() throws Exception {
    twoCommandsShare200BatchesOnEightWorkers(DIRECT);
  }

  @Test
  @Tag("large")
  void twoCommandsShareBatchesOnFlink() throws Exception {
    twoCommandsShare200BatchesOnEightWorkers(FLINK);
  }

  private void twoCommandsShare200BatchesOnEightWorkers(String runner) throws Exception {
    database.withRatings(20_000);
    assertDone(launch("--steps=plan", "--batchRows=100"));
    String eight = runner.equals(DIRECT) ? DIRECT + " --targetParallelism=4" : FLINK;
    // Nobody completes a batch until both commands have one.
    database.gateAfterStaging();
    String[] here = {"--steps=work", eight.replace("lism=2", "lism=4")};
    try (Connection gate = database.closeGate();
        CommandJvm other =
            CommandJvm.start(directory, List.of(withCommand(options("--steps=work", eight))))) {
      CompletableFuture<Launched> launched =
          CompletableFuture.supplyAsync(() -> launch(here), task -> new Thread(task).start());
      database.awaitNumber(COMMANDS, 2);
      assertThat(database.batches("status")).doesNotContain("complete");
      gate.rollback();
      assertDone(launched.join());
      assertThat(other.await()).as(other.said()).isZero();
    }
    assertThat(database.number(COMMANDS)).isEqualTo(2);
    assertThat(database.batches("status, attempts")).hasSize(200).containsOnly("complete 1");
    assertThat(database.number("SELECT sum(rating_count) FROM staging.movie_ratings"))
        .isEqualTo(20_000);
    assertDone(launch("--steps=publish"));
    database.assertExact();
  }

  @Test
  void listsFailedBatchesAndFinishesOnRerun() throws Exception {
    listsFailedBatchesAndFinishesOnRerun(DIRECT);
  }

  @Test
  @Tag("large")
  void flinkListsFailedBatchesAndFinishesOnRerun() throws Exception {
    listsFailedBatchesAndFinishesOnRerun(FLINK);
  }

  private void listsFailedBatchesAndFinishesOnRerun(String runner) throws Exception {
    database.withRatings(1_000);
    database.execute(
        "ALTER TABLE staging.movie_ratings ADD CONSTRAINT no_room CHECK (batch_id NOT IN (3, 5))");
    Launched failed = launch("--batchRows=100", "--maxAttempts=2", runner);
    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err().get(0))
        .isEqualTo("rating-batches: failed: 2 batch(es) of jobs.aggregation_batches failed:");
    assertThat(failed.err().get(1))
        .startsWith("  batch 3 after 2 attempt(s): ERROR: new row for relation")
        .contains("\"no_room\"");
    assertThat(failed.err().get(2)).startsWith("  batch 5 after 2 attempt(s): ");
    assertThat(failed.err())
        .contains("hint: once the causes are fixed, the same command processes the rest");
    assertThat(database.batches("status").stream().filter("complete"::equals)).hasSize(8);
    assertThat(database.number("SELECT count(*) FROM movie_rating_totals")).isZero();

    Launched status = launch("--steps=status");
    assertDone(status);
    assertThat(status.out())
        .contains(
            "pending             0 batches               0 ratings",
            "complete            8 batches             800 ratings",
            "failed              2 batches             200 ratings",
            "not published: 8 complete batches",
            "bad: 0 ratings of complete batches were left out")
        .anyMatch(line -> line.matches("rate: [1-9][0-9,]* ratings/s per worker"))
        .anyMatch(line -> line.startsWith("failed: batch 5 after 2 attempts: ERROR: "));

    database.execute("ALTER TABLE staging.movie_ratings DROP CONSTRAINT no_room");
    assertDone(launch(runner));
    database.assertExact();
  }

  @Test
  void oneBatchCanBeProcessedAlone() throws Exception {
    database.withRatings(100);
    assertDone(launch("--steps=plan", "--batchRows=10"));
    Launched one = launch("--batchId=7");
    assertDone(one);
    assertThat(one.out())
        .containsExactly("batch 7: complete, 10 ratings of 10 movies, 0 bad, attempt 1");
    assertThat(launch("--batchId=7").out()).containsExactly("batch 7: was already complete");
    assertThat(database.batches("status").stream().filter("complete"::equals)).hasSize(1);
    Launched none = launch("--batchId=11");
    assertThat(none.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    Launched early = launch("--steps=publish");
    assertThat(early.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(early.err().get(0))
        .isEqualTo(
            "rating-batches: failed: 9 of the 10 batches of jobs.aggregation_batches are not complete; nothing is published");
    assertDone(launch("--steps=publish", "--publishIncomplete"));
    assertThat(database.number("SELECT sum(rating_count) FROM movie_rating_totals")).isEqualTo(10);
  }

  @Test
  void invalidRatingsBecomeDeadLetters() throws Exception {
    Path input = ratings("a", 1, 300);
    Files.writeString(input, Files.readString(input) + "9,x,3,1\n");
    Path bad = directory.resolve("bad.jsonl");
    Launched refused = launch("--input=" + input);
    assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.err().get(0)).contains("the movie 'x' is not a whole number");
    assertDone(launch("--input=" + input, "--steps=load", "--badRecords=" + bad));
    assertThat(Files.readAllLines(bad)).singleElement().asString().contains("9,x,3,1");
    database.execute(
        "ALTER TABLE ratings ALTER rating DROP NOT NULL; UPDATE ratings SET rating = NULL WHERE rating_id = 17");
    Launched named = launch("--batchRows=100");
    assertThat(named.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(named.err().get(1))
        .isEqualTo(
            "  batch 1 after 1 attempt(s): 1 bad record(s), the first: row 17 of public.ratings: the rating is null");
    Launched skipped = launch("--badRecords=" + bad);
    assertDone(skipped);
    assertThat(skipped.out().get(0)).startsWith("rating-batches: 99 rows read, 1 bad");
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("row 17 of public.ratings: the rating is null");
    assertThat(launch("--steps=status").out())
        .contains("bad: 1 ratings of complete batches were left out");
    Launched tooMany = launch("--steps=publish", "--badRecords=" + bad, "--maxBadRecords=0");
    assertThat(tooMany.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(tooMany.err().get(0))
        .contains(
            "1 bad record(s) were left out of the complete batches of jobs.aggregation_batches");
    database.execute("DELETE FROM ratings WHERE rating_id = 17");
    database.assertExact();
  }

  @Test
  void countsBadRecordsOfSeparateFilesTogether() throws Exception {
    Path input = ratings("a", 1, 300);
    assertDone(launch("--input=" + input, "--steps=load"));
    database.execute(
        "ALTER TABLE ratings ALTER rating DROP NOT NULL; UPDATE ratings SET rating = NULL WHERE rating_id = 17");
    Files.writeString(input, Files.readString(input) + "9,x,3,1\n");
    Path bad = directory.resolve("bad.jsonl");
    Path summary = directory.resolve("summary.json");
    Launched both =
        launch(
            "--input=" + input,
            "--appendOnly",
            "--batchRows=100",
            "--badRecords=" + bad,
            "--summary=" + summary);
    assertDone(both);
    assertThat(both.out().get(0)).startsWith("rating-batches: 299 rows read, 2 bad");
    assertThat(both.out())
        .contains("  loaded:  300 ratings read, 0 new, 300 existed, 1 bad records");
    assertThat(Files.readString(summary)).contains("\"bad_records\" : 2,");
    assertThat(Files.readAllLines(bad)).singleElement().asString().contains("9,x,3,1");
    assertThat(Files.readAllLines(Path.of(bad + ".rows")))
        .singleElement()
        .asString()
        .contains("row 17 of public.ratings: the rating is null");
  }

  @Test
  void writesBadRecordsOfSingleBatchToFile() throws Exception {
    database.withRatings(100);
    database.execute(
        "ALTER TABLE ratings ALTER rating DROP NOT NULL; UPDATE ratings SET rating = NULL WHERE rating_id IN (1, 3, 150)");
    assertDone(launch("--steps=plan", "--batchRows=50"));
    Path bad = directory.resolve("bad.jsonl");
    Launched refused = launch("--batchId=1");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.err().get(1)).startsWith("  batch 1 after 1 attempt(s): 2 bad record(s)");
    Launched one = launch("--batchId=1", "--badRecords=" + bad);
    assertDone(one);
    assertThat(one.out())
        .containsExactly("batch 1: complete, 50 ratings of 48 movies, 2 bad, attempt 2");
    assertThat(Files.readAllLines(bad))
        .hasSize(2)
        .anyMatch(line -> line.contains("row 1 of public.ratings: the rating is null"))
        .anyMatch(line -> line.contains("row 3 of public.ratings: the rating is null"));
  }

  @Test
  void countsAllFailedBatchesButListsFew() throws Exception {
    database.withRatings(200);
    database.execute("ALTER TABLE staging.movie_ratings ADD CONSTRAINT no_room CHECK (false)");
    Launched failed = launch("--batchRows=1", "--maxAttempts=1");
    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err().get(0))
        .isEqualTo("rating-batches: failed: 200 batch(es) of jobs.aggregation_batches failed:");
    assertThat(failed.err().get(20)).startsWith("  batch 20 after 1 attempt(s): ");
    assertThat(failed.err().get(21)).isEqualTo("  and 180 more");
    assertThat(launch("--steps=status").out()).endsWith("failed: 100 more");
    Launched last = launch("--batchId=200");
    assertThat(last.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(last.err().get(1)).startsWith("  batch 200 after 2 attempt(s): ERROR: new row");
  }

  @Test
  void theSchemasOfAllTablesAreCreated() throws Exception {
    assertDone(
        launch(
            "--input=" + ratings("a", 1, 500),
            "--ratingsTable=raw.r",
            "--batchesTable=work.b",
            "--stagingTable=work.s",
            "--jdbcTable=marts.t"));
    assertThat(database.number("SELECT sum(rating_count) FROM marts.t")).isEqualTo(500);
  }

  @Test
  void usesGivenTableAndColumnNames() throws Exception {
    String hostile = "ratings\"; drop table x; --";
    database.execute("CREATE TABLE x (y int)");
    List<String> options =
        new ArrayList<>(options("--input=" + ratings("a", 1, 500), "--batchRows=50"));
    options.addAll(
        List.of(
            "--ratingsTable=" + hostile,
            "--idColumn=the id",
            "--movieColumn=mo\"vie",
            "--ratingColumn=Stars",
            "--userColumn=who",
            "--batchesTable=work.batches",
            "--stagingTable=work.parts",
            "--jdbcTable=totals of \"all\""));
    Launched launched = Launched.with(List.of(new RatingBatches()), withCommand(options));
    assertDone(launched);
    assertThat(database.number("SELECT sum(rating_count) FROM \"totals of \"\"all\"\"\""))
        .isEqualTo(500);
    assertThat(database.number("SELECT count(*) FROM x")).isZero();
  }

  @Test
  void aDryRunTouchesNothing() throws Exception {
    Launched launched = launch("--input=" + ratings("a", 1, 10), "--dryRun");
    assertDone(launched);
    assertThat(launched.out())
        .contains(
            "steps:   load, plan, work, publish",
            "creates: the table jobs.aggregation_batches, if it is missing",
            "batches: of 1,000,000 ratings, a lease of 60 s, up to 3 attempts");
    assertThat(database.query("SELECT nspname FROM pg_namespace WHERE nspname = 'jobs'")).isEmpty();
  }

  @Test
  void aWrongOptionIsNamed() throws Exception {
    assertRefused(
        "--steps takes any of load, plan, work, publish, status, got 'walk'", "--steps=walk");
    assertRefused("--batchRows must be >= 1, got 0", "--batchRows=0");
    assertRefused("--leaseSeconds must be >= 1, got 0", "--leaseSeconds=0");
    assertRefused("--maxAttempts must be >= 1, got 0", "--maxAttempts=0");
    assertRefused("--batchId needs the step work only", "--batchId=3 --steps=plan");
    assertRefused("the step load needs --input", "--steps=load");
    assertRefused("no file matches", "--input=" + directory.resolve("none.csv"));
    assertRefused(
        "the four tables of a job must have different names", "--stagingTable=public.ratings");
    assertThat(launch("--steps=plan").err().get(0))
        .contains("the table does not exist; the step 'load' creates it");
  }

  private void assertRefused(String message, String options) {
    Launched launched = launch(options);
    assertThat(launched.exitCode()).as(options).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).anyMatch(line -> line.contains(message));
  }

  private Launched launch(String... more) {
    return Launched.with(List.of(new RatingBatches()), withCommand(options(more)));
  }

  private static String[] withCommand(List<String> options) {
    return Stream.concat(Stream.of("rating-batches"), options.stream()).toArray(String[]::new);
  }

  private List<String> options(String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--jdbcUrl=" + database.target().url() + PatientUrl.OPTIONS,
                "--jdbcUser=" + LocalPostgres.USER));
    Stream.of(more).flatMap(words -> Stream.of(words.split(" "))).forEach(options::add);
    return options;
  }

  /** Writes the ratings of these users; each has rated one of 97 movies. */
  private Path ratings(String name, int from, int to) throws IOException {
    return Files.writeString(
        directory.resolve(name + ".csv"),
        IntStream.rangeClosed(from, to)
            .mapToObj(
                user ->
                    "%d,%d,%s,%d%n"
                        .formatted(user, 1 + user * 7919 % 97, 0.5 + user * 31 % 10 / 2.0, user))
            .collect(Collectors.joining("", "userId,movieId,rating,timestamp\n", "")));
  }
}
