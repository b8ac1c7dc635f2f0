package dev.diagonal.ratings;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.jdbc.table.Table;

/**
 * The totals of a movie as each sink wants them: the same six figures everywhere, sums and extremes
 * with three fraction digits, means with six. A table exported as CSV in the order of its key has
 * the bytes of the CSV file.
 */
public final class RatingRows {

  /** The columns of the CSV file. */
  public static final String CSV_HEADER =
      "movie_id,rating_count,rating_sum,rating_mean,rating_min,rating_max";

  /** The mapping of the index. */
  public static final String MAPPING =
      """
      {
        "dynamic": "strict",
        "properties": {
          "movie_id": {"type": "long"},
          "rating_count": {"type": "long"},
          "rating_sum": {"type": "double"},
          "rating_mean": {"type": "double"},
          "rating_min": {"type": "double"},
          "rating_max": {"type": "double"}
        }
      }
      """;

  private RatingRows() {}

  /** Returns the line of a CSV file. */
  public static String toCsv(MovieRating rating) {
    return rating.movieId()
        + ","
        + rating.count()
        + ","
        + rating.sum()
        + ","
        + rating.mean()
        + ","
        + rating.min()
        + ","
        + rating.max();
  }

  /** Returns the table of this name; a movie has one row. */
  public static Table table(String name) {
    return Table.of(
        name,
        Column.key("movie_id", "bigint"),
        Column.of("rating_count", "bigint"),
        Column.of("rating_sum", "numeric(22,3)"),
        Column.of("rating_mean", "numeric(16,6)"),
        Column.of("rating_min", "numeric(10,3)"),
        Column.of("rating_max", "numeric(10,3)"));
  }

  /** Puts the values of a row of the {@link #table}. */
  public static void bind(MovieRating rating, RowValues values) {
    values
        .putLong(rating.movieId())
        .putLong(rating.count())
        .putDecimal(rating.sum())
        .putDecimal(rating.mean())
        .putDecimal(rating.min())
        .putDecimal(rating.max());
  }

  /** Returns the document, whose id is the movie. */
  public static Document toDocument(MovieRating rating) {
    String json =
        "{\"movie_id\":"
            + rating.movieId()
            + ",\"rating_count\":"
            + rating.count()
            + ",\"rating_sum\":"
            + rating.sum()
            + ",\"rating_mean\":"
            + rating.mean()
            + ",\"rating_min\":"
            + rating.min()
            + ",\"rating_max\":"
            + rating.max()
            + "}";
    return new Document(Long.toString(rating.movieId()), json.getBytes(UTF_8));
  }
}
