package dev.diagonal.ratings.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;
import org.jspecify.annotations.Nullable;

/**
 * The exact totals of the ratings of one movie.
 *
 * @param movieId the movie, or any number if {@code name} is not null
 * @param count how many ratings, at least 1
 * @param sumThousandths their sum, in thousandths
 * @param minThousandths the least of them, in thousandths
 * @param maxThousandths the greatest of them, in thousandths
 * @param name the id of the movie if it is a text, otherwise null
 */
public record MovieRating(
    long movieId,
    long count,
    long sumThousandths,
    int minThousandths,
    int maxThousandths,
    @Nullable String name) {

  private static final int FRACTION_DIGITS = 3;
  private static final int MEAN_FRACTION_DIGITS = 6;

  public MovieRating {
    checkArgument(count > 0, "count must be > 0, got %s", count);
  }

  /** Returns the totals of a movie whose id is a number. */
  public MovieRating(
      long movieId, long count, long sumThousandths, int minThousandths, int maxThousandths) {
    this(movieId, count, sumThousandths, minThousandths, maxThousandths, null);
  }

  /** Returns the coder: five varints. */
  public static Coder<MovieRating> coder() {
    return RatingCoder.OF;
  }

  /** Returns the coder of movies whose ids are texts: the text, and five varints. */
  public static Coder<MovieRating> textCoder() {
    return TextCoder.OF;
  }

  /** Compares movies by number, and texts by their bytes in UTF-8. */
  public static int compareMovies(MovieRating a, MovieRating b) {
    return a.name == null || b.name == null
        ? Long.compare(a.movieId, b.movieId)
        : Arrays.compareUnsigned(a.name.getBytes(UTF_8), b.name.getBytes(UTF_8));
  }

  /** Returns these totals for a movie whose id is a text. */
  public MovieRating ofMovie(String text) {
    return new MovieRating(0, count, sumThousandths, minThousandths, maxThousandths, text);
  }

  /** Returns the id of the movie as a text. */
  public String movie() {
    return name == null ? Long.toString(movieId) : name;
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

  private static final class TextCoder extends AtomicCoder<MovieRating> {

    private static final TextCoder OF = new TextCoder();
    private static final StringUtf8Coder TEXT = StringUtf8Coder.of();

    @Override
    public void encode(MovieRating rating, OutputStream out) throws IOException {
      TEXT.encode(rating.movie(), out);
      RatingCoder.OF.encode(rating, out);
    }

    @Override
    public MovieRating decode(InputStream in) throws IOException {
      String text = TEXT.decode(in);
      return RatingCoder.OF.decode(in).ofMovie(text);
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
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
