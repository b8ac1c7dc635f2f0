package dev.diagonal.ratings;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * The ratings of one movie, totalled exactly.
 *
 * @param movieId the movie
 * @param count how many ratings, at least 1
 * @param sumThousandths their sum, in thousandths
 * @param minThousandths the least of them, in thousandths
 * @param maxThousandths the greatest of them, in thousandths
 */
public record MovieRating(
    long movieId, long count, long sumThousandths, int minThousandths, int maxThousandths) {

  private static final int FRACTION_DIGITS = 3;
  private static final int MEAN_FRACTION_DIGITS = 6;

  public MovieRating {
    checkArgument(count > 0, "count must be > 0, got %s", count);
  }

  /** Returns the coder: five varints. */
  static Coder<MovieRating> coder() {
    return RatingCoder.OF;
  }

  /** Returns the sum, with three fraction digits. */
  public BigDecimal sum() {
    return BigDecimal.valueOf(sumThousandths, FRACTION_DIGITS);
  }

  /** Returns the mean, from the exact sum, rounded half up to six fraction digits. */
  public BigDecimal mean() {
    return sum().divide(BigDecimal.valueOf(count), MEAN_FRACTION_DIGITS, RoundingMode.HALF_UP);
  }

  /** Returns the least rating, with three fraction digits. */
  public BigDecimal min() {
    return BigDecimal.valueOf(minThousandths, FRACTION_DIGITS);
  }

  /** Returns the greatest rating, with three fraction digits. */
  public BigDecimal max() {
    return BigDecimal.valueOf(maxThousandths, FRACTION_DIGITS);
  }

  private static final class RatingCoder extends AtomicCoder<MovieRating> {

    private static final RatingCoder OF = new RatingCoder();

    @Override
    public void encode(MovieRating rating, OutputStream out) throws IOException {
      VarInt.encode(rating.movieId, out);
      VarInt.encode(rating.count, out);
      VarInt.encode(rating.sumThousandths, out);
      VarInt.encode(rating.minThousandths, out);
      VarInt.encode(rating.maxThousandths, out);
    }

    @Override
    public MovieRating decode(InputStream in) throws IOException {
      return new MovieRating(
          VarInt.decodeLong(in),
          VarInt.decodeLong(in),
          VarInt.decodeLong(in),
          VarInt.decodeInt(in),
          VarInt.decodeInt(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
