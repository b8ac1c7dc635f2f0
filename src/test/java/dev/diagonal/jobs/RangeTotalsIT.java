package dev.diagonal.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.jobs.schema.RatingColumns;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.math.BigDecimal;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(PostgresExtension.class)
final class RangeTotalsIT {

  private static final Claim ALL = new Claim(1, 1, 1, Long.MAX_VALUE);

  private final JobDatabase database;

  RangeTotalsIT(LocalPostgres postgres) throws Exception {
    database = JobDatabase.create(postgres, "range_totals");
  }

  @ParameterizedTest
  @CsvSource({
    "smallint, bigint, smallint, 0, 30000",
    "integer, integer, integer, 0, 1000000",
    "bigint, smallint, bigint, 0, 1000000",
    "bigint, bigint, numeric, 3, 1000000000",
    "bigint, bigint, 'numeric(10,3)', 3, 1000000000",
    "bigint, bigint, numeric, 3, 9999",
    "bigint, bigint, numeric, 1, 100",
    "bigint, bigint, real, 1, 50000",
    "bigint, bigint, double precision, 3, 1000000000"
  })
  void ratingsOfEveryTypeAreReadExactly(
      String id, String movie, String rating, int scale, int greatest) throws Exception {
    SplittableRandom random = new SplittableRandom(scale + greatest);
    List<String> rows = new ArrayList<>();
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 1; i <= 500; i++) {
      int unscaled = i <= 2 ? (i * 2 - 3) * greatest : random.nextInt(-greatest, greatest + 1);
      BigDecimal value = BigDecimal.valueOf(unscaled, scale);
      sum = sum.add(value);
      rows.add("(%d, %d, '%s')".formatted(i, -7 + i % 3 * 7, value.toPlainString()));
    }
    RangeTotals range = read(id, movie, rating, rows);
    assertThat(range.rows()).isEqualTo(500);
    assertThat(range.badRatings()).isEmpty();
    List<Long> movies = new ArrayList<>();
    List<BigDecimal> sums = new ArrayList<>();
    range
        .totals()
        .forEachSorted(
            total -> {
              movies.add(total.movieId());
              sums.add(total.sum());
            });
    assertThat(movies).containsExactly(-7L, 0L, 7L);
    assertThat(sums.stream().reduce(BigDecimal.ZERO, BigDecimal::add)).isEqualByComparingTo(sum);
  }

  @ParameterizedTest
  @CsvSource({
    "numeric, 1000000.001",
    "numeric, -1000000.001",
    "numeric, 1e20",
    "numeric, 1e-20",
    "numeric, 0.0001",
    "numeric, 12345.00010001",
    "numeric, NaN",
    "numeric, Infinity",
    "numeric, -Infinity",
    "double precision, NaN",
    "double precision, Infinity",
    "double precision, 0.0001",
    "double precision, 1000000.5",
    "double precision, 1e300",
    "real, 0.0001",
    "real, NaN",
    "real, 1e30",
    "bigint, 1000001",
    "bigint, 9223372036854775807",
    "integer, -2147483648"
  })
  void reportsInvalidRatingWithItsId(String type, String value) throws Exception {
    RangeTotals range =
        read(
            "bigint", "bigint", type, List.of("(1, 1, 4)", "(5, 2, '" + value + "')", "(6, 2, 3)"));
    assertThat(range.rows()).isEqualTo(3);
    assertThat(range.badRows()).isEqualTo(1);
    assertThat(range.badRatings()).singleElement().matches(bad -> bad.id() == 5);
    assertThat(range.totals().movies()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "numeric, 0.0000",
    "numeric, 5.00000000",
    "numeric, 1000000.000",
    "real, 4.1",
    "real, -0",
    "double precision, 0.001",
    "double precision, -1000000",
    "numeric, 10000",
    "numeric, 0.001"
  })
  void acceptsUnusualButValidRatings(String type, String value) throws Exception {
    RangeTotals range = read("bigint", "bigint", type, List.of("(1, 1, '" + value + "')"));
    assertThat(range.badRows()).isZero();
    List<BigDecimal> sums = new ArrayList<>();
    range.totals().forEachSorted(total -> sums.add(total.sum()));
    assertThat(sums).singleElement().satisfies(sum -> assertThat(sum).isEqualByComparingTo(value));
  }

  @Test
  void anEmptyRangeHasNoTotals() throws Exception {
    RangeTotals range = read("bigint", "bigint", "real", List.of("(0, 1, 1)"));
    assertThat(range.rows()).isZero();
    assertThat(range.totals().movies()).isZero();
  }

  @Test
  void stopsOnRequest() throws Exception {
    List<String> rows = new ArrayList<>();
    for (int i = 1; i <= 10_000; i++) {
      rows.add("(" + i + ", 1, 1)");
    }
    create("bigint", "bigint", "real", rows);
    try (Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      RangeTotals range =
          new RangeTotals(database.tables(), RatingColumns.of(connection, database.tables()));
      assertThat(range.read(connection, ALL, 1, () -> true)).isFalse();
      assertThat(range.rows()).isLessThan(10_000);
    }
  }

  private RangeTotals read(String id, String movie, String rating, List<String> rows)
      throws Exception {
    create(id, movie, rating, rows);
    try (Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      RangeTotals range =
          new RangeTotals(database.tables(), RatingColumns.of(connection, database.tables()));
      assertThat(range.read(connection, ALL, 10, () -> false)).isTrue();
      return range;
    }
  }

  private void create(String id, String movie, String rating, List<String> rows) throws Exception {
    database.execute(
        "CREATE TABLE ratings (rating_id %s PRIMARY KEY, x text, movie_id %s, rating %s)"
            .formatted(id, movie, rating));
    database.execute(
        "INSERT INTO ratings (rating_id, movie_id, rating) VALUES " + String.join(", ", rows));
  }
}
