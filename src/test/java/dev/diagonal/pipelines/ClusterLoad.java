package dev.diagonal.pipelines;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.taxi.TaxiTrips;
import dev.diagonal.pipelines.taxi.TripFile;
import dev.diagonal.ratings.RatingRows;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.RatingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a command has to bring into PostgreSQL, whose tables are there and empty.
 *
 * @param command the command and its options
 * @param table where it writes in many transactions
 * @param done a query that counts what has been committed
 * @param all what that comes to
 * @param exact asserts that all is there in the end, once
 */
record ClusterLoad(String command, String table, String done, long all, Exact exact) {

  /** An assertion that asks a database. */
  interface Exact {
    void check() throws Exception;
  }

  /** Returns one of a command by its name. */
  static ClusterLoad of(String command, EdgeDatabase database, Path directory) throws Exception {
    return switch (command) {
      case "movie-ratings" -> movieRatings(database, directory);
      case "rating-batches" -> ratingBatches(database);
      case "taxi-trips" -> taxiTrips(database, directory);
      case "transfer" -> transfer(database, directory);
      default -> throw new IllegalArgumentException(command);
    };
  }

  private static ClusterLoad movieRatings(EdgeDatabase database, Path directory) throws Exception {
    RatingsFile ratings = RatingsFile.of(40_000, 20_000, 12);
    Path input = ratings.writeTo(directory.resolve("ratings.csv"));
    Path output = directory.resolve("out.csv");
    database.execute("DROP TABLE IF EXISTS movie_ratings");
    CreateTable.ifMissing(database.target(), RatingRows.table("movie_ratings"));
    return new ClusterLoad(
        "movie-ratings --input=%s --output=%s %s".formatted(input, output, jdbc(database)),
        "movie_ratings",
        "SELECT count(*) FROM movie_ratings",
        ratings.movies(),
        () -> {
          assertThat(Files.readAllLines(output)).isEqualTo(ratings.expectedFile());
          assertThat(
                  database.query(
                      "SELECT concat_ws(',', movie_id, rating_count, rating_sum, rating_mean,"
                          + " rating_min, rating_max) FROM movie_ratings ORDER BY movie_id"))
              .isEqualTo(ratings.expected());
        });
  }

  private static ClusterLoad ratingBatches(EdgeDatabase database) throws Exception {
    database.execute(
        "DROP SCHEMA IF EXISTS jobs, staging CASCADE; DROP TABLE IF EXISTS ratings, movie_rating_totals");
    JobDatabase jobs = new JobDatabase(database.target(), JobTables.DEFAULT).withRatings(2_000);
    return new ClusterLoad(
        "rating-batches --batchRows=100 --leaseSeconds=1 " + jdbc(database),
        JobTables.DEFAULT.staging(),
        "SELECT count(*) FROM jobs.aggregation_batches WHERE status = 'complete'",
        20,
        () -> {
          assertThat(jobs.batches("status, rows_read")).hasSize(20).containsOnly("complete 100");
          jobs.assertExact();
        });
  }

  private static ClusterLoad taxiTrips(EdgeDatabase database, Path directory) throws Exception {
    Path input = new TripFile(20_000, 60).writeTo(directory.resolve("trips.csv"));
    Path none = Files.writeString(directory.resolve("none.csv"), TripFile.HEADER + "\n");
    database.execute("DROP TABLE IF EXISTS trips, zones CASCADE");
    List<String> creating = new ArrayList<>(List.of("taxi-trips", "--input=" + none));
    creating.addAll(List.of(jdbc(database).split(" ")));
    assertDone(Launched.with(List.of(new TaxiTrips()), creating.toArray(String[]::new)));
    return new ClusterLoad(
        "taxi-trips --input=%s --tableSize=8 --batchSize=200 %s".formatted(input, jdbc(database)),
        "trips",
        "SELECT count(*) FROM trips",
        20_000,
        () -> {
          assertThat(database.number("SELECT count(*) FROM trips")).isEqualTo(20_000);
          assertThat(zones(database)).containsExactlyInAnyOrderElementsOf(expectedZones(input));
        });
  }

  /** Returns the zones as {@link #expectedZones} has them. */
  static List<String> zones(EdgeDatabase database) throws Exception {
    return database.query(
        "SELECT id || ' ' || pickups || ' ' || dropoffs || ' ' || (revenue * 100)::bigint"
            + " FROM zones");
  }

  /** Returns a line a zone of the trips in a file: id, pickups, dropoffs and revenue in cents. */
  static List<String> expectedZones(Path trips) throws IOException {
    Map<String, long[]> zones = new TreeMap<>();
    for (String line : Files.readAllLines(trips).stream().skip(1).toList()) {
      String[] fields = line.split(",", -1);
      zones.computeIfAbsent(fields[2], zone -> new long[3])[0]++;
      zones.get(fields[2])[2] += Long.parseLong(fields[5].replace(".", ""));
      zones.computeIfAbsent(fields[3], zone -> new long[3])[1]++;
    }
    List<String> expected = new ArrayList<>();
    zones.forEach(
        (zone, sums) -> expected.add(zone + " " + sums[0] + " " + sums[1] + " " + sums[2]));
    return expected;
  }

  private static ClusterLoad transfer(EdgeDatabase database, Path directory) throws Exception {
    Path input = directory.resolve("rows.csv");
    StringBuilder text = new StringBuilder("id,n,word\n");
    for (int i = 0; i < 20_000; i++) {
      text.append(i).append(',').append(i * 7L).append(",word ").append(i % 13).append('\n');
    }
    Files.writeString(input, text);
    database.execute(
        "DROP TABLE IF EXISTS carried; CREATE TABLE carried"
            + " (id bigint PRIMARY KEY, n bigint, word text)");
    return new ClusterLoad(
        "transfer --from=csv:%s --to=jdbc:carried --key=id --commitRows=1000 %s"
            .formatted(input, jdbc(database)),
        "carried",
        "SELECT count(*) FROM carried",
        20_000,
        () ->
            assertThat(
                    database.query("SELECT concat_ws(',', id, n, word) FROM carried ORDER BY id"))
                .isEqualTo(Files.readAllLines(input).stream().skip(1).toList()));
  }

  private static String jdbc(EdgeDatabase database) {
    return "--jdbcUrl=%s --jdbcUser=%s"
        .formatted(database.postgres().jdbcUrl(), database.postgres().user());
  }
}
