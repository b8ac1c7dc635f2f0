package dev.diagonal.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.jdbc.copy.CopyText;
import dev.diagonal.internal.ratings.MovieTotals;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.ratings.data.MovieRating;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Copies totals into the staging table, in PostgreSQL's text format. Not thread-safe. */
class StagingRows {

  private static final int BUFFER_BYTES = 1 << 16;

  /** A row of a PostgreSQL index has at most 2,704 bytes. */
  static final int MAX_MOVIE_BYTES = 2_600;

  /**
   * Seven numbers of up to 20 digits, a sign and a point, each with its separator; or six numbers
   * and a text, every byte of which may have to be escaped for COPY.
   */
  private static final int LONGEST_ROW_BYTES = 7 * 23 + 2 * MAX_MOVIE_BYTES;

  private final String sql;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int size;

  StagingRows(JobTables tables) {
    this.sql =
        ("COPY %s (batch_id, attempt, movie_id, rating_count, rating_sum, rating_min, rating_max)"
                + " FROM STDIN")
            .formatted(tables.stagingSql());
  }

  /** Writes the rows of an attempt, by movie in ascending order. */
  void copy(Connection connection, Claim claim, MovieTotals totals) throws SQLException {
    size = 0;
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    try {
      totals.forEachSorted(
          rating -> {
            put(claim, rating);
            if (size > BUFFER_BYTES - LONGEST_ROW_BYTES) {
              flush(copy);
            }
          });
      flush(copy);
      copy.endCopy();
    } catch (FlushFailedException e) {
      throw e.fault;
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private void put(Claim claim, MovieRating rating) {
    put(claim.batchId(), '\t');
    put(claim.attempt(), '\t');
    if (rating.name() == null) {
      put(rating.movieId(), '\t');
    } else {
      put(CopyText.escaped(rating.name()), '\t');
    }
    put(rating.count(), '\t');
    putThousandths(rating.sumThousandths(), '\t');
    putThousandths(rating.minThousandths(), '\t');
    putThousandths(rating.maxThousandths(), '\n');
  }

  private void put(String text, char end) {
    byte[] utf8 = text.getBytes(UTF_8);
    System.arraycopy(utf8, 0, buffer, size, utf8.length);
    size += utf8.length;
    buffer[size++] = (byte) end;
  }

  private void putThousandths(long value, char end) {
    if (value < 0) {
      buffer[size++] = '-';
    }
    // Quotient and remainder fit for every long, including Long.MIN_VALUE.
    put(Math.abs(value / 1000), '.');
    int fraction = (int) Math.abs(value % 1000);
    buffer[size++] = (byte) ('0' + fraction / 100);
    buffer[size++] = (byte) ('0' + fraction / 10 % 10);
    buffer[size++] = (byte) ('0' + fraction % 10);
    buffer[size++] = (byte) end;
  }

  private void put(long value, char end) {
    if (value < 0) {
      buffer[size++] = '-';
    }
    int from = size;
    long rest = value;
    do {
      buffer[size++] = (byte) ('0' + Math.abs(rest % 10));
      rest /= 10;
    } while (rest != 0);
    for (int left = from, right = size - 1; left < right; left++, right--) {
      byte swapped = buffer[left];
      buffer[left] = buffer[right];
      buffer[right] = swapped;
    }
    buffer[size++] = (byte) end;
  }

  private void flush(CopyIn copy) {
    try {
      copy.writeToCopy(buffer, 0, size);
      size = 0;
    } catch (SQLException e) {
      throw new FlushFailedException(e);
    }
  }

  /** Carries an exception out of a callback that cannot throw it. */
  private static final class FlushFailedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final SQLException fault;

    FlushFailedException(SQLException fault) {
      super(fault);
      this.fault = fault;
    }
  }
}
