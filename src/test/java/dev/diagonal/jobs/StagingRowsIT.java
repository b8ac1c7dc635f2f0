package dev.diagonal.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.ratings.RatingTotals;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.sql.Connection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class StagingRowsIT {

  private static final String ROWS =
      "SELECT batch_id, attempt, movie_id, rating_count, rating_sum, rating_min, rating_max FROM staging.movie_ratings ORDER BY movie_id";

  private JobDatabase database;

  @BeforeEach
  void create(LocalPostgres postgres) throws Exception {
    database = JobDatabase.create(postgres, "staging_rows").withRatings(0);
  }

  @Test
  void writesNumbersOfEverySignAndLengthUnchanged() throws Exception {
    RatingTotals totals = new RatingTotals();
    totals.add(Long.MIN_VALUE, -1);
    totals.add(-7, -1_000_000_000);
    totals.add(-7, 999);
    totals.add(0, 0);
    totals.add(12, -1_050);
    totals.add(12, 50);
    totals.add(Long.MAX_VALUE, 1_000_000_000);
    copy(new Claim(Long.MAX_VALUE, Integer.MAX_VALUE, 1, 2), totals);
    String claim = Long.MAX_VALUE + " " + Integer.MAX_VALUE + " ";
    assertThat(database.query(ROWS))
        .containsExactly(
            claim + Long.MIN_VALUE + " 1 -0.001 -0.001 -0.001",
            claim + "-7 2 -999999.001 -1000000.000 0.999",
            claim + "0 1 0.000 0.000 0.000",
            claim + "12 2 -1.000 -1.050 0.050",
            claim + Long.MAX_VALUE + " 1 1000000.000 1000000.000 1000000.000");
  }

  @Test
  void moreThanABufferIsWrittenWhole() throws Exception {
    RatingTotals totals = new RatingTotals();
    for (int movie = 1; movie <= 20_000; movie++) {
      totals.add(movie, movie);
    }
    copy(new Claim(1, 1, 1, 2), totals);
    assertThat(
            database.query(
                "SELECT count(*), sum(rating_sum), max(movie_id) FROM staging.movie_ratings WHERE rating_sum * 1000 = movie_id"))
        .containsExactly("20000 200010.000 20000");
  }

  private void copy(Claim claim, RatingTotals totals) throws Exception {
    try (Connection connection = database.connect()) {
      new StagingRows(database.tables()).copy(connection, claim, totals);
    }
  }
}
