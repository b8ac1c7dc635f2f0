package dev.diagonal.benchmarks;

import dev.diagonal.pipelines.local.SampleRatings;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures {@code movie-ratings} beside DuckDB, awk and the plain Beam pipeline, each in a process
 * of its own, by turns, and writes the table into {@code src/test/benchmarks/ratings.md} and the
 * README. Ours counts from the start of its JVM, DuckDB from its query.
 *
 * <p>Arguments: the number of rounds (3), and {@code quick} for the large sizes only.
 *
 * <p>Takes about twenty minutes, 4 GB of memory, and 2 GB of disk.
 */
public final class RatingsBenchmark {

  private static final Path DATA = Path.of("target", "benchmark");
  private static final Path JAR = Path.of("target", "diagonal-bundled.jar");
  private static final Path RESULTS = Path.of("src", "test", "benchmarks", "ratings.md");
  private static final Path PAGE = Path.of("docs", "benchmarks.md");
  private static final String MARK = "<!-- ratings benchmark -->";

  private static final long SMALL = 5_000_000;
  private static final long LARGE = 40_000_000;
  private static final List<String> DIRECT =
      List.of(
          "--runner=DirectRunner", "--enforceImmutability=false", "--enforceEncodability=false");
  private static final List<String> FLINK =
      List.of("--runner=FlinkRunner", "--flinkMaster=[local]", "--objectReuse=true");

  private final int rounds;
  private final Map<String, List<Measured>> measured = new LinkedHashMap<>();

  private RatingsBenchmark(int rounds) {
    this.rounds = rounds;
  }

  public static void main(String[] args) throws Exception {
    List<String> arguments = Arrays.asList(args);
    int rounds =
        arguments.stream()
            .filter(a -> a.matches("[0-9]+"))
            .mapToInt(Integer::parseInt)
            .findFirst()
            .orElse(3);
    RatingsBenchmark benchmark = new RatingsBenchmark(rounds);
    benchmark.againstDuckDb(SMALL);
    benchmark.againstDuckDb(LARGE);
    if (!arguments.contains("quick")) {
      benchmark.againstBeam();
    }
    benchmark.report();
    System.exit(0);
  }

  private void againstDuckDb(long ratings) throws Exception {
    Path input = sample(ratings);
    Path ours = DATA.resolve("ours.csv");
    Path flink = DATA.resolve("flink.csv");
    Path theirs = DATA.resolve("duckdb.csv");
    for (int round = 0; round < rounds; round++) {
      add("Diagonal, DirectRunner", ratings, ours(input, ours, List.of()));
      add(
          "DuckDB",
          ratings,
          Measured.java("-Xmx1g", DuckDbRatings.class, input.toString(), theirs.toString()));
      add("Diagonal, Flink [local]", ratings, ours(input, flink, FLINK));
      add("awk", ratings, List.of("sh", "-c", awk(input)));
      compare(ours, theirs);
      compare(flink, theirs);
    }
  }

  /** The plain pipeline takes minutes on the DirectRunner: once is enough. */
  private void againstBeam() throws Exception {
    for (long ratings : new long[] {20_000, 200_000}) {
      Path input = sample(ratings);
      for (int round = 0; round < rounds; round++) {
        add("Diagonal, DirectRunner", ratings, ours(input, DATA.resolve("ours.csv"), List.of()));
      }
      add("TextIO > Combine.perKey, DirectRunner", ratings, beam(input, DIRECT));
    }
    for (int round = 0; round < rounds; round++) {
      add("TextIO > Combine.perKey, Flink [local]", SMALL, beam(sample(SMALL), FLINK));
    }
  }

  private static List<String> ours(Path input, Path output, List<String> options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Measured.javaProgram(),
                "-Xmx1g",
                "@runner-configs/java.args",
                "-jar",
                JAR.toString(),
                "movie-ratings",
                "--input=" + input,
                "--output=" + output));
    command.addAll(options);
    return command;
  }

  private static List<String> beam(Path input, List<String> options) {
    List<String> args =
        new ArrayList<>(List.of(input.toString(), DATA.resolve("beam.csv").toString()));
    args.addAll(options);
    return Measured.java("-Xmx4g", BeamRatings.class, args.toArray(String[]::new));
  }

  private static String awk(Path input) {
    return "exec awk -F, 'NR > 1 { n[$2]++; s[$2] += $3 } END { for (m in n) print m, n[m], s[m], s[m] / n[m] }' "
        + input
        + " > "
        + DATA.resolve("awk.txt");
  }

  private void add(String name, long ratings, List<String> command) throws Exception {
    Measured run = Measured.run(command);
    System.out.printf(
        Locale.ROOT,
        "%-40s %,12d ratings %8.2f s %6d MB%n",
        name,
        ratings,
        run.seconds(),
        run.peakMegabytes());
    measured.computeIfAbsent(key(name, ratings), k -> new ArrayList<>()).add(run);
  }

  private static String key(String name, long ratings) {
    return name + "|" + ratings;
  }

  /** Makes the sample, and reads it once, so that all find it in the file cache. */
  private static Path sample(long ratings) throws IOException {
    Path file = DATA.resolve("ratings-" + ratings + ".csv");
    SampleRatings.of(ratings).writeIfMissing(file);
    try (var in = Files.newInputStream(file)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return file;
  }

  /** Counts, sums and extremes must be equal; means to the last of six digits. */
  private static void compare(Path ours, Path theirs) throws IOException {
    try (BufferedReader a = Files.newBufferedReader(ours);
        BufferedReader b = Files.newBufferedReader(theirs)) {
      a.readLine();
      b.readLine();
      for (String line = a.readLine(); line != null; line = a.readLine()) {
        String[] mine = line.split(",", -1);
        String[] other = String.valueOf(b.readLine()).split(",", -1);
        for (int i = 0; i < mine.length; i++) {
          BigDecimal difference = new BigDecimal(mine[i]).subtract(new BigDecimal(other[i])).abs();
          if (difference.compareTo(new BigDecimal(i == 3 ? "0.0000011" : "0")) > 0) {
            throw new IllegalStateException(ours + " and " + theirs + " differ at " + line);
          }
        }
      }
      if (b.readLine() != null) {
        throw new IllegalStateException(theirs + " has more movies than " + ours);
      }
    }
  }

  private double median(String name, long ratings) {
    List<Measured> runs = measured.getOrDefault(key(name, ratings), List.of());
    return Median.of(runs.stream().map(Measured::seconds).toList());
  }

  private long peak(String name, long ratings) {
    return measured.getOrDefault(key(name, ratings), List.of()).stream()
        .mapToLong(Measured::peakMegabytes)
        .max()
        .orElse(0);
  }

  private void report() throws IOException {
    StringBuilder table = new StringBuilder();
    table.append(
        "| program | ratings | median s | peak MB | ours is |\n|---|---:|---:|---:|---|\n");
    measured.forEach(
        (key, runs) -> {
          String name = key.substring(0, key.indexOf('|'));
          long ratings = Long.parseLong(key.substring(key.indexOf('|') + 1));
          String ours =
              name.contains("Flink") ? "Diagonal, Flink [local]" : "Diagonal, DirectRunner";
          double ratio = median(name, ratings) / median(ours, ratings);
          table.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %,d | %.2f | %,d | %s |%n",
                  name,
                  ratings,
                  median(name, ratings),
                  peak(name, ratings),
                  name.startsWith("Diagonal")
                      ? ""
                      : String.format(Locale.ROOT, "%.1f times as fast", ratio)));
        });
    double ours = slope("Diagonal, DirectRunner");
    double duckDb = slope("DuckDB");
    table.append(
        String.format(
            Locale.ROOT,
            "%nPer further row, from %,d to %,d: Diagonal on the DirectRunner %.0f ns, DuckDB %.0f ns (%.2f of it).%n"
                + "Medians of %d rounds by turns, %d cores, Java %s, DuckDB %s on 2 threads; ours from the start of its JVM, DuckDB without it.%n",
            SMALL,
            LARGE,
            ours,
            duckDb,
            ours / duckDb,
            rounds,
            Runtime.getRuntime().availableProcessors(),
            Runtime.version().feature(),
            duckDbVersion()));
    System.out.println(table);
    ResultPages.write(RESULTS, table);
    ResultPages.between(PAGE, MARK, table);
  }

  private double slope(String name) {
    return (median(name, LARGE) - median(name, SMALL)) / (LARGE - SMALL) * 1e9;
  }

  private static String duckDbVersion() {
    try (var connection = DriverManager.getConnection("jdbc:duckdb:")) {
      return connection.getMetaData().getDatabaseProductVersion();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
