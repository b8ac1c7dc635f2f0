package dev.diagonal.testing;

import dev.diagonal.ratings.RatingRows;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Ratings made from a seed, and what their totals must be, by plain arithmetic of decimals. */
public final class RatingsFile {

  private final List<String> lines = new ArrayList<>();
  private final SortedMap<Long, List<BigDecimal>> ratings = new TreeMap<>();

  /** Makes ratings of up to {@code movies} movies; every 50th id is beyond 32 bits. */
  public static RatingsFile of(int ratings, int movies, long seed) {
    RatingsFile file = new RatingsFile();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < ratings; i++) {
      long movie = 1 + random.nextInt(movies);
      movie = movie % 50 == 0 ? movie + (1L << 40) : movie;
      BigDecimal rating = BigDecimal.valueOf(random.nextInt(5001), random.nextInt(4));
      file.lines.add(
          "%s,%s,%s,%s"
              .formatted(1 + random.nextInt(600), movie, rating.toPlainString(), 1_000_000 + i));
      file.ratings.computeIfAbsent(movie, id -> new ArrayList<>()).add(rating);
    }
    return file;
  }

  /** Inserts an invalid line among the ratings, at a position from 0. */
  public RatingsFile with(int index, String line) {
    lines.add(index, line);
    return this;
  }

  /** Writes a header and the lines. */
  public Path writeTo(Path file) throws IOException {
    return Files.writeString(
        file, "userId,movieId,rating,timestamp\n" + String.join("\n", lines) + "\n");
  }

  /** Returns the byte at which the line with this index starts in the file. */
  public long offsetOf(int index) {
    long offset = "userId,movieId,rating,timestamp\n".length();
    for (String line : lines.subList(0, index)) {
      offset += line.length() + 1;
    }
    return offset;
  }

  public int movies() {
    return ratings.size();
  }

  /** Returns the lines of the CSV file without its header, sorted by movie. */
  public List<String> expected() {
    List<String> expected = new ArrayList<>();
    ratings.forEach(
        (movie, all) -> {
          BigDecimal sum = all.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
          BigDecimal count = BigDecimal.valueOf(all.size());
          expected.add(
              "%s,%s,%s,%s,%s,%s"
                  .formatted(
                      movie,
                      count,
                      sum.setScale(3),
                      sum.divide(count, 6, RoundingMode.HALF_UP),
                      all.stream().min(BigDecimal::compareTo).orElseThrow().setScale(3),
                      all.stream().max(BigDecimal::compareTo).orElseThrow().setScale(3)));
        });
    return expected;
  }

  /** Returns the lines of the CSV file. */
  public List<String> expectedFile() {
    List<String> file = new ArrayList<>(List.of(RatingRows.CSV_HEADER));
    file.addAll(expected());
    return file;
  }
}
