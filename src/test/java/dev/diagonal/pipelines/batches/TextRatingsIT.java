package dev.diagonal.pipelines.batches;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ratings of books, whose ids are texts, by batches. */
@ExtendWith(PostgresExtension.class)
final class TextRatingsIT {

  private static final String RATINGS =
      """
      userId,movieId,rating
      1,034545104X,5
      2,0002005018,4.5
      3,034545104X,0
      2,2005018,1
      4,"a,""b"" \\ \t é",3
      4,\\N,2
      4,😀,2
      5,,1
      x,034545104x,1
      """;
  private static final String TOTALS =
      "SELECT movie_id, rating_count, rating_mean, pg_typeof(movie_id) FROM movie_rating_totals"
          + " ORDER BY movie_id COLLATE \"C\"";
  private static final String LONG_MOVIE = "m".repeat(2_601);

  private final Path directory;
  private final LocalPostgres postgres;

  TextRatingsIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.postgres = postgres;
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void batchesHaveTheIdsAsTheyAreWritten(String runner) throws Exception {
    JobDatabase database = JobDatabase.create(postgres, "text_ratings");
    Path in = Files.writeString(directory.resolve("r.csv"), RATINGS);
    Path bad = directory.resolve("bad.jsonl");
    String line = "--idType=text --batchRows=2 --input=%s --badRecords=%s".formatted(in, bad);
    List<String> totals =
        List.of(
            "0002005018 1 4.500000 text",
            "034545104X 2 2.500000 text",
            "2005018 1 1.000000 text",
            "\\N 1 2.000000 text",
            "a,\"b\" \\ \t é 1 3.000000 text",
            "😀 1 2.000000 text");

    Launched first = launch(database, line, runner);
    assertThat(first.exitCode()).as("%s", first).isEqualTo(ExitCode.DONE);
    assertThat(first.out())
        .contains(
            "  loaded:  7 ratings read, 7 new, 2 bad records",
            "  planned: 4 new batches of 7 ratings");
    assertThat(database.query(TOTALS)).isEqualTo(totals);
    assertThat(Files.readAllLines(bad))
        .satisfiesExactly(
            each -> assertThat(each).contains("the movie is empty"),
            each -> assertThat(each).contains("the user 'x' is not a whole number"));

    Launched again = launch(database, line, runner);
    assertThat(again.out()).contains("  planned: 0 new batches of 0 ratings");
    assertThat(database.query(TOTALS)).isEqualTo(totals);

    database.execute("INSERT INTO ratings (user_id, movie_id, rating) VALUES (9, '2005018', 3)");
    assertThat(launch(database, "--idType=text", runner).exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(database.query(TOTALS)).contains("2005018 2 2.000000 text");
  }

  @Test
  void keepsOneRatingPerUserAndMovie() throws Exception {
    JobDatabase database = JobDatabase.create(postgres, "text_ratings");
    Path in =
        Files.writeString(
            directory.resolve("r.csv"), "userId,movieId,rating\n1,07,5\n1,07,4\n1,7,3\n");
    Launched launched =
        launch(database, "--idType=text", "--onePerUserAndMovie=true", "--input=" + in);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(database.query(TOTALS)).containsExactly("07 1 4.000000 text", "7 1 3.000000 text");
  }

  @Test
  void moviesThatNoTotalCanHaveAreBad() throws Exception {
    JobDatabase database = JobDatabase.create(postgres, "text_ratings");
    database.execute(
        """
        CREATE TABLE ratings (rating_id bigint PRIMARY KEY, movie_id varchar, rating numeric);
        INSERT INTO ratings VALUES (1, 'a', 1), (2, '', 1), (3, NULL, 1), (4, '%s', 1), (5, '%s', 2)
        """
            .formatted(LONG_MOVIE, LONG_MOVIE.substring(1)));
    Path bad = directory.resolve("bad.jsonl");
    Launched launched = launch(database, "--idType=text", "--badRecords=" + bad);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(Files.readAllLines(bad))
        .satisfiesExactly(
            each -> assertThat(each).contains("row 2 of public.ratings: the movie is empty"),
            each -> assertThat(each).contains("row 3 of public.ratings: the movie is null"),
            each -> assertThat(each).contains("the movie has 2601 bytes, and at most 2600 fit"));
    assertThat(database.query("SELECT length(movie_id) FROM movie_rating_totals ORDER BY 1"))
        .containsExactly("1", "2600");
  }

  @Test
  void tablesOfTheOtherTypeAreRefused() throws Exception {
    JobDatabase database = JobDatabase.create(postgres, "text_ratings").withRatings(3);
    Path in = Files.writeString(directory.resolve("r.csv"), "userId,movieId,rating\n1,a,5\n");
    Launched loaded = launch(database, "--idType=text", "--input=" + in);
    assertThat(loaded.exitCode()).isNotEqualTo(ExitCode.DONE);
    assertThat(String.join("\n", loaded.err()))
        .contains("table public.ratings", "column movie_id: expected text, found bigint");
    Launched worked = launch(database, "--idType=text");
    assertThat(worked.exitCode()).isNotEqualTo(ExitCode.DONE);
    assertThat(String.join("\n", worked.err()))
        .contains("column movie_id: expected text, found bigint");
    database.execute("DROP TABLE IF EXISTS staging.movie_ratings, movie_rating_totals");
    assertThat(String.join("\n", launch(database, "--idType=text").err()))
        .contains(
            "table public.ratings",
            "column movie_id: expected text, found bigint; for movies that are numbers use"
                + " --idType=bigint");

    database.execute("ALTER TABLE ratings ALTER movie_id TYPE text");
    database.execute("DROP TABLE IF EXISTS staging.movie_ratings, movie_rating_totals");
    assertThat(String.join("\n", launch(database).err()))
        .contains(
            "column movie_id: expected a whole number, found text; for movies that are texts use"
                + " --idType=text");
  }

  private Launched launch(JobDatabase database, String... options) {
    String line =
        "rating-batches --jdbcUrl=%s --jdbcUser=%s %s"
            .formatted(database.target().url(), postgres.user(), String.join(" ", options));
    return Launched.with(List.of(new RatingBatches()), line.split(" "));
  }
}
