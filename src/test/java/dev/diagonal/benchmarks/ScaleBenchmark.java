package dev.diagonal.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures {@code movie-ratings}, {@code load-edges} and {@code donors-choose} on a Flink cluster
 * of one and of two workers at 1x, 2x, 4x and 10x data, and writes tables, models and what they say
 * of larger data into {@code docs/scale.md}. Results are checked after every run. Needs the bundled
 * jar, {@code taskset} and a kernel that is Linux; data is made once, in {@code target/scale} (8
 * GB, and 7 more for a while).
 *
 * <p>Arguments, in any order, to measure a part: names of commands; {@code 1x}, {@code 2x}, {@code
 * 4x}, {@code 10x}; {@code 1worker}, {@code 2workers}; {@code rounds=n} (1), of which the median
 * counts; {@code data} only makes the data; {@code report} only writes the tables anew; {@code
 * units=0.01} is a trial with units of a hundredth, whose results go to {@code target/scale} alone.
 * Every run is in {@code src/test/benchmarks/scale.csv} as soon as it has ended, in place of that
 * of an earlier call, so that parts add up. A command that fails is reported, and the next one
 * runs; the exit status is 1 then.
 *
 * <p>Takes hours, and 15 GB of disk.
 */
public final class ScaleBenchmark {

  private static final Path RESULTS = Path.of("src", "test", "benchmarks", "scale.csv");
  private static final Path DOCS = Path.of("docs", "scale.md");
  private static final String MARK = "<!-- scale benchmark -->";

  private static final long RATINGS = 100_000_000;
  private static final long EDGES = 400_000;
  private static final long DONATIONS = 250_000;

  private static final List<String> COMMANDS =
      List.of("movie-ratings", "load-edges", "donors-choose");
  private static final List<String> SIZES = List.of("1x", "2x", "4x", "10x");
  private static final List<String> WORKERS = List.of("1worker", "2workers");

  private final List<String> words;
  private final double units;
  private final int rounds;
  private final ScaleResults results;
  private final List<String> failures = new ArrayList<>();

  private ScaleBenchmark(List<String> words) throws IOException {
    this.words = words;
    this.units = number("units=", 1);
    this.rounds = (int) number("rounds=", 1);
    this.results = ScaleResults.in(isTrial() ? ScaleWork.DATA.resolve("trial.csv") : RESULTS);
    for (String word : words) {
      if (!COMMANDS.contains(word)
          && !SIZES.contains(word)
          && !WORKERS.contains(word)
          && !word.matches("(units|rounds)=[0-9.]+|data|report")) {
        throw new IllegalArgumentException("what is '" + word + "'? See ScaleBenchmark");
      }
    }
  }

  public static void main(String[] args) throws Exception {
    ScaleBenchmark benchmark = new ScaleBenchmark(List.of(args));
    if (!benchmark.words.contains("report")) {
      benchmark.measure();
    }
    System.out.println(benchmark.write());
    benchmark.failures.forEach(System.out::println);
    System.exit(benchmark.failures.isEmpty() ? 0 : 1);
  }

  private void measure() throws InterruptedException {
    for (String command : chosen(COMMANDS)) {
      try (ScaleWork work = open(command)) {
        for (String size : chosen(SIZES)) {
          say("data of " + command + " " + size);
          ScaleInput unused = work.prepare(times(size) * work.unit());
        }
        if (!words.contains("data")) {
          for (String workers : chosen(WORKERS)) {
            measure(work, workers.charAt(0) - '0');
          }
        }
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception | AssertionError e) {
        e.printStackTrace();
        failures.add(command + " failed: " + e);
      }
    }
  }

  private void measure(ScaleWork work, int workers) throws Exception {
    say("a cluster of " + workers + " for " + work.command());
    try (ScaleCluster cluster = ScaleCluster.start(workers)) {
      ScaleRun warm = run(work, cluster, work.unit() / 10, 1, workers);
      say("warm: " + warm.toLine());
      for (int round = 0; round < rounds; round++) {
        for (String size : chosen(SIZES)) {
          ScaleRun run = run(work, cluster, times(size) * work.unit(), times(size), workers);
          say(run.toLine());
          results.add(run);
          String unused = write();
        }
      }
    }
  }

  private static ScaleRun run(
      ScaleWork work, ScaleCluster cluster, long rows, int times, int workers) throws Exception {
    ScaleInput input = work.prepare(rows);
    work.clear();
    ScaleWork.ServerSeen before = work.serverSeen();
    ScaleCluster.Job job = cluster.run(work.command(), input.options());
    ScaleWork.ServerSeen after = work.serverSeen();
    long written = work.check(input, job.summary());
    work.clear();
    return new ScaleRun(
        work.command(),
        times,
        workers,
        input.rows(),
        job.seconds(),
        job.workers().stream().mapToDouble(ScaleWorker.Taken::cpuSeconds).sum(),
        after.cpuSeconds() - before.cpuSeconds(),
        job.workers().stream().mapToLong(ScaleWorker.Taken::residentMegabytes).max().orElse(0),
        job.workers().stream().mapToLong(ScaleWorker.Taken::heapMegabytes).max().orElse(0),
        input.bytes() / 1e6,
        job.shuffleMegabytes(),
        (written + after.logBytes() - before.logBytes()) / 1e6);
  }

  private ScaleWork open(String command) throws Exception {
    return switch (command) {
      case "movie-ratings" -> new RatingsWork((long) (RATINGS * units));
      case "load-edges" -> new EdgesWork((long) (EDGES * units));
      default -> new DonorsWork((long) (DONATIONS * units));
    };
  }

  /** Writes the tables where they belong, and returns them. */
  private String write() throws IOException {
    ScaleForecast forecast = new ScaleForecast(results);
    String text =
        ScaleTable.runs(results)
            + "\n"
            + ScaleTable.conditions()
            + "\n"
            + ScaleTable.targets(results)
            + "\nThe models, fitted on 1x, 2x and 4x:\n\n"
            + forecast.models()
            + "\nExtrapolation to larger inputs:\n\n"
            + forecast.extrapolation();
    if (isTrial()) {
      Files.writeString(ScaleWork.DATA.resolve("trial.md"), text);
    } else {
      ResultPages.between(DOCS, MARK, text);
    }
    return text;
  }

  private boolean isTrial() {
    return units != 1;
  }

  private List<String> chosen(List<String> of) {
    List<String> chosen = of.stream().filter(words::contains).toList();
    return chosen.isEmpty() ? of : chosen;
  }

  private static int times(String size) {
    return Integer.parseInt(size.substring(0, size.length() - 1));
  }

  private double number(String prefix, double otherwise) {
    return words.stream()
        .filter(word -> word.startsWith(prefix))
        .mapToDouble(word -> Double.parseDouble(word.substring(prefix.length())))
        .findFirst()
        .orElse(otherwise);
  }

  private static void say(String what) {
    System.out.printf(
        Locale.ROOT, "%s %s%n", LocalTime.now().truncatedTo(ChronoUnit.SECONDS), what);
  }
}
