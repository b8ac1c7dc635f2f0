package dev.diagonal.internal.ratings;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.csv.CsvFields;
import dev.diagonal.internal.csv.FieldCounts;
import dev.diagonal.internal.csv.HeaderNames;
import dev.diagonal.ratings.data.RatingFormat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the columns of a {@link RatingFormat} in files. */
public final class RatingLayout {

  private RatingLayout() {}

  /** Returns the format; for a file of records, the format of their lines. */
  static RatingFormat in(RatingFormat format, TextFile file) {
    return file.records() ? ofRecords(format) : format;
  }

  /** Returns the format for records that are read as lines, with a header and commas. */
  private static RatingFormat ofRecords(RatingFormat format) {
    return new RatingFormat(
        true,
        ",",
        format.movieColumn(),
        format.ratingColumn(),
        format.userColumn(),
        format.timestampColumn(),
        format.first(),
        format.textMovies());
  }

  /**
   * Returns the format with the header of the first file. In other files, a column that is given by
   * position is found by its name in that header.
   */
  public static RatingFormat named(RatingFormat format, @Nullable String line, boolean records) {
    String delimiter = records ? "," : format.delimiter();
    return line == null
        ? format
        : new RatingFormat(
            format.header(),
            format.delimiter(),
            format.movieColumn(),
            format.ratingColumn(),
            format.userColumn(),
            format.timestampColumn(),
            split(line, delimiter),
            format.textMovies());
  }

  /**
   * Finds the columns in a file.
   *
   * @throws BadInputException if the file's header lacks a column, or movie and rating are the same
   *     column
   */
  static Columns columnsOf(RatingFormat format, TextFile file) {
    String line = file.header();
    HeaderNames header =
        line == null ? HeaderNames.NONE : new HeaderNames(split(line, format.delimiter()));
    List<String> names = header.names();
    int fields =
        line == null
            ? FieldCounts.most(file.firstLines(), new CsvFields(format.delimiter()))
            : names.size();
    HeaderNames first = new HeaderNames(format.first());
    int movie = required(format.movieColumn(), header, first, file);
    int rating = required(format.ratingColumn(), header, first, file);
    if (movie == rating) {
      throw new BadInputException(
          "%s: the movie and the rating cannot both be column %s; '%s' and '%s' are"
              .formatted(file.name(), movie + 1, format.movieColumn(), format.ratingColumn()));
    }
    if (line != null
        && (format.textMovies() || isNumber(names.get(movie)))
        && isNumber(names.get(rating))) {
      throw new BadInputException(
          "the first line of %s, '%s', is a rating and not a header: use --header=false"
              .formatted(file.name(), shortened(String.valueOf(line))));
    }
    int user = checked(format.userColumn(), "userId", header, first, file);
    int timestamp = checked(format.timestampColumn(), "timestamp", header, first, file);
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

  private static int required(String column, HeaderNames names, HeaderNames first, TextFile file) {
    int index = names.find(column, first, file.name());
    if (index == HeaderNames.ABSENT) {
      throw new BadInputException(
          "%s has no column '%s': its first line is '%s'"
              .formatted(
                  file.name(), first.nameOf(column), shortened(String.valueOf(file.header()))));
    }
    return index;
  }

  /**
   * Returns the position of a column that is only checked; it may be none, or missing under its
   * usual name.
   */
  private static int checked(
      String column, String usual, HeaderNames names, HeaderNames first, TextFile file) {
    boolean mayBeMissing = column.equals(usual) || column.equals(RatingFormat.NONE);
    return mayBeMissing
        ? names.find(column, first, file.name())
        : required(column, names, first, file);
  }

  private static List<String> split(String line, String delimiter) {
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

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
