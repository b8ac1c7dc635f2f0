package dev.diagonal.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.jobs.schema.NumberType;
import dev.diagonal.internal.jobs.schema.RatingColumns;
import dev.diagonal.internal.ratings.MovieTotals;
import dev.diagonal.internal.ratings.RatingTotals;
import dev.diagonal.internal.ratings.TextTotals;
import dev.diagonal.jobs.schema.JobTables;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads the ratings of a range of ids and totals them while they stream in, in PostgreSQL's binary
 * COPY format. Holds one row in memory at a time. Only a movie that is a text becomes an object.
 *
 * <p>Ids are not read, unless a rating is bad: then everything is read again, with the ids and
 * sorted by them, to name the bad row. Not thread-safe.
 */
class RangeTotals {

  /** The bytes that follow the signature: flags and the length of an extension. */
  private static final int SIGNATURE_BYTES = 11;

  private static final int FIELD_COUNT_BYTES = 2;
  private static final int LENGTH_BYTES = 4;
  private static final int ROWS_BETWEEN_LOOKS = 4096;

  private final JobTables tables;
  private final RatingColumns columns;
  private final RatingTotals numbers = new RatingTotals();
  private final TextTotals texts = new TextTotals();
  private final List<BadRating> badRatings = new ArrayList<>();
  private long rows;
  private long badRows;

  /**
   * A row without a valid rating.
   *
   * @param id its id
   * @param reason what is wrong with it
   */
  record BadRating(long id, String reason) {
    /** Returns a dead letter with its table, id and reason. */
    DeadLetter toDeadLetter(String table) {
      return DeadLetter.ofRow("row %s of %s: %s".formatted(id, table, reason), String.valueOf(id));
    }
  }

  RangeTotals(JobTables tables, RatingColumns columns) {
    this.tables = tables;
    this.columns = columns;
  }

  /** Returns the totals of the rows that were read. */
  MovieTotals totals() {
    return columns.movie() == null ? texts : numbers;
  }

  /** Returns how many rows were read, including bad ones. */
  long rows() {
    return rows;
  }

  /** Returns how many of them were bad. */
  long badRows() {
    return badRows;
  }

  /** Returns the bad rows with the least ids, up to the maximum that {@link #read} was given. */
  List<BadRating> badRatings() {
    return badRatings;
  }

  /**
   * Reads the range of a claim, after discarding earlier results.
   *
   * @param maxBad how many bad ratings to keep
   * @param stopped asked now and then; true stops reading
   * @return false if reading was stopped
   */
  boolean read(Connection connection, Claim claim, long maxBad, BooleanSupplier stopped)
      throws SQLException {
    boolean done = read(connection, claim, false, 0, stopped);
    return (done && badRows > 0) ? read(connection, claim, true, maxBad, stopped) : done;
  }

  private boolean read(
      Connection connection, Claim claim, boolean withIds, long maxBad, BooleanSupplier stopped)
      throws SQLException {
    numbers.clear();
    texts.clear();
    badRatings.clear();
    rows = 0;
    badRows = 0;
    // COPY takes no parameters; these values are numbers and quoted names.
    String sql =
        "COPY (SELECT %s%s, %s FROM %s WHERE %s BETWEEN %s AND %s%s) TO STDOUT (FORMAT binary)"
            .formatted(
                withIds ? tables.idSql() + ", " : "",
                tables.movieSql(),
                tables.ratingSql(),
                tables.ratingsSql(),
                tables.idSql(),
                claim.lowerId(),
                claim.upperId(),
                withIds ? " ORDER BY " + tables.idSql() : "");
    CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
    try {
      int at = -1;
      for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
        at = at < 0 ? headerLength(row) : 0;
        if (row.length - at > FIELD_COUNT_BYTES) {
          add(row, at + FIELD_COUNT_BYTES, withIds, maxBad);
          if (++rows % ROWS_BETWEEN_LOOKS == 0 && stopped.getAsBoolean()) {
            return false;
          }
        }
      }
      return true;
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  /**
   * Returns the length of the header, which precedes the first row. The server sends whole rows.
   */
  private static int headerLength(byte[] row) {
    int extension = SIGNATURE_BYTES + LENGTH_BYTES;
    return extension + LENGTH_BYTES + NumberType.intAt(row, extension);
  }

  private void add(byte[] row, int start, boolean withIds, long maxBad) {
    int at = start;
    long id = 0;
    if (withIds) {
      id = columns.id().whole(row, at + LENGTH_BYTES);
      at += LENGTH_BYTES + NumberType.intAt(row, at);
    }
    int movieAt = at + LENGTH_BYTES;
    int movieBytes = NumberType.intAt(row, at);
    at = movieAt + Math.max(0, movieBytes);
    int ratingBytes = NumberType.intAt(row, at);
    int rating =
        ratingBytes < 0
            ? NumberType.NO_RATING
            : columns.rating().thousandths(row, at + LENGTH_BYTES);
    NumberType number = columns.movie();
    if (rating != NumberType.NO_RATING && isMovie(movieBytes)) {
      if (number == null) {
        texts.add(new String(row, movieAt, movieBytes, UTF_8), rating);
      } else {
        numbers.add(number.whole(row, movieAt), rating);
      }
      return;
    }
    badRows++;
    if (badRatings.size() < maxBad) {
      badRatings.add(new BadRating(id, reason(movieBytes, ratingBytes < 0)));
    }
  }

  /** Whether a field of so many bytes may be a movie; -1 is null. */
  private boolean isMovie(int bytes) {
    return columns.movie() == null ? bytes > 0 && bytes <= StagingRows.MAX_MOVIE_BYTES : bytes >= 0;
  }

  private String reason(int movieBytes, boolean noRating) {
    if (!isMovie(movieBytes)) {
      return movieBytes < 0
          ? "the movie is null"
          : movieBytes == 0
              ? "the movie is empty"
              : "the movie has %s bytes, and at most %s fit an index"
                  .formatted(movieBytes, StagingRows.MAX_MOVIE_BYTES);
    }
    return noRating
        ? "the rating is null"
        : String.format(
            Locale.ROOT,
            "the rating is beyond %,d or has more than 3 fraction digits",
            NumberType.MAX_RATING);
  }
}
