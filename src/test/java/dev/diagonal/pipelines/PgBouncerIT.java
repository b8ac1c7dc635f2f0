package dev.diagonal.pipelines;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PgBouncer;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.RatingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Commands through PgBouncer in transaction mode; skipped where it is not installed. */
@ExtendWith(PostgresExtension.class)
final class PgBouncerIT {

  private final Path directory;
  private final EdgeDatabase database;

  PgBouncerIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void dropTables() throws Exception {
    assumeThat(PgBouncer.isInstalled()).as("PgBouncer is installed").isTrue();
    database.execute(
        "DROP TABLE IF EXISTS edges, nodes, pooled, pooled_movies, trips, zones, ratings, movie_rating_totals CASCADE;"
            + " DROP SCHEMA IF EXISTS jobs, staging CASCADE");
  }

  @Test
  void everyCommandWorksAndLeavesNoSetting() throws Exception {
    try (PgBouncer bouncer = PgBouncer.before(database.postgres(), directory)) {
      List<String> before = settings(bouncer);
      Path edges = edges();
      assertDone(launch(bouncer, "transfer", "--from=csv:" + edges, "--to=jdbc:pooled"));
      assertThat(database.number("SELECT count(*) FROM pooled")).isEqualTo(30_000);
      assertDone(launch(bouncer, "load-edges", "--input=" + edges));
      assertThat(database.edges()).isEqualTo(30_000);
      assertThat(database.wrongNodes()).isEmpty();
      Path copy = directory.resolve("copy.csv");
      // The pool has two connections: one snapshot would need one more than there are readers.
      assertDone(
          launch(bouncer, "transfer", "--from=jdbc:pooled", "--to=csv:" + copy, "--snapshot=each"));
      assertThat(copy).content().hasLineCount(30_001);
      Path ratings = RatingsFile.of(5_000, 200, 3).writeTo(directory.resolve("ratings.csv"));
      assertDone(launch(bouncer, "rating-batches", "--input=" + ratings, "--batchRows=1000"));
      assertThat(database.number("SELECT sum(rating_count) FROM movie_rating_totals"))
          .isEqualTo(5_000);
      database.execute("DROP TABLE IF EXISTS edges, nodes, trips, zones CASCADE");
      assertDone(
          launch(
              bouncer,
              "load-edges",
              "--inputQuery=SELECT row_number() OVER () AS id, source, target FROM pooled",
              "--idColumn=id",
              "--sourceColumn=source",
              "--targetColumn=target",
              "--maxWorkers=1"));
      assertThat(database.edges()).isEqualTo(30_000);
      assertDone(
          launch(bouncer, "movie-ratings", "--input=" + ratings, "--jdbcTable=pooled_movies"));
      Path trips = directory.resolve("trips.csv");
      Files.writeString(trips, "PULocationID,DOLocationID,total_amount\n1,2,5.5\n2,3,2\n");
      assertDone(launch(bouncer, "taxi-trips", "--input=" + trips));
      assertThat(database.number("SELECT sum(pickups) FROM zones")).isEqualTo(2);
      assertThat(settings(bouncer)).isEqualTo(before);
    }
  }

  /** Returns what clients find on both connections of the pool. */
  private static List<String> settings(PgBouncer bouncer) throws Exception {
    List<String> found = new ArrayList<>();
    try (Connection one = connect(bouncer);
        Connection other = connect(bouncer)) {
      for (Connection connection : List.of(one, other)) {
        connection.setAutoCommit(false); // holds its connection of the pool until the end
        try (Statement statement = connection.createStatement();
            ResultSet result =
                statement.executeQuery(
                    """
                    SELECT concat_ws(' ', current_setting('lock_timeout'),
                      current_setting('idle_in_transaction_session_timeout'),
                      current_setting('statement_timeout'),
                      current_setting('client_connection_check_interval'),
                      current_setting('synchronous_commit'),
                      (SELECT count(*) FROM pg_prepared_statements))""")) {
          result.next();
          found.add(result.getString(1));
        }
      }
    }
    return found;
  }

  private static Connection connect(PgBouncer bouncer) throws Exception {
    return DriverManager.getConnection(
        bouncer.jdbcUrl() + "?prepareThreshold=0", "postgres", "none");
  }

  private Path edges() throws IOException {
    StringBuilder text = new StringBuilder("source,target\n");
    for (int i = 0; i < 30_000; i++) {
      text.append(i * 7_919L % 5_003).append(',').append(i * 31L % 4_999).append('\n');
    }
    return Files.writeString(directory.resolve("edges.csv"), text);
  }

  private Launched launch(PgBouncer bouncer, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--runner=DirectRunner");
    all.add("--jdbcUrl=" + bouncer.jdbcUrl());
    all.add("--jdbcUser=" + database.postgres().user());
    return Launched.with(Main.COMMANDS, all.toArray(String[]::new));
  }
}
