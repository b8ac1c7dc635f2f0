package dev.diagonal.jobs;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.jobs.schema.NumberType;
import dev.diagonal.internal.jobs.schema.RatingColumns;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.ratings.RatingTotals;
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
 * COPY format: one row is in memory at a time, and none becomes an object of its own.
 *
 * <p>The ids themselves are not read, unless a rating turns out to be none: then everything is read
 * again, with the ids and in their order, to name it. Not thread-safe.
 */
class RangeTotals {

  /** Behind the signature: flags and the length of an extension. */
  private static final int SIGNATURE_BYTES = 11;

  private static final int FIELD_COUNT_BYTES = 2;
  private static final int LENGTH_BYTES = 4;
  private static final int ROWS_BETWEEN_LOOKS = 4096;

  private final JobTables tables;
  private final RatingColumns columns;
  private final RatingTotals totals = new RatingTotals();
  private final List<BadRating> badRatings = new ArrayList<>();
  private long rows;
  private long badRows;

  /**
   * A row that holds no rating.
   *
   * @param id its id
   * @param reason what is wrong with it
   */
  record BadRating(long id, String reason) {
    /** Returns what is told of it: its table, id and reason. */
    DeadLetter toBadLine(String table) {
      return DeadLetter.ofRow("row %s of %s: %s".formatted(id, table, reason), String.valueOf(id));
    }
  }

  RangeTotals(JobTables tables, RatingColumns columns) {
    this.tables = tables;
    this.columns = columns;
  }

  /** Returns the totals of what was read. */
  RatingTotals totals() {
    return totals;
  }

  /** Returns how many rows were read, bad ones among them. */
  long rows() {
    return rows;
  }

  /** Returns how many of them were bad. */
  long badRows() {
    return badRows;
  }

  /** Returns the bad ones of the least ids, up to as many as were to be kept. */
  List<BadRating> badRatings() {
    return badRatings;
  }

  /**
   * Reads the range of a claim; what was read before is forgotten.
   *
   * @param maxBad how many bad ratings to keep
   * @param stopped whether to give up, asked now and then
   * @return false if it was given up
   */
  boolean read(Connection connection, Claim claim, long maxBad, BooleanSupplier stopped)
      throws SQLException {
    boolean done = read(connection, claim, false, 0, stopped);
    return (done && badRows > 0) ? read(connection, claim, true, maxBad, stopped) : done;
  }

  private boolean read(
      Connection connection, Claim claim, boolean withIds, long maxBad, BooleanSupplier stopped)
      throws SQLException {
    totals.clear();
    badRatings.clear();
    rows = 0;
    badRows = 0;
    // COPY takes no parameters; these are numbers and quoted names.
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

  /** The server sends whole rows; the header comes with the first of them. */
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
    if (movieBytes >= 0 && rating != NumberType.NO_RATING) {
      totals.add(columns.movie().whole(row, movieAt), rating);
      return;
    }
    badRows++;
    if (badRatings.size() < maxBad) {
      badRatings.add(new BadRating(id, reason(movieBytes < 0, ratingBytes < 0)));
    }
  }

  private String reason(boolean noMovie, boolean noRating) {
    if (noMovie) {
      return "the movie is null";
    }
    return noRating
        ? "the rating is null"
        : String.format(
            Locale.ROOT,
            "the rating is beyond %,d or has more than 3 fraction digits",
            NumberType.MAX_RATING);
  }
}
