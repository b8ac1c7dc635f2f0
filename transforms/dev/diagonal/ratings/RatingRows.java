package dev.diagonal.ratings;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.bytes.JsonText;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.ratings.data.MovieRating;

/**
 * Converts the totals of a movie for each sink. All sinks get the same six figures: sums and
 * extremes with three fraction digits, means with six. A table exported as CSV in key order is
 * identical to the CSV file.
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

  private static final String LONG_MOVIES = "\"movie_id\": {\"type\": \"long\"}";
  private static final String TEXT_MOVIES = "\"movie_id\": {\"type\": \"keyword\"}";

  private RatingRows() {}

  /** Returns the mapping of the index, with movie ids of type keyword if they are texts. */
  public static String mapping(boolean textMovies) {
    return textMovies ? MAPPING.replace(LONG_MOVIES, TEXT_MOVIES) : MAPPING;
  }

  /** Returns the line of a CSV file. */
  public static String toCsv(MovieRating rating) {
    return (rating.name() == null ? rating.movie() : csvField(rating.name()))
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
    return table(name, false);
  }

  /** Returns the table of this name, with movie ids of type text if they are texts. */
  public static Table table(String name, boolean textMovies) {
    return Table.of(
        name,
        Column.key("movie_id", textMovies ? "text" : "bigint"),
        Column.of("rating_count", "bigint"),
        Column.of("rating_sum", "numeric(22,3)"),
        Column.of("rating_mean", "numeric(16,6)"),
        Column.of("rating_min", "numeric(10,3)"),
        Column.of("rating_max", "numeric(10,3)"));
  }

  /** Binds the values of a row of the {@link #table}. */
  public static void bind(MovieRating rating, RowValues values) {
    RowValues movie =
        rating.name() == null ? values.putLong(rating.movieId()) : values.putText(rating.name());
    movie
        .putLong(rating.count())
        .putDecimal(rating.sum())
        .putDecimal(rating.mean())
        .putDecimal(rating.min())
        .putDecimal(rating.max());
  }

  /** Returns a document with the movie as its id. */
  public static Document toDocument(MovieRating rating) {
    String json =
        "{\"movie_id\":"
            + (rating.name() == null ? rating.movie() : jsonText(rating.name()))
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
    return new Document(rating.movie(), json.getBytes(UTF_8));
  }

  /** Formats a field as {@code COPY … (FORMAT csv)} does. */
  private static String csvField(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain && !text.equals("\\.") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  private static String jsonText(String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    ByteBuilder json = new ByteBuilder(utf8.length + 8);
    JsonText.put(json, utf8, 0, utf8.length);
    return json.toString();
  }
}
