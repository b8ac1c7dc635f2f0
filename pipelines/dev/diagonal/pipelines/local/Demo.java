package dev.diagonal.pipelines.local;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.diagonal.pipelines.command.Command;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Runs a demo on a new machine: starts both servers, generates two million ratings, runs {@code
 * movie-ratings} into a CSV file, PostgreSQL and Elasticsearch, and reads the most rated movies
 * back from both.
 */
public final class Demo implements Command {

  private static final long RATINGS = 2_000_000;
  private static final Path DIRECTORY = Path.of("target", "demo");
  private static final Path REPORT = DIRECTORY.resolve("report.html");
  private static final String TABLE = "movie_ratings";
  private static final String INDEX = "movie-ratings";
  private static final String ROW = "  %8s %9s %12s %10s%n";

  private final Command movieRatings;

  /**
   * @param movieRatings the command to run
   */
  public Demo(Command movieRatings) {
    this.movieRatings = movieRatings;
  }

  @Override
  public String name() {
    return "demo";
  }

  @Override
  public String summary() {
    return "run movie-ratings on a sample, with embedded servers";
  }

  @Override
  public Class<?> options() {
    return PipelineOptions.class;
  }

  @Override
  public ExitCode run(List<String> args) throws Exception {
    Path input = DIRECTORY.resolve("ratings-" + RATINGS + ".csv");
    System.out.printf(
        Locale.ROOT,
        "Starting PostgreSQL and Elasticsearch; %,d sample ratings in %s%n",
        RATINGS,
        input);
    CompletableFuture<Void> sample = CompletableFuture.runAsync(() -> writeSample(input));
    try (EmbeddedServers servers =
        EmbeddedServers.start(EnumSet.allOf(EmbeddedServers.Kind.class), null)) {
      sample.join();
      String jdbcUrl = servers.jdbcUrl().orElseThrow();
      EmbeddedServers.Password password = servers.jdbcPassword().orElseThrow();
      String elasticsearchUrl = servers.elasticsearchUrl().orElseThrow();
      List<String> options =
          List.of(
              "--input=" + input,
              "--output=" + DIRECTORY.resolve("movie-ratings.csv"),
              "--jdbcUrl=" + jdbcUrl,
              "--jdbcUser=" + servers.jdbcUser(),
              "--jdbcPasswordFile=" + password.file(),
              "--jdbcTable=" + TABLE,
              "--elasticsearchUrl=" + elasticsearchUrl,
              "--elasticsearchIndex=" + INDEX,
              "--report=" + REPORT);
      System.out.println();
      System.out.println(movieRatings.name());
      options.forEach(option -> System.out.println("  " + option));
      System.out.println();
      ExitCode exitCode = movieRatings.run(options);
      print("PostgreSQL", topTenOfTable(jdbcUrl, servers.jdbcUser(), password.text()));
      print("Elasticsearch", topTenOfIndex(elasticsearchUrl));
      System.out.printf("%nThe report of this run, for a browser: %s%n", REPORT.toUri());
      return exitCode;
    }
  }

  private static void writeSample(Path file) {
    try {
      SampleRatings.of(RATINGS).writeIfMissing(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void print(String server, List<Rated> topTen) {
    System.out.printf("%nThe most rated movies, read back from %s:%n", server);
    System.out.printf(ROW, "movie", "ratings", "sum", "mean");
    topTen.forEach(row -> System.out.printf(ROW, row.movie, row.count, row.sum, row.mean));
  }

  private static List<Rated> topTenOfTable(String url, String user, String password)
      throws SQLException {
    List<Rated> topTen = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url, user, password);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT movie_id, rating_count, rating_sum, rating_mean FROM "
                    + TABLE
                    + " ORDER BY rating_count DESC, movie_id LIMIT 10")) {
      while (rows.next()) {
        topTen.add(
            new Rated(rows.getString(1), rows.getString(2), rows.getString(3), rows.getString(4)));
      }
    }
    return topTen;
  }

  private static List<Rated> topTenOfIndex(String url) throws IOException, InterruptedException {
    String search = url + "/" + INDEX + "/_search?size=10&sort=rating_count:desc,movie_id:asc";
    // Decimals as the text that was sent, not as the nearest double.
    JsonNode hits =
        JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false)
            .build()
            .readTree(
                HttpClient.newHttpClient()
                    .send(
                        HttpRequest.newBuilder(URI.create(search)).build(), BodyHandlers.ofString())
                    .body())
            .path("hits")
            .path("hits");
    List<Rated> topTen = new ArrayList<>();
    for (JsonNode hit : hits) {
      JsonNode source = hit.path("_source");
      topTen.add(
          new Rated(
              source.path("movie_id").asText(),
              source.path("rating_count").asText(),
              source.path("rating_sum").asText(),
              source.path("rating_mean").asText()));
    }
    return topTen;
  }

  private record Rated(String movie, String count, String sum, String mean) {}
}
