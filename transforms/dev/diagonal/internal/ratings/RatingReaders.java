package dev.diagonal.internal.ratings;

import dev.diagonal.files.LineConsumer;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.ratings.data.MovieRating;
import dev.diagonal.ratings.data.RatingFormat;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.values.KV;

/** Creates the consumers that total the ratings of lines. */
public final class RatingReaders {

  private RatingReaders() {}

  /** Returns a reader of the first ratings, with the usual number of shards. */
  public static LineConsumer<KV<Integer, byte[]>> reader(RatingFormat format) {
    return reader(format, Shards.DEFAULT);
  }

  /** Returns a reader that emits encoded totals by shard. */
  public static LineConsumer<KV<Integer, byte[]>> reader(RatingFormat format, Shards shards) {
    return format.textMovies()
        ? new TotalTextRatings(format, shards)
        : new TotalRatings(format, shards);
  }

  /**
   * Returns the totals of what a reader has emitted.
   *
   * @return one per movie, in ascending order
   */
  public static List<MovieRating> totals(RatingFormat format, List<KV<Integer, byte[]>> tables) {
    MovieTotals totals = MovieTotals.of(format.textMovies());
    tables.forEach(table -> totals.addEncoded(table.getValue()));
    List<MovieRating> movies = new ArrayList<>();
    totals.forEachSorted(movies::add);
    return movies;
  }
}
