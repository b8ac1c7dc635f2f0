package dev.diagonal.internal.jobs.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.jobs.JobStatus;
import dev.diagonal.jobs.WorkSettings;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class JobSchemaIT {

  private static final Path SCRIPTS = Path.of("transforms/dev/diagonal/internal/jobs/schema");

  private JobDatabase database;

  @BeforeEach
  void create(LocalPostgres postgres) throws Exception {
    database = JobDatabase.create(postgres, "job_schema");
  }

  @Test
  void scriptsCanRunAgain() throws Exception {
    for (int run = 0; run < 2; run++) {
      for (String script : List.of("ratings_init", "jobs_init", "postgres_staging_init")) {
        database.execute(Files.readString(SCRIPTS.resolve(script + ".sql")));
      }
    }
    JobSchema.createRatingsIfMissing(database.target(), database.tables(), false);
    JobSchema.createIfMissing(database.target(), database.tables());
  }

  @Test
  void aNameThatIsSqlIsAName() throws Exception {
    database.execute("CREATE TABLE x (y int)");
    String hostile = "ratings\"; drop table x; --";
    JobDatabase named =
        new JobDatabase(
            database.target(),
            new JobTables(
                hostile,
                "i\"d",
                "u'ser",
                "movie \"jobs\"",
                "$1\\1",
                "j\"x.b\"; --",
                "s.\"rating\"",
                "t%s"));
    named.withRatings(100).withRatings(0);
    assertThat(named.plan(10).batches()).isEqualTo(10);
    assertThat(named.work(WorkSettings.DEFAULT)).hasSize(10);
    assertThat(named.publish().batches()).isEqualTo(10);
    named.assertExact();
    assertThat(JobStatus.of(named.target(), named.tables()).incomplete()).isZero();
    assertThat(
            database.query(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text !~ '^(pg_|information)' ORDER BY 1"))
        .containsExactly("\"rating\"", "b\"; --", hostile, "t%s", "x");
  }

  @Test
  void aTableOfAnotherShapeIsRefused() throws Exception {
    database.withRatings(0);
    database.execute("ALTER TABLE jobs.aggregation_batches DROP COLUMN failures");
    assertRefused(
        "table jobs.aggregation_batches does not have the expected layout: column failures: expected integer, found none;"
            + " the table is empty: to have it created anew, DROP TABLE \"jobs\".\"aggregation_batches\"");
    database.execute(
        "DROP TABLE jobs.aggregation_batches; ALTER TABLE movie_rating_totals ALTER rating_sum TYPE float8");
    assertRefused(
        "table public.movie_rating_totals does not have the expected layout: column rating_sum: expected numeric(22,3), found double precision;"
            + " the table is empty: to have it created anew, DROP TABLE \"public\".\"movie_rating_totals\"");
  }

  @Test
  void ratingsThatDoNotFitAreRefused() throws Exception {
    assertRefused(
        "table public.ratings does not have the expected layout: the table does not exist; the step 'load' creates it");
    database.execute("CREATE TABLE ratings (rating_id text, movie_id numeric, user_id bigint)");
    assertRefused(
        "table public.ratings does not have the expected layout: column rating_id: expected a whole number, found text; column movie_id: expected a whole number, found numeric; column rating: expected a number, found none; column rating_id: may be null; no primary key or unique index on (rating_id) alone");
  }

  @Test
  void refusesUnloggedTable() throws Exception {
    database.withRatings(0);
    database.execute("ALTER TABLE staging.movie_ratings SET UNLOGGED");
    assertRefused(
        "table staging.movie_ratings does not have the expected layout: it is not logged, so a crash would empty it");
  }

  @Test
  void aJobTableWithoutItsConstraintsIsRefused() throws Exception {
    database.withRatings(0);
    database.execute(
        """
        ALTER TABLE jobs.aggregation_batches SET UNLOGGED;
        ALTER TABLE jobs.aggregation_batches DROP CONSTRAINT aggregation_batches_int8range_excl;
        ALTER TABLE jobs.aggregation_batches ALTER batch_id DROP IDENTITY
        """);
    assertRefused(
        "table jobs.aggregation_batches does not have the expected layout: it is not logged, so a crash would empty it; no constraint keeps ranges from overlapping; column batch_id: is not numbered by the table");
  }

  @Test
  void batchesOfOtherRatingsAreRefused() throws Exception {
    database.withRatings(10);
    assertThat(database.plan(10).batches()).isEqualTo(1);
    JobDatabase other = database.withRatingsNamed("others");
    JobSchema.createRatingsIfMissing(other.target(), other.tables(), false);
    assertThatThrownBy(() -> JobSchema.createIfMissing(other.target(), other.tables()))
        .isInstanceOf(TargetMismatchException.class)
        .hasMessageEndingWith(
            "its batches are of \"public\".\"ratings\" (\"rating_id\", \"movie_id\", \"rating\"), not of \"others\" (\"rating_id\", \"movie_id\", \"rating\")");
  }

  @Test
  void manyMayCreateThemAtOnce() throws Exception {
    List<CompletableFuture<Void>> creations = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      creations.add(
          CompletableFuture.runAsync(
              () -> {
                try {
                  database.withRatings(0);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              },
              task -> new Thread(task).start()));
    }
    for (CompletableFuture<Void> creation : creations) {
      assertThat(creation).succeedsWithin(JobDatabase.SOON);
    }
  }

  @Test
  void tableRefusesOverlappingRanges() throws Exception {
    database.withRatings(10);
    assertThat(database.plan(5).batches()).isEqualTo(2);
    assertThatThrownBy(
            () ->
                database.execute(
                    "INSERT INTO jobs.aggregation_batches (source, lower_id, upper_id, planned_rows) VALUES ('', 15, 20, 1)"))
        .hasMessageContaining("violates exclusion constraint");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> JobSchema.createIfMissing(database.target(), database.tables()))
        .isInstanceOf(TargetMismatchException.class)
        .hasMessage(message);
  }
}
