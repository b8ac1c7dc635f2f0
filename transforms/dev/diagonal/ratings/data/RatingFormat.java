package dev.diagonal.ratings.data;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.csv.HeaderNames;
import java.io.Serializable;
import java.util.List;

/**
 * The columns and the delimiter of a file of ratings. A column is a name in the header or a
 * position from 1.
 *
 * @param header whether the first line of every file is a header
 * @param delimiter the ASCII text between two fields
 * @param movieColumn a whole number, or a text if {@code textMovies}
 * @param ratingColumn a decimal number of up to three fraction digits
 * @param userColumn a whole number, which is checked and not used; {@value #NONE} for no check;
 *     {@code userId} is checked only if the header has it, and a column that is also the movie or
 *     the rating is checked only as that
 * @param timestampColumn the same with {@code timestamp}
 * @param first the names in the header of the first file, or none; a position means the column of
 *     that name in all files
 * @param textMovies whether movies are texts; otherwise 64-bit whole numbers
 */
public record RatingFormat(
    boolean header,
    String delimiter,
    String movieColumn,
    String ratingColumn,
    String userColumn,
    String timestampColumn,
    List<String> first,
    boolean textMovies)
    implements Serializable {

  /** Used instead of a column that does not exist. */
  public static final String NONE = "none";

  /** MovieLens: {@code userId,movieId,rating,timestamp} with a header. */
  public static final RatingFormat MOVIELENS =
      new RatingFormat(true, ",", "movieId", "rating", "userId", "timestamp");

  /** Returns a format of files whose first header is unknown. */
  public RatingFormat(
      boolean header,
      String delimiter,
      String movieColumn,
      String ratingColumn,
      String userColumn,
      String timestampColumn) {
    this(
        header,
        delimiter,
        movieColumn,
        ratingColumn,
        userColumn,
        timestampColumn,
        List.of(),
        false);
  }

  /** Sets whether movies are texts. */
  public RatingFormat withTextMovies(boolean text) {
    return new RatingFormat(
        header, delimiter, movieColumn, ratingColumn, userColumn, timestampColumn, first, text);
  }

  public RatingFormat {
    first = List.copyOf(first);
    checkArgument(
        isDelimiter(delimiter),
        "delimiter must be a tab or ASCII characters that are in no number and no quote, got '%s'",
        delimiter);
    for (String column : List.of(movieColumn, ratingColumn, userColumn, timestampColumn)) {
      checkArgument(!column.isBlank(), "a column must be a name or a position, got '%s'", column);
      boolean mayBeNone = column.equals(userColumn) || column.equals(timestampColumn);
      checkArgument(
          header || (mayBeNone && column.equals(NONE)) || HeaderNames.isPosition(column),
          "without a header a column must be a position from 1, got '%s'",
          column);
    }
  }

  /** Returns this format without a header: user, movie, rating, timestamp by position. */
  public RatingFormat withoutHeader() {
    return new RatingFormat(false, delimiter, "2", "3", "1", "4");
  }

  private static boolean isDelimiter(String text) {
    return !text.isEmpty() && text.chars().allMatch(RatingFormat::delimits);
  }

  private static boolean delimits(int c) {
    boolean printable = c >= ' ' && c < 127;
    boolean inNumbers = Character.isLetterOrDigit(c) || "\"+-.".indexOf(c) >= 0;
    return c == '\t' || (printable && !inNumbers);
  }
}
