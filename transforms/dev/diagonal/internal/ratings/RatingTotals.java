package dev.diagonal.internal.ratings;

import dev.diagonal.internal.block.Shards;
import dev.diagonal.internal.bytes.VarInts;
import dev.diagonal.ratings.data.MovieRating;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

/**
 * Totals of ratings by movie, in one array of primitive numbers: 32 bytes per movie. Ratings are
 * whole thousandths, so sums are exact in any order. Not thread-safe.
 */
public final class RatingTotals implements MovieTotals {

  private static final int STRIDE = 4;
  private static final int COUNT = 1;
  private static final int SUM = 2;

  /** The least rating in the upper half of the word, the greatest in the lower. */
  private static final int RANGE = 3;

  private static final int INITIAL_MOVIES = 1 << 10;

  private final MovieIndex index = new MovieIndex();

  /** By number of the movie: movie, count, sum, range. */
  private long[] totals = new long[INITIAL_MOVIES * STRIDE];

  /** The places in {@link #totals} of the movies of a batch. */
  private int[] places = {};

  @Override
  public void clear() {
    index.clear();
    Arrays.fill(totals, 0);
  }

  @Override
  public int movies() {
    return index.size();
  }

  /**
   * Adds the ratings of a batch. Finds all movies first: as long as nothing is written, the
   * processor waits for many of their places at the same time.
   */
  void addAll(RatingBatch batch) {
    int size = batch.size();
    if (places.length < size) {
      places = new int[size];
    }
    int[] p = places;
    for (int i = 0; i < size; i++) {
      p[i] = placeOf(batch.movie(i));
    }
    for (int i = 0; i < size; i++) {
      add(p[i], batch.movie(i), batch.rating(i));
    }
  }

  /** Adds one rating, in thousandths. */
  public void add(long movie, int thousandths) {
    add(placeOf(movie), movie, thousandths);
  }

  private void add(int at, long movie, int thousandths) {
    long[] t = totals;
    t[at + SUM] += thousandths;
    if (t[at + COUNT]++ == 0) {
      t[at] = movie;
      t[at + RANGE] = range(thousandths, thousandths);
      return;
    }
    long range = t[at + RANGE];
    if (thousandths < least(range) || thousandths > greatest(range)) {
      t[at + RANGE] =
          range(Math.min(thousandths, least(range)), Math.max(thousandths, greatest(range)));
    }
  }

  /**
   * Adds totals of a movie.
   *
   * @throws ArithmeticException if a sum does not fit 64 bits
   */
  void add(long movie, long count, long sum, int least, int greatest) {
    int at = placeOf(movie);
    long[] t = totals;
    boolean first = t[at + COUNT] == 0;
    long range = first ? range(least, greatest) : t[at + RANGE];
    t[at] = movie;
    t[at + COUNT] = Math.addExact(t[at + COUNT], count);
    t[at + SUM] = Math.addExact(t[at + SUM], sum);
    t[at + RANGE] = range(Math.min(least, least(range)), Math.max(greatest, greatest(range)));
  }

  /** Adds all totals of an {@linkplain #encodeByShard encoded} shard. */
  @Override
  public void addEncoded(byte[] encoded) {
    VarInts.Reader in = new VarInts.Reader(encoded);
    long movie = 0;
    for (long left = in.read(); left > 0; left--) {
      movie += in.readSigned();
      long count = in.read();
      long sum = in.readSigned();
      int least = (int) in.readSigned();
      int greatest = (int) (least + in.read());
      add(movie, count, sum, least, greatest);
    }
  }

  /**
   * Emits all totals as bytes, shard by shard. Per movie, in ascending order: the difference from
   * the previous id, count, sum, minimum, and maximum minus minimum, as varints; some 8 bytes per
   * movie. Shards without movies are left out.
   */
  void encodeByShard(Shards shards, ObjIntConsumer<byte[]> output) {
    long[] sorted = sortedMovies();
    int[] ofShard = new int[shards.count()];
    int[] shardOf = new int[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      shardOf[i] = shards.of(sorted[i]);
      ofShard[shardOf[i]]++;
    }
    VarInts.Writer[] parts = new VarInts.Writer[shards.count()];
    long[] previous = new long[shards.count()];
    for (int i = 0; i < sorted.length; i++) {
      int shard = shardOf[i];
      if (parts[shard] == null) {
        parts[shard] = new VarInts.Writer(16 + 8 * ofShard[shard]);
        parts[shard].write(ofShard[shard]);
      }
      encode(sorted[i], previous[shard], parts[shard]);
      previous[shard] = sorted[i];
    }
    for (int shard = 0; shard < parts.length; shard++) {
      if (parts[shard] != null) {
        output.accept(parts[shard].toBytes(), shard);
      }
    }
  }

  @Override
  public void forEachSorted(Consumer<MovieRating> output) {
    for (long movie : sortedMovies()) {
      int at = placeOf(movie);
      long range = totals[at + RANGE];
      output.accept(
          new MovieRating(
              movie, totals[at + COUNT], totals[at + SUM], least(range), greatest(range)));
    }
  }

  private void encode(long movie, long previous, VarInts.Writer out) {
    int at = placeOf(movie);
    long range = totals[at + RANGE];
    out.writeSigned(movie - previous);
    out.write(totals[at + COUNT]);
    out.writeSigned(totals[at + SUM]);
    out.writeSigned(least(range));
    out.write((long) greatest(range) - least(range));
  }

  private long[] sortedMovies() {
    long[] sorted = new long[index.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = totals[i * STRIDE];
    }
    Arrays.sort(sorted);
    return sorted;
  }

  /** Returns the index of the totals of a movie, which may be new. */
  private int placeOf(long movie) {
    int at = index.numberOf(movie) * STRIDE;
    if (at == totals.length) {
      totals = Arrays.copyOf(totals, totals.length * 2);
    }
    return at;
  }

  private static long range(int least, int greatest) {
    return ((long) least << Integer.SIZE) | (greatest & 0xffffffffL);
  }

  private static int least(long range) {
    return (int) (range >> Integer.SIZE);
  }

  private static int greatest(long range) {
    return (int) range;
  }
}
