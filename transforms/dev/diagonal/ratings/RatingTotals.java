package dev.diagonal.ratings;

import dev.diagonal.block.Shards;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

/**
 * Totals of ratings by movie, in an open-addressing hash table of primitive numbers: 32 bytes a
 * slot, at most two thirds of them used. Ratings are whole thousandths, so that sums are exact and
 * do not depend on the order of adding. Not thread-safe.
 */
final class RatingTotals {

  private static final int STRIDE = 4;
  private static final int COUNT = 1;
  private static final int SUM = 2;

  /** The least rating in the upper half of the word, the greatest in the lower. */
  private static final int RANGE = 3;

  private static final int INITIAL_SLOTS = 1 << 10;

  /** Slot after slot: movie, count, sum, range; a slot with count 0 is free. */
  private long[] table;

  private int shift;
  private int movies;

  RatingTotals() {
    clear();
  }

  void clear() {
    table = new long[INITIAL_SLOTS * STRIDE];
    shift = Long.SIZE - Integer.numberOfTrailingZeros(INITIAL_SLOTS);
    movies = 0;
  }

  /** Returns how many movies have a total. */
  int movies() {
    return movies;
  }

  /** Adds one rating, in thousandths. */
  void add(long movie, int thousandths) {
    long[] t = table;
    int slot = find(t, movie);
    if (t[slot + COUNT] == 0) {
      insert(movie, 1, thousandths, thousandths, thousandths);
      return;
    }
    t[slot + COUNT]++;
    t[slot + SUM] += thousandths;
    long range = t[slot + RANGE];
    if (thousandths < least(range) || thousandths > greatest(range)) {
      t[slot + RANGE] =
          range(Math.min(thousandths, least(range)), Math.max(thousandths, greatest(range)));
    }
  }

  /** Adds the ratings of a batch. */
  void addAll(RatingBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      add(batch.movie(i), batch.rating(i));
    }
  }

  /**
   * Adds totals of a movie.
   *
   * @throws ArithmeticException if a sum does not fit 64 bits
   */
  void add(long movie, long count, long sum, int least, int greatest) {
    long[] t = table;
    int slot = find(t, movie);
    if (t[slot + COUNT] == 0) {
      insert(movie, count, sum, least, greatest);
      return;
    }
    t[slot + COUNT] = Math.addExact(t[slot + COUNT], count);
    t[slot + SUM] = Math.addExact(t[slot + SUM], sum);
    long range = t[slot + RANGE];
    t[slot + RANGE] = range(Math.min(least, least(range)), Math.max(greatest, greatest(range)));
  }

  /** Adds all totals of an {@linkplain #encodeByShard encoded} part. */
  void addEncoded(byte[] encoded) {
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
   * Hands out everything, shard by shard, as bytes: for each movie in ascending order the distance
   * from the one before, count, sum, least, and greatest less least, as varints; some 8 bytes a
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

  /** Hands out the totals of every movie in ascending order. */
  void forEachSorted(Consumer<MovieRating> output) {
    for (long movie : sortedMovies()) {
      int slot = find(table, movie);
      output.accept(
          new MovieRating(
              movie,
              table[slot + COUNT],
              table[slot + SUM],
              least(table[slot + RANGE]),
              greatest(table[slot + RANGE])));
    }
  }

  private void encode(long movie, long previous, VarInts.Writer out) {
    int slot = find(table, movie);
    long range = table[slot + RANGE];
    out.writeSigned(movie - previous);
    out.write(table[slot + COUNT]);
    out.writeSigned(table[slot + SUM]);
    out.writeSigned(least(range));
    out.write((long) greatest(range) - least(range));
  }

  private long[] sortedMovies() {
    long[] sorted = new long[movies];
    int next = 0;
    for (int slot = 0; slot < table.length; slot += STRIDE) {
      if (table[slot + COUNT] != 0) {
        sorted[next++] = table[slot];
      }
    }
    Arrays.sort(sorted);
    return sorted;
  }

  /** The slot of a movie, or the free one where it belongs. */
  private int find(long[] t, long movie) {
    // Fibonacci hashing: the upper bits of the product are well mixed for ids in a row.
    int slot = (int) ((movie * 0x9E3779B97F4A7C15L) >>> shift) * STRIDE;
    while (t[slot] != movie && t[slot + COUNT] != 0) {
      slot = (slot + STRIDE) & (t.length - 1);
    }
    return slot;
  }

  private void insert(long movie, long count, long sum, int least, int greatest) {
    if (movies >= table.length / STRIDE / 3 * 2) {
      grow();
    }
    int slot = find(table, movie);
    table[slot] = movie;
    table[slot + COUNT] = count;
    table[slot + SUM] = sum;
    table[slot + RANGE] = range(least, greatest);
    movies++;
  }

  private void grow() {
    long[] old = table;
    table = new long[old.length * 2];
    shift--;
    for (int slot = 0; slot < old.length; slot += STRIDE) {
      if (old[slot + COUNT] != 0) {
        System.arraycopy(old, slot, table, find(table, old[slot]), STRIDE);
      }
    }
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
