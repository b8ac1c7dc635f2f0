package dev.diagonal.pipelines.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Generates ratings in the format of MovieLens, for demos and benchmarks. A few movies have most of
 * the ratings (Zipf's law), each movie has its own quality, and users come one after another. The
 * same arguments generate the same bytes.
 *
 * @param ratings how many ratings
 * @param movies the maximum number of distinct movies
 * @param seed of the random numbers
 */
public record SampleRatings(long ratings, int movies, long seed) {

  private static final byte[] HEADER = "userId,movieId,rating,timestamp\n".getBytes(US_ASCII);
  private static final int RATINGS_PER_USER = 150;
  private static final int LONGEST_LINE = 64;
  private static final long FIRST_TIMESTAMP = 1_000_000_000L;

  /** Returns a sample with 40,000 movies, as many as in the full MovieLens data sets. */
  public static SampleRatings of(long ratings) {
    return new SampleRatings(ratings, 40_000, 42);
  }

  /** Writes the file atomically, unless it exists from an earlier call. */
  public void writeIfMissing(Path file) throws IOException {
    if (Files.exists(file)) {
      return;
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path partial = Files.createTempFile(file.toAbsolutePath().getParent(), "ratings", ".partial");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial), 1 << 20)) {
      write(out);
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Writes the header and the ratings. */
  void write(OutputStream out) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    int[] ids = ids(random);
    double[] popularity = popularity();
    byte[] line = new byte[LONGEST_LINE];
    out.write(HEADER);
    long user = 1;
    long timestamp = FIRST_TIMESTAMP;
    for (long i = 0; i < ratings; i++) {
      if (random.nextInt(RATINGS_PER_USER) == 0) {
        user++;
        timestamp = FIRST_TIMESTAMP + random.nextInt(700_000_000);
      }
      timestamp += 1 + random.nextInt(60);
      int rank = rank(random.nextDouble(), popularity);
      int halfStars = halfStars(ids[rank], random);
      int end = number(user, line, 0);
      line[end++] = ',';
      end = number(ids[rank], line, end);
      line[end++] = ',';
      line[end++] = (byte) ('0' + halfStars / 2);
      line[end++] = '.';
      line[end++] = (byte) (halfStars % 2 == 0 ? '0' : '5');
      line[end++] = ',';
      end = number(timestamp, line, end);
      line[end++] = '\n';
      out.write(line, 0, end);
    }
  }

  /**
   * Returns the id of each movie by its rank: ids have gaps, and popular movies are spread evenly.
   */
  private int[] ids(SplittableRandom random) {
    int[] ids = new int[movies];
    int id = 0;
    for (int i = 0; i < movies; i++) {
      id += 1 + random.nextInt(9);
      ids[i] = id;
    }
    for (int i = movies - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = ids[i];
      ids[i] = ids[other];
      ids[other] = swapped;
    }
    return ids;
  }

  /** Returns the cumulative share of the ratings of the movies up to each rank. */
  private double[] popularity() {
    double[] share = new double[movies];
    double sum = 0;
    for (int rank = 0; rank < movies; rank++) {
      sum += 1.0 / (rank + 20);
      share[rank] = sum;
    }
    for (int rank = 0; rank < movies; rank++) {
      share[rank] /= sum;
    }
    return share;
  }

  private static int rank(double share, double[] popularity) {
    int found = Arrays.binarySearch(popularity, share);
    return Math.min(found < 0 ? -found - 1 : found, popularity.length - 1);
  }

  /** Returns a rating from 1 to 10, near the quality of the movie. */
  private static int halfStars(int movie, SplittableRandom random) {
    int quality = 3 + (int) ((movie * 0x9E3779B97F4A7C15L) >>> 61);
    int spread = random.nextInt(4) + random.nextInt(4) - 3;
    return Math.max(1, Math.min(10, quality + spread));
  }

  private static int number(long value, byte[] into, int at) {
    int end = at;
    for (long rest = value; rest > 0; rest /= 10) {
      into[end++] = (byte) ('0' + rest % 10);
    }
    for (int left = at, right = end - 1; left < right; left++, right--) {
      byte swapped = into[left];
      into[left] = into[right];
      into[right] = swapped;
    }
    return end;
  }
}
