package dev.diagonal.ratings;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.csv.CsvFields;
import dev.diagonal.internal.csv.FieldCounts;
import dev.diagonal.internal.csv.HeaderNames;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /** Returns this format; for a file of records, the format of their lines. */
  RatingFormat in(TextFile file) {
    return file.records() ? ofRecords() : this;
  }

  /** Returns this format for records that are read as lines, with a header and commas. */
  private RatingFormat ofRecords() {
    return new RatingFormat(
        true, ",", movieColumn, ratingColumn, userColumn, timestampColumn, first, textMovies);
  }

  /**
   * Returns this format with the header of the first file. In other files, a column that is given
   * by position is found by its name in that header.
   */
  public RatingFormat named(@Nullable String line, boolean records) {
    RatingFormat layout = records ? ofRecords() : this;
    return line == null
        ? this
        : new RatingFormat(
            header,
            delimiter,
            movieColumn,
            ratingColumn,
            userColumn,
            timestampColumn,
            layout.split(line),
            textMovies);
  }

  /**
   * Finds the columns in a file.
   *
   * @throws BadInputException if the file's header lacks a column, or movie and rating are the same
   *     column
   */
  Columns columnsOf(TextFile file) {
    String line = file.header();
    HeaderNames header = line == null ? HeaderNames.NONE : new HeaderNames(split(line));
    List<String> names = header.names();
    int fields =
        line == null ? FieldCounts.most(file.firstLines(), new CsvFields(delimiter)) : names.size();
    int movie = required(movieColumn, header, file);
    int rating = required(ratingColumn, header, file);
    if (movie == rating) {
      throw new BadInputException(
          "%s: the movie and the rating cannot both be column %s; '%s' and '%s' are"
              .formatted(file.name(), movie + 1, movieColumn, ratingColumn));
    }
    if (line != null && (textMovies || isNumber(names.get(movie))) && isNumber(names.get(rating))) {
      throw new BadInputException(
          "the first line of %s, '%s', is a rating and not a header: use --header=false"
              .formatted(file.name(), shortened(String.valueOf(line))));
    }
    int user = checked(userColumn, "userId", header, file);
    int timestamp = checked(timestampColumn, "timestamp", header, file);
    Columns columns =
        new Columns(
            movie,
            rating,
            user == movie || user == rating ? -1 : user,
            timestamp == movie || timestamp == rating ? -1 : timestamp,
            fields);
    return fields > columns.last() ? columns : columns.ofAnyCount();
  }

  /**
   * The positions of the columns, from 0; -1 for a missing one.
   *
   * @param fields how many fields a line has, or 0 if that is unknown
   */
  record Columns(int movie, int rating, int user, int timestamp, int fields) {
    boolean reads(int column) {
      return column == movie || column == rating || column == user || column == timestamp;
    }

    private Columns ofAnyCount() {
      return new Columns(movie, rating, user, timestamp, 0);
    }

    int last() {
      return Math.max(Math.max(movie, rating), Math.max(user, timestamp));
    }
  }

  private int required(String column, HeaderNames names, TextFile file) {
    int index = names.find(column, new HeaderNames(first), file.name());
    if (index == HeaderNames.ABSENT) {
      throw new BadInputException(
          "%s has no column '%s': its first line is '%s'"
              .formatted(
                  file.name(),
                  new HeaderNames(first).nameOf(column),
                  shortened(String.valueOf(file.header()))));
    }
    return index;
  }

  /**
   * Returns the position of a column that is only checked; it may be none, or missing under its
   * usual name.
   */
  private int checked(String column, String usual, HeaderNames names, TextFile file) {
    boolean mayBeMissing = column.equals(usual) || column.equals(NONE);
    return mayBeMissing
        ? names.find(column, new HeaderNames(first), file.name())
        : required(column, names, file);
  }

  private List<String> split(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && line.startsWith(delimiter, i)) {
        fields.add(field.toString().trim());
        field.setLength(0);
        i += delimiter.length() - 1;
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString().trim());
    return fields;
  }

  private static boolean isNumber(String name) {
    return name.matches("[+-]?[0-9]+([.][0-9]*)?");
  }

  private static boolean isDelimiter(String text) {
    return !text.isEmpty() && text.chars().allMatch(RatingFormat::delimits);
  }

  private static boolean delimits(int c) {
    boolean printable = c >= ' ' && c < 127;
    boolean inNumbers = Character.isLetterOrDigit(c) || "\"+-.".indexOf(c) >= 0;
    return c == '\t' || (printable && !inNumbers);
  }

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
