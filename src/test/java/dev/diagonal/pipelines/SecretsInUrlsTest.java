package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.batches.RatingBatches;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.command.PipelineCommand;
import dev.diagonal.pipelines.edges.LoadEdges;
import dev.diagonal.pipelines.ratings.MovieRatings;
import dev.diagonal.pipelines.run.PlannedJob;
import dev.diagonal.pipelines.taxi.TaxiTrips;
import dev.diagonal.pipelines.transfer.TransferCommand;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A password in a URL reaches the database but is never shown. */
final class SecretsInUrlsTest {

  private static final String SECRET = "never-to-be-seen-4711";

  private static final List<PipelineCommand<?>> COMMANDS =
      List.of(
          new MovieRatings(),
          new LoadEdges(),
          new TaxiTrips(),
          new RatingBatches(),
          new TransferCommand());

  /** No server listens there. */
  private static final String URL =
      "jdbc:postgresql://127.0.0.1:1/db?connectTimeout=1&user=bob&password=" + SECRET;

  private final Path input;
  private final Path directory;

  SecretsInUrlsTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    this.input =
        Files.writeString(
            directory.resolve("in.csv"), "userId,movieId,rating,timestamp\n1,2,3,4\n");
  }

  static Stream<String> commands() {
    return Stream.of(
        "movie-ratings --input=IN",
        "load-edges --input=IN",
        "taxi-trips --input=TRIPS",
        "rating-batches",
        "transfer --from=csv:IN --to=jdbc:t",
        "transfer --from=jdbc:t --to=csv:OUT");
  }

  private List<String> args(String command) throws IOException {
    Path trips =
        Files.writeString(
            directory.resolve("trips.csv"),
            "tpep_pickup_datetime,tpep_dropoff_datetime,PULocationID,DOLocationID,total_amount\n");
    return new ArrayList<>(
        List.of(
            command
                .replace("IN", input.toString())
                .replace("TRIPS", trips.toString())
                .replace("OUT", directory.resolve("out.csv").toString())
                .split(" ")));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void optionsThatTravelHoldNoPassword(String command) throws Exception {
    List<String> args = args(command);
    String name = args.remove(0);
    args.add("--jdbcUrl=" + URL);
    PlannedJob planned =
        COMMANDS.stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow()
            .prepare(args);
    assertThat(new ObjectMapper().writeValueAsString(planned.options()))
        .contains("jdbc:postgresql://127.0.0.1:1/db")
        .doesNotContain(SECRET);
    assertThat(planned.options().toString()).doesNotContain(SECRET);
    assertThat(planned.describe().toString()).doesNotContain(SECRET).contains("as bob");
  }

  /** Whoever may open Flink's pages sees the options. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:mysql://address=(host=db)(user=bob)(password=" + SECRET + ")/ratings",
        "jdbc:mysql://(host=db,user=bob,password=" + SECRET + ")/ratings",
        "jdbc:mysql://bob:" + SECRET + "@one,you:" + SECRET + "@two/ratings",
        "jdbc:mysql://bob:" + SECRET + "@[one,two]/ratings",
        "jdbc:mysql:replication://bob:" + SECRET + "@one:3306,two:3306/ratings",
        "jdbc:oracle:thin:bob/\"" + SECRET + "@x\"@db:1521:sid",
        "jdbc:sqlserver://db;user=bob;password={" + SECRET + ";x}",
        "jdbc:teradata://db/USER=bob,PASSWORD='" + SECRET + "'",
        "jdbc:postgresql://db/x?password=" + SECRET + "&password=" + SECRET,
        "jdbc:other:" + SECRET,
      })
  void optionsHoldNoPasswordOfAnyUrl(String url) throws Exception {
    for (String command :
        List.of("movie-ratings --input=IN", "transfer --from=jdbc:t --to=csv:OUT")) {
      List<String> args = args(command);
      args.add("--jdbcUrl=" + url);
      String name = args.get(0);
      PipelineCommand<?> prepared =
          COMMANDS.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
      try {
        PlannedJob planned = prepared.prepare(args.subList(1, args.size()));
        assertThat(new ObjectMapper().writeValueAsString(planned.options()))
            .contains("jdbc:")
            .doesNotContain(SECRET);
        assertThat(planned.describe().toString()).doesNotContain(SECRET);
      } catch (UsageException refused) {
        assertThat(refused.getMessage()).contains("--jdbcUrl", "jdbc:").doesNotContain(SECRET);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "movie-ratings --input=IN jdbcUrl=" + URL,
        "movie-ratings --input=IN --jdbc-url=" + URL,
        "movie-ratings --input=IN --jdbcPassword=" + SECRET,
        "movie-ratings --input=IN jdbcPassword=" + SECRET,
        "movie-ratings --input=IN --jdbcUrl=jdbc:mysql://bob:" + SECRET + "@db/x --dryRun",
        "movie-ratings --input=IN --jdbcUrl=postgresql://bob:" + SECRET + "@db/x",
        "movie-ratings --input=IN --jdbcUser=eve --jdbcUrl=" + URL,
        "movie-ratings --input=IN --jdbcUser=bob --jdbcPasswordFile=IN --jdbcUrl=" + URL,
        "movie-ratings --input=IN --elasticsearchUrl=http://bob:" + SECRET + "@db:9200",
        "taxi-trips --input=TRIPS --jdbcUrl=jdbc:oracle:thin:bob/" + SECRET + "@db:1521:x",
      })
  void refusalsShowNoPassword(String command) throws IOException {
    Launched launched = Launched.with(Main.COMMANDS, args(command).toArray(String[]::new));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.toString()).doesNotContain(SECRET);
  }

  @Test
  void plansShowNoPassword() throws IOException {
    String plan =
        """
        connections:
          good: {jdbcUrl: "%1$s"}
          bad: {jdbcUrl: "postgresql://bob:%2$s@db/x"}
          worse: {jdbcUrl: "%1$s", passwordFile: nowhere, user: eve}
        tasks:
          - transfer: {from: {jdbc: "%1$s", table: t}, to: {csv: out.csv}}
          - transfer: {from: {jdbc: good, table: t}, to: {jdbc: worse, table: t}}
        """
            .formatted(URL, SECRET);
    Path file = Files.writeString(directory.resolve("plan.yaml"), plan);
    Launched launched = Launched.with(Main.COMMANDS, "transfer", "--plan=" + file, "--dryRun");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).hasSizeGreaterThan(3);
    assertThat(launched.toString()).doesNotContain(SECRET);
  }
}
