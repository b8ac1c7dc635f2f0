package dev.diagonal.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * {@code movie-ratings} from CSV to CSV. Ratings of n times the unit are n files, of the same
 * 40,000 movies, few of which have most ratings (the continuous form of Zipf's law). No two files
 * are equal, but each has {@value #NAMES} names, so that a job of a minute finds all of its input
 * in the file cache.
 *
 * @param unit ratings at 1x, those of a file under all of its names
 */
record RatingsWork(long unit) implements ScaleWork {

  static final int NAMES = 5;

  private static final int MOVIES = 40_000;
  private static final Path OUTPUT = DATA.resolve("ratings-out.csv");

  @Override
  public String command() {
    return "movie-ratings";
  }

  @Override
  public ScaleInput prepare(long rows) throws IOException {
    Files.createDirectories(DATA);
    long fileRows = fileRows(rows);
    List<Path> files = new ArrayList<>();
    List<Path> names = new ArrayList<>();
    for (int i = 0; i < rows / (fileRows * NAMES); i++) {
      Path file = DATA.resolve("ratings-%d-%02d.csv".formatted(fileRows, i));
      if (!Files.exists(file)) {
        write(file, fileRows, i);
      }
      files.add(file);
      names.add(file);
      for (int name = 1; name < NAMES; name++) {
        Path link = DATA.resolve("ratings-%d-%02d-%d.csv".formatted(fileRows, i, name));
        if (!Files.exists(link)) {
          Files.createLink(link, file);
        }
        names.add(link);
      }
    }
    String input = names.stream().map(Path::toString).collect(joining(","));
    return new ScaleInput(
        names.size() * fileRows,
        NAMES * ScaleWork.readThrough(files),
        List.of("--input=" + input, "--output=" + OUTPUT));
  }

  @Override
  public void clear() throws IOException {
    Files.deleteIfExists(OUTPUT);
  }

  @Override
  public long check(ScaleInput input, JsonNode summary) throws IOException {
    ScaleWork.same("ratings read", summary.path("rows_read").asLong(), input.rows());
    long count = 0;
    BigDecimal sum = BigDecimal.ZERO;
    try (BufferedReader lines = Files.newBufferedReader(OUTPUT)) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(",", -1);
        count += Long.parseLong(fields[1]);
        sum = sum.add(new BigDecimal(fields[2]));
      }
    }
    ScaleWork.same("ratings in the totals", count, input.rows());
    long fileRows = fileRows(input.rows());
    long halves = 0;
    for (int i = 0; i < input.rows() / (fileRows * NAMES); i++) {
      SplittableRandom random = random(i);
      for (long row = 0; row < fileRows; row++) {
        halves += NAMES * halfStars(random.nextLong());
      }
    }
    ScaleWork.same("half stars in the totals", sum.add(sum).longValueExact(), halves);
    return Files.size(OUTPUT);
  }

  private long fileRows(long rows) {
    return Math.min(unit, rows) / NAMES;
  }

  private static SplittableRandom random(int file) {
    return new SplittableRandom(7 + file);
  }

  /** From 1 to 10. */
  private static int halfStars(long bits) {
    return 1 + (int) ((bits & 0xffff) * 10 >>> 16);
  }

  private static void write(Path file, long rows, int number) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    SplittableRandom random = random(number);
    double logMovies = Math.log(MOVIES);
    StringBuilder line = new StringBuilder(64);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial), 1 << 20)) {
      out.write("userId,movieId,rating,timestamp\n".getBytes(US_ASCII));
      for (long row = 0; row < rows; row++) {
        long bits = random.nextLong();
        int rank = (int) Math.exp((bits >>> 24) * 0x1p-40 * logMovies);
        int halves = halfStars(bits);
        line.setLength(0);
        // Popular movies have ids anywhere.
        line.append(1 + row / 150).append(',').append(1 + rank * 7_919L % MOVIES * 5).append(',');
        line.append(halves / 2).append(halves % 2 == 0 ? ".0," : ".5,");
        line.append(1_000_000_000L + row).append('\n');
        out.write(line.toString().getBytes(US_ASCII));
      }
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
