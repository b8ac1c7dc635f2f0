package dev.diagonal.internal.ratings;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.block.Shards;
import dev.diagonal.internal.bytes.VarInts;
import dev.diagonal.ratings.data.MovieRating;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

/**
 * Totals of ratings by movie, for movies whose ids are texts: {@link RatingTotals} by the number of
 * a movie in order of first occurrence. Exact in any order. Not thread-safe.
 */
public final class TextTotals implements MovieTotals {

  private final RatingTotals totals = new RatingTotals();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> movies = new ArrayList<>();
  private long characters;

  @Override
  public void clear() {
    totals.clear();
    numbers.clear();
    movies.clear();
    characters = 0;
  }

  @Override
  public int movies() {
    return movies.size();
  }

  /** Returns how many characters the ids of all movies have. */
  long characters() {
    return characters;
  }

  /** Adds one rating, in thousandths. */
  public void add(String movie, int thousandths) {
    totals.add(numberOf(movie), thousandths);
  }

  /**
   * Adds all totals of an {@linkplain #encodeByShard encoded} shard.
   *
   * @throws ArithmeticException if a sum does not fit into 64 bits
   */
  @Override
  public void addEncoded(byte[] encoded) {
    VarInts.Reader in = new VarInts.Reader(encoded);
    for (long left = in.read(); left > 0; left--) {
      byte[] movie = new byte[(int) in.read()];
      for (int i = 0; i < movie.length; i++) {
        movie[i] = (byte) in.read();
      }
      long count = in.read();
      long sum = in.readSigned();
      int least = (int) in.readSigned();
      int greatest = (int) (least + in.read());
      totals.add(numberOf(new String(movie, UTF_8)), count, sum, least, greatest);
    }
  }

  /**
   * Emits all totals as bytes, shard by shard. Per movie: its id, count, sum, minimum, and maximum
   * minus minimum, as varints. Shards without movies are left out.
   */
  void encodeByShard(Shards shards, ObjIntConsumer<byte[]> output) {
    List<List<MovieRating>> byShard = new ArrayList<>();
    for (int i = 0; i < shards.count(); i++) {
      byShard.add(new ArrayList<>());
    }
    forEach(rating -> byShard.get(shards.of(rating.movie().getBytes(UTF_8))).add(rating));
    for (int shard = 0; shard < shards.count(); shard++) {
      List<MovieRating> ratings = byShard.get(shard);
      if (!ratings.isEmpty()) {
        VarInts.Writer out = new VarInts.Writer(16 + 24 * ratings.size());
        out.write(ratings.size());
        ratings.forEach(rating -> encode(rating, out));
        output.accept(out.toBytes(), shard);
      }
    }
  }

  private static void encode(MovieRating rating, VarInts.Writer out) {
    byte[] movie = rating.movie().getBytes(UTF_8);
    out.write(movie.length);
    for (byte b : movie) {
      out.write(b & 0xff);
    }
    out.write(rating.count());
    out.writeSigned(rating.sumThousandths());
    out.writeSigned(rating.minThousandths());
    out.write((long) rating.maxThousandths() - rating.minThousandths());
  }

  @Override
  public void forEachSorted(Consumer<MovieRating> output) {
    List<MovieRating> sorted = new ArrayList<>();
    forEach(sorted::add);
    sorted.sort(MovieRating::compareMovies);
    sorted.forEach(output);
  }

  /** Emits the totals of every movie in the order of first occurrence. */
  private void forEach(Consumer<MovieRating> output) {
    totals.forEachSorted(
        rating -> output.accept(rating.ofMovie(movies.get((int) rating.movieId()))));
  }

  private int numberOf(String movie) {
    Integer known = numbers.get(movie);
    if (known != null) {
      return known;
    }
    numbers.put(movie, movies.size());
    movies.add(movie);
    characters += movie.length();
    return movies.size() - 1;
  }
}
