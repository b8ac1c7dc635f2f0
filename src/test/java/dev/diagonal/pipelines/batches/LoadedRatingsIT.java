package dev.diagonal.pipelines.batches;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Which ratings of files the step load counts. */
@ExtendWith(PostgresExtension.class)
final class LoadedRatingsIT {

  private static final String ONE = "--onePerUserAndMovie";
  private static final String TOTALS =
      "SELECT concat_ws(',', movie_id, rating_count, rating_sum, rating_mean, rating_min, rating_max)"
          + " FROM %s ORDER BY movie_id";

  private final Path directory;
  private final LocalPostgres postgres;
  private JobDatabase database;

  LoadedRatingsIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.postgres = postgres;
  }

  @BeforeEach
  void create() throws SQLException {
    database = JobDatabase.create(postgres, "rating_batches");
    database.execute("DROP TABLE IF EXISTS ratings, movie_ratings");
  }

  @Test
  void bothCommandsReportOddFileAlike() throws Exception {
    Path input = oddFile();
    Path badOfOne = directory.resolve("one.jsonl");
    Path badOfOther = directory.resolve("other.jsonl");
    Launched ratings = launch("movie-ratings", "--input=" + input, "--badRecords=" + badOfOne);
    assertDone(ratings);
    Launched batches = launch("rating-batches", "--input=" + input, "--badRecords=" + badOfOther);
    assertDone(batches);
    assertThat(ratings.out().get(0)).contains(": 20,004 rows read, 5 bad");
    assertThat(batches.out()).contains("  loaded:  20,004 ratings read, 20,004 new, 5 bad records");
    assertThat(database.query(TOTALS.formatted("movie_rating_totals")))
        .isEqualTo(database.query(TOTALS.formatted("movie_ratings")));
    assertThat(sorted(badOfOther)).isEqualTo(sorted(badOfOne)).hasSize(5);
  }

  @Test
  void neitherCommandTouchesTheTableOfTheOther() throws Exception {
    assertDone(launch("movie-ratings", "--input=" + write("a.csv", "1,7,3.0", "2,8,4.0")));
    assertDone(launch("rating-batches", "--input=" + write("b.csv", "1,7,5.0")));
    assertThat(database.query(TOTALS.formatted("movie_ratings"))).hasSize(2);
    assertThat(database.query(TOTALS.formatted("movie_rating_totals"))).hasSize(1);
  }

  @Test
  void keepsLastRatingPerUserAndMovie() throws Exception {
    Path input = write("a.csv", "1,7,3.0", "1,8,4.0", "1,7,5.0", "2,7,1.0", "1,7,2.0");
    Launched first = launch("rating-batches", ONE, "--input=" + input);
    assertDone(first);
    assertThat(first.out())
        .contains(
            "  loaded:  5 ratings read, 3 new, 2 replaced by others of the same user and movie");
    String ratings = "SELECT user_id, movie_id, rating FROM ratings ORDER BY 1, 2";
    assertThat(database.query(ratings)).containsExactly("1 7 2.000", "1 8 4.000", "2 7 1.000");
    Launched again = launch("rating-batches", ONE, "--input=" + input);
    assertThat(again.out())
        .contains(
            "  loaded:  5 ratings read, 0 new, 3 existed,"
                + " 2 replaced by others of the same user and movie");
    assertThat(database.query(ratings)).containsExactly("1 7 2.000", "1 8 4.000", "2 7 1.000");
  }

  @Test
  void contentsUnderAnotherNameAreReportedAndCount() throws Exception {
    assertDone(launch("rating-batches", "--input=" + write("a.csv", "1,7,3.0")));
    Launched copy = launch("rating-batches", "--input=" + write("copy.csv", "1,7,3.0"));
    assertDone(copy);
    assertThat(copy.err())
        .anyMatch(line -> line.contains("copy.csv") && line.contains("first bytes of"));
    assertThat(database.query("SELECT rating_count FROM movie_rating_totals")).containsExactly("2");
  }

  @Test
  void aFileThatHasChangedIsRefused() throws Exception {
    assertDone(launch("rating-batches", "--input=" + write("a.csv", "1,7,3.0")));
    Launched changed = launch("rating-batches", "--input=" + write("a.csv", "1,7,4.0"));
    assertThat(changed.exitCode()).as("%s", changed).isEqualTo(ExitCode.FAILED);
    assertThat(changed.err().get(0)).contains("a.csv has changed since its rows were written");
    assertDone(
        launch("rating-batches", "--appendOnly", "--input=" + write("a.csv", "1,7,3.0", "2,7,5")));
    assertThat(database.query("SELECT rating_sum FROM movie_rating_totals"))
        .containsExactly("8.000");
  }

  @Test
  void aTableOfTheOtherKindIsRefused() throws Exception {
    Path input = write("a.csv", "1,7,3.0");
    assertDone(launch("rating-batches", ONE, "--input=" + input));
    Launched all = launch("rating-batches", "--input=" + input);
    assertThat(all.exitCode()).as("%s", all).isEqualTo(ExitCode.FAILED);
    assertThat(all.err().get(0)).contains("give --onePerUserAndMovie");
    database.execute("DROP TABLE ratings; DROP SCHEMA jobs, staging CASCADE");
    assertDone(launch("rating-batches", "--input=" + input));
    Launched one = launch("rating-batches", ONE, "--input=" + input);
    assertThat(one.exitCode()).as("%s", one).isEqualTo(ExitCode.FAILED);
    assertThat(one.err().get(0)).contains("(user_id, movie_id)");
  }

  /** Users who rate a movie twice, blank lines, three line ends, quotes, and bad lines. */
  private Path oddFile() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder text = new StringBuilder("\uFEFFtimestamp,\"movieId\",rating,userId\r\n");
    String[] ends = {"\n", "\r\n", "\r", "\n\n"};
    for (int i = 0; i < 20_000; i++) {
      text.append(1_000_000_000 + i).append(',').append(1 + random.nextInt(200)).append(',');
      text.append(random.nextInt(1, 11) / 2.0).append(',').append(1 + random.nextInt(500));
      text.append(ends[random.nextInt(ends.length)]);
    }
    text.append("1,5,\"4.5\",7\n1,5,0.125,7\n1,5,-3,7\n1,00005,3,7\n");
    text.append("1,x,3,7\n1,5,NaN,7\n1,5,3\n1,,3,7\n1,5,4,y\n");
    return Files.writeString(directory.resolve("odd.csv"), text);
  }

  private Path write(String name, String... lines) throws IOException {
    return Files.writeString(
        directory.resolve(name), "userId,movieId,rating\n" + String.join("\n", lines) + "\n");
  }

  private static List<String> sorted(Path file) throws IOException {
    return Files.readAllLines(file).stream().sorted().toList();
  }

  private Launched launch(String command, String... options) {
    List<String> args = new ArrayList<>(List.of(command, "--runner=DirectRunner"));
    args.add("--jdbcUrl=" + database.target().url());
    args.add("--jdbcUser=" + database.target().user());
    args.addAll(List.of(options));
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }
}
