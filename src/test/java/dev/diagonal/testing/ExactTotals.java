package dev.diagonal.testing;

import dev.diagonal.ratings.data.MovieRating;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Totals ratings by movie in decimal arithmetic, without the code under test. */
public final class ExactTotals {

  private final Map<Long, List<BigDecimal>> byMovie = new TreeMap<>();

  public void add(long movie, BigDecimal rating) {
    byMovie.computeIfAbsent(movie, unseen -> new ArrayList<>()).add(rating);
  }

  /** Returns one total per movie, in ascending order. */
  public List<MovieRating> totals() {
    List<MovieRating> totals = new ArrayList<>();
    byMovie.forEach(
        (movie, values) ->
            totals.add(
                new MovieRating(
                    movie,
                    values.size(),
                    thousandths(values.stream().reduce(BigDecimal.ZERO, BigDecimal::add)),
                    (int) thousandths(Collections.min(values)),
                    (int) thousandths(Collections.max(values)))));
    return totals;
  }

  private static long thousandths(BigDecimal value) {
    return value.movePointRight(3).longValueExact();
  }
}
