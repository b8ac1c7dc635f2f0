package dev.diagonal.internal.ratings;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.csv.CsvFields;
import dev.diagonal.ratings.data.RatingFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses one line of ratings with all checks and describes its first error. A field may be quoted,
 * with quotes doubled inside; only the delimiter may follow a field.
 */
final class RatingLine {

  /** 9 x 10^9 ratings of this size still fit into a 64-bit sum. */
  static final int MAX_RATING = 1_000_000;

  private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]+");
  private static final Pattern RATING = Pattern.compile("([+-]?)([0-9]*)(?:\\.([0-9]{0,3}))?");

  private final RatingLayout.Columns columns;
  private final boolean textMovies;
  private final boolean header;
  private final CsvFields fields;
  private long user;
  private long movie;
  private String movieText = "";
  private int rating;

  RatingLine(RatingFormat format, RatingLayout.Columns columns) {
    this.columns = columns;
    this.textMovies = format.textMovies();
    this.header = format.header();
    this.fields = new CsvFields(format.delimiter());
  }

  /** Returns the user of the last line, if there is a column of users. */
  long user() {
    return user;
  }

  /** Returns the movie of the last line, if movies are numbers. */
  long movie() {
    return movie;
  }

  /** Returns the movie of the last line, if movies are texts. */
  String movieText() {
    return movieText;
  }

  /** Returns the rating of the last line, in thousandths. */
  int rating() {
    return rating;
  }

  /**
   * Parses a line.
   *
   * @param more whether the line may have more fields than known columns
   * @return the error, or null
   */
  @Nullable String read(String line, boolean more) {
    byte[] bytes = line.getBytes(UTF_8);
    return read(bytes, 0, bytes.length, more);
  }

  /** Parses the line from {@code start} to {@code end}; see {@link #read(String, boolean)}. */
  @Nullable String read(byte[] line, int start, int end, boolean more) {
    String fault = fields.split(line, start, end);
    if (fault == null) {
      fault = checkCount(more);
    }
    if (fault == null && columns.user() >= 0) {
      fault = checkWholeNumber("user", columns.user());
    }
    if (fault == null && columns.user() >= 0) {
      user = number(columns.user());
    }
    if (fault == null) {
      fault = textMovies ? readText() : checkWholeNumber("movie", columns.movie());
    }
    if (fault == null) {
      movie = textMovies ? 0 : number(columns.movie());
      fault = readRating(fields.text(columns.rating()));
    }
    if (fault == null && columns.timestamp() >= 0) {
      fault = checkWholeNumber("timestamp", columns.timestamp());
    }
    return fault;
  }

  private @Nullable String readText() {
    movieText = fields.text(columns.movie());
    if (movieText.isEmpty()) {
      return "the movie is empty";
    }
    if (!fields.isUtf8(columns.movie(), movieText)) {
      return "the movie '%s' is not UTF-8".formatted(shortened(movieText));
    }
    return movieText.indexOf('\0') < 0
        ? null
        : "the movie '%s' contains a zero byte".formatted(shortened(movieText));
  }

  private long number(int field) {
    return fields.isPlainNumber(field) ? fields.number(field) : Long.parseLong(fields.text(field));
  }

  private @Nullable String checkCount(boolean more) {
    if (more && fields.count() <= columns.last()) {
      return "%s fields, but at least %s are needed".formatted(fields.count(), columns.last() + 1);
    }
    if (!more && fields.count() != columns.fields()) {
      return "%s fields, but %s %s"
          .formatted(
              fields.count(),
              header ? "the header has" : "most of the first lines have",
              columns.fields());
    }
    return null;
  }

  private @Nullable String checkWholeNumber(String column, int field) {
    if (fields.isPlainNumber(field)) {
      return null;
    }
    String text = fields.text(field);
    if (!WHOLE_NUMBER.matcher(text).matches()) {
      return "the %s '%s' is not a whole number".formatted(column, shortened(text));
    }
    try {
      Long.parseLong(text);
      return null;
    } catch (NumberFormatException e) {
      return "the %s '%s' does not fit 64 bits".formatted(column, shortened(text));
    }
  }

  private @Nullable String readRating(String text) {
    var parts = RATING.matcher(text);
    if (!parts.matches() || !hasDigit(text)) {
      return "the rating '%s' is not a decimal number with up to 3 fraction digits"
          .formatted(shortened(text));
    }
    String whole = parts.group(2);
    String fraction = parts.group(3) == null ? "" : parts.group(3);
    String significant = whole.replaceFirst("^0+", "");
    long thousandths =
        significant.length() > 9
            ? Long.MAX_VALUE
            : Long.parseLong("0" + significant + (fraction + "000").substring(0, 3));
    if (thousandths > MAX_RATING * 1000L) {
      return String.format(
          Locale.ROOT, "the rating '%s' is greater than %,d", shortened(text), MAX_RATING);
    }
    rating = (int) (parts.group(1).equals("-") ? -thousandths : thousandths);
    return null;
  }

  private static boolean hasDigit(String text) {
    return text.chars().anyMatch(c -> c >= '0' && c <= '9');
  }

  private static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
