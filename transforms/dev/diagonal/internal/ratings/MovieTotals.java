package dev.diagonal.internal.ratings;

import dev.diagonal.ratings.data.MovieRating;
import java.util.function.Consumer;

/** Totals of ratings by movie. */
public sealed interface MovieTotals permits RatingTotals, TextTotals {

  /** Returns empty totals, of movies whose ids are texts or numbers. */
  static MovieTotals of(boolean textMovies) {
    return textMovies ? new TextTotals() : new RatingTotals();
  }

  /** Returns how many movies have a total. */
  int movies();

  /** Emits the totals of every movie in ascending order; texts in the order of their bytes. */
  void forEachSorted(Consumer<MovieRating> output);

  /** Adds all totals of an encoded part, as {@code encodeByShard} makes it. */
  void addEncoded(byte[] encoded);

  /** Forgets everything. */
  void clear();
}
