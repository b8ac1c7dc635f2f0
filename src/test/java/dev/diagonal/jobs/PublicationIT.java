package dev.diagonal.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.jobs.schema.JobSchema;
import dev.diagonal.jobs.Publication.Published;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.io.StringWriter;
import java.sql.Connection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;

@ExtendWith(PostgresExtension.class)
final class PublicationIT {

  private JobDatabase database;

  @BeforeEach
  void create(LocalPostgres postgres) throws Exception {
    database = JobDatabase.create(postgres, "publication");
  }

  @Test
  void aSecondPublicationWritesNothing() throws Exception {
    worked(1_000, 100);
    assertThat(database.publish()).isEqualTo(new Published(10, 97, 0));
    database.assertExact();
    String versions = "SELECT xmin, * FROM movie_rating_totals ORDER BY movie_id";
    String batches = "SELECT xmin, batch_id FROM jobs.aggregation_batches ORDER BY batch_id";
    var before = database.query(versions);
    var batchesBefore = database.query(batches);
    assertThat(database.publish()).isEqualTo(new Published(0, 0, 0));
    assertThat(database.query(versions)).isEqualTo(before);
    assertThat(database.query(batches)).isEqualTo(batchesBefore);
  }

  @Test
  void newRatingsTouchTheirOwnMoviesOnly() throws Exception {
    worked(1_000, 100);
    Published unused = database.publish();
    var before =
        database.query("SELECT movie_id, xmin FROM movie_rating_totals WHERE movie_id <> 5");
    database.execute(
        "INSERT INTO ratings (user_id, movie_id, rating) SELECT -n, 5, 4.5 FROM generate_series(1, 50) n");
    database.execute(
        "UPDATE movie_rating_totals SET rating_sum = -1 WHERE movie_id = 5"); // by hand
    assertThat(database.plan(20).batches()).isEqualTo(3);
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(3);
    assertThat(database.publish()).isEqualTo(new Published(3, 1, 0));
    database.assertExact();
    assertThat(database.query("SELECT movie_id, xmin FROM movie_rating_totals WHERE movie_id <> 5"))
        .isEqualTo(before);
  }

  @Test
  void aMovieWhoseRatingsAreGoneGoes() throws Exception {
    worked(1_000, 100);
    Published unused = database.publish();
    database.execute("DELETE FROM ratings WHERE movie_id = 7");
    assertThat(database.plan(100).reopened()).isBetween(9L, 10L);
    long batches = database.work(WorkSettings.DEFAULT).size();
    assertThat(database.publish()).isEqualTo(new Published(batches, 0, 1));
    database.assertExact();
    assertThat(database.number("SELECT count(*) FROM movie_rating_totals")).isEqualTo(96);
    assertThat(
            database.number(
                "SELECT count(*) FROM staging.movie_ratings JOIN jobs.aggregation_batches USING (batch_id) WHERE attempt <> attempts"))
        .isZero();
  }

  @Test
  void fillsNewTotalsTableCompletely() throws Exception {
    worked(1_000, 100);
    assertThat(database.publish()).isEqualTo(new Published(10, 97, 0));
    database.execute("DROP TABLE movie_rating_totals");
    JobSchema.createIfMissing(database.target(), database.tables());
    assertThat(JobStatus.of(database.target(), database.tables()).unpublished()).isEqualTo(10);
    assertThat(database.publish()).isEqualTo(new Published(10, 97, 0));
    database.assertExact();
    assertThat(database.publish()).isEqualTo(new Published(0, 0, 0));
    database.execute("TRUNCATE movie_rating_totals");
    assertThat(database.publish()).isEqualTo(new Published(10, 97, 0));
    database.assertExact();
  }

  @Test
  void changedTotalsTablesAreFilledCompletely() throws Exception {
    worked(1_000, 100);
    assertThat(database.publish().written()).isEqualTo(97);
    JobDatabase marts =
        new JobDatabase(database.target(), database.tables().withTotals("marts.totals"));
    JobSchema.createIfMissing(marts.target(), marts.tables());
    database.execute("DELETE FROM ratings WHERE movie_id = 7");
    assertThat(marts.plan(100).reopened()).isPositive();
    assertThat(marts.work(WorkSettings.DEFAULT)).isNotEmpty();
    assertThat(marts.publish()).isEqualTo(new Published(10, 96, 0));
    marts.assertExact();
    assertThat(marts.publish()).isEqualTo(new Published(0, 0, 0));
    // Of movie 7 the staging table knows nothing any more.
    assertThat(database.publish()).isEqualTo(new Published(10, 0, 1));
    database.assertExact();
  }

  @Test
  void lostStagingRowsAreComputedAgain() throws Exception {
    worked(1_000, 100);
    assertThat(database.publish().written()).isEqualTo(97);
    database.execute("DELETE FROM staging.movie_ratings WHERE batch_id = 3 AND movie_id = 50");
    // Nothing is new, and what was published is right.
    assertThat(database.publish()).isEqualTo(new Published(0, 0, 0));
    database.execute("DROP TABLE staging.movie_ratings");
    JobSchema.createIfMissing(database.target(), database.tables());
    database.addRatings(1_001, 1_100);
    assertThat(BatchPlan.plan(database.target(), database.tables(), 100, false).batches())
        .isEqualTo(1);
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(1);
    assertThatThrownBy(database::publish)
        .isInstanceOf(Publication.StagingLostException.class)
        .hasMessage(
            "table staging.movie_ratings lacks the totals of 10 complete batches of jobs.aggregation_batches, the first of them 1; nothing is published; a plan with recount processes them again");
    assertThat(database.number("SELECT sum(rating_count) FROM movie_rating_totals"))
        .isEqualTo(1_000);
    assertThat(database.plan(100)).isEqualTo(new BatchPlan.Planned(0, 0, 10));
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(10);
    assertThat(database.publish().batches()).isEqualTo(11);
    database.assertExact();
  }

  @Test
  void refusesToPublishWithTooManyBadRecords() throws Exception {
    worked(100, 10);
    database.execute(
        "UPDATE jobs.aggregation_batches SET bad_rows = batch_id WHERE batch_id IN (2, 5)");
    JobStatus status = JobStatus.of(database.target(), database.tables());
    assertThat(status.badRows()).isEqualTo(7);
    assertThatThrownBy(() -> Publication.publish(database.target(), database.tables(), false, 6))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "7 bad record(s) were left out of the complete batches of jobs.aggregation_batches, but at most 6 are allowed; nothing is published");
    assertThat(Publication.publish(database.target(), database.tables(), false, 7).batches())
        .isEqualTo(10);
  }

  @Test
  void publishesIncompleteTotalsOnlyOnRequest() throws Exception {
    database.withRatings(100);
    assertThat(database.plan(10).batches()).isEqualTo(10);
    assertThat(database.process(4)).isEqualTo(BatchWorker.Outcome.COMPLETED);
    assertThatThrownBy(database::publish)
        .isInstanceOf(Publication.IncompleteException.class)
        .hasMessage(
            "9 of the 10 batches of jobs.aggregation_batches are not complete; nothing is published");
    assertThat(database.number("SELECT count(*) FROM movie_rating_totals")).isZero();
    assertThat(Publication.publish(database.target(), database.tables(), true))
        .isEqualTo(new Published(1, 10, 0));
    assertThat(database.number("SELECT sum(rating_count) FROM movie_rating_totals")).isEqualTo(10);
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(9);
    assertThat(database.publish().batches()).isEqualTo(9);
    database.assertExact();
  }

  @Test
  void sumsAndMeansAreExactUnlikeDoubles() throws Exception {
    database.withRatings(0);
    database.execute(
        """
        INSERT INTO ratings (user_id, movie_id, rating)
        SELECT n, 1, 0.1 FROM generate_series(1, 1000) n
        UNION ALL SELECT n, 2, CASE n WHEN 1 THEN 0.001 ELSE 0 END FROM generate_series(1, 2000) n
        UNION ALL SELECT n, 3, CASE n WHEN 1 THEN -0.001 ELSE 0 END FROM generate_series(1, 2000) n
        UNION ALL SELECT 1, 4, -1000000
        UNION ALL SELECT n, 5, 1000000 FROM generate_series(1, 3) n
        """);
    assertThat(database.plan(700).rows()).isEqualTo(5_004);
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(8);
    Published unused = database.publish();
    assertThat(database.query("SELECT * FROM movie_rating_totals ORDER BY movie_id"))
        .containsExactly(
            "1 1000 100.000 0.100000 0.100 0.100",
            "2 2000 0.001 0.000001 0.000 0.001", // 0.0000005, half up
            "3 2000 -0.001 -0.000001 -0.001 0.000",
            "4 1 -1000000.000 -1000000.000000 -1000000.000 -1000000.000",
            "5 3 3000000.000 1000000.000000 1000000.000 1000000.000");
  }

  @Test
  void restartReproducesTableByteForByte() throws Exception {
    worked(3_000, 250);
    Published unused = database.publish();
    String first = dump();
    database.execute("DROP SCHEMA jobs, staging CASCADE");
    JobSchema.createIfMissing(database.target(), database.tables());
    assertThat(database.plan(77).batches()).isEqualTo(39);
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(39);
    // The table is there already, with the same in it.
    assertThat(database.publish()).isEqualTo(new Published(39, 0, 0));
    assertThat(dump()).isEqualTo(first);
    database.execute("DROP TABLE movie_rating_totals; DROP SCHEMA jobs, staging CASCADE");
    JobSchema.createIfMissing(database.target(), database.tables());
    assertThat(database.plan(1_000).batches()).isEqualTo(3);
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(3);
    assertThat(database.publish()).isEqualTo(new Published(3, 97, 0));
    assertThat(dump()).isEqualTo(first).hasLineCount(98);
  }

  private String dump() throws Exception {
    StringWriter csv = new StringWriter();
    try (Connection connection = database.connect()) {
      long unused =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut(
                  "COPY (SELECT * FROM movie_rating_totals ORDER BY movie_id) TO STDOUT (FORMAT csv, HEADER)",
                  csv);
    }
    return csv.toString();
  }

  private void worked(int ratings, int batchRows) throws Exception {
    database.withRatings(ratings);
    assertThat(database.plan(batchRows).rows()).isEqualTo(ratings);
    assertThat(database.work(WorkSettings.DEFAULT)).hasSize(ratings / batchRows);
  }
}
