package dev.diagonal.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures conflict-free writing beside the other ways to write relationships to PostgreSQL, by
 * turns and in one JVM, and writes the tables into {@code src/test/benchmarks/edges.md} and the
 * first of them into docs/benchmarks.md. After every run the counts of all nodes are compared with
 * the edges.
 *
 * <p>Arguments, in any order: the number of rounds (3); {@code full} for the whole matrix of
 * conditions, sizes, workers, kinds and distributions, which takes hours and goes into {@code
 * edges-matrix.md} alone; words that a case must have, as {@code network 100000 8workers zipf
 * bipartite} ({@code direct}, {@code network}, {@code work}, {@code stragglers}, a number of edges
 * from 10000, {@code 4workers}, {@code uniform}, {@code monopartite}), for a part of either, which
 * goes into {@code target/edges-part.md}. The file is written anew after each case, so that what
 * was measured is not lost with the rest.
 *
 * <p>Takes about ten minutes, and 2 GB of disk.
 */
public final class EdgesBenchmark {

  private static final Path RESULTS = Path.of("src", "test", "benchmarks");
  private static final Path PART = Path.of("target", "edges-part.md");
  private static final Path PAGE = Path.of("docs", "benchmarks.md");
  private static final String MARK = "<!-- edges benchmark -->";
  private static final int MAX_ROUNDS = 99;

  private final EdgesServer server;
  private final int rounds;
  private final Path results;
  private final List<EdgeTrial> trials = new ArrayList<>();
  private final StringBuilder notes = new StringBuilder();

  private EdgesBenchmark(EdgesServer server, int rounds, Path results) {
    this.server = server;
    this.rounds = rounds;
    this.results = results;
  }

  public static void main(String[] args) throws Exception {
    List<String> words = new ArrayList<>(List.of(args));
    boolean full = words.remove("full");
    int rounds = 3;
    for (String word : List.copyOf(words)) {
      if (word.matches("[0-9]+") && Integer.parseInt(word) <= MAX_ROUNDS) {
        rounds = Integer.parseInt(word);
        words.remove(word);
      }
    }
    List<EdgeCase> cases =
        (full ? EdgeCase.full(rounds) : EdgeCase.quick(rounds))
            .stream().filter(each -> each.isNamedBy(words)).toList();
    if (cases.isEmpty()) {
      throw new IllegalArgumentException("no case has all of " + words);
    }
    Path results = words.isEmpty() ? RESULTS.resolve(full ? "edges-matrix.md" : "edges.md") : PART;
    try (EdgesServer server = EdgesServer.start()) {
      EdgesBenchmark benchmark = new EdgesBenchmark(server, rounds, results);
      if (words.isEmpty() && !full) {
        benchmark.say(EdgePipelines.splitting());
      }
      benchmark.measure(cases);
      if (words.isEmpty() && !full) {
        EdgePipelines pipelines = new EdgePipelines(server, rounds);
        benchmark.say(pipelines.besideJdbcIo());
        benchmark.say(pipelines.fixedCost());
        benchmark.intoReadme();
      }
      System.out.println(benchmark.write());
    }
    System.exit(0);
  }

  private void measure(List<EdgeCase> cases) throws Exception {
    for (EdgeCase each : cases) {
      trials.add(EdgeTrial.run(server, each, trials.isEmpty()));
      String unused = write();
    }
  }

  private void say(String note) {
    System.out.print(note);
    notes.append(note);
  }

  private String write() throws IOException {
    String text =
        EdgesTable.seconds(trials)
            + "\n"
            + notes
            + conditions()
            + "\nWhat the server saw of the same runs: waits for a row longer than deadlock_timeout / deadlocks (the most in one run) / transactions open on average.\n\n"
            + EdgesTable.conflicts(trials);
    ResultPages.write(results, text);
    return text;
  }

  private void intoReadme() throws IOException {
    String text = EdgesTable.seconds(trials) + "\n" + notes + conditions();
    ResultPages.between(PAGE, MARK, text);
  }

  private String conditions() {
    return String.format(
        Locale.ROOT,
        "Medians of %d rounds by turns (5 of serial against ours alone, fewer of a million edges), batches of 1,000 if no other size is named, 50,000 nodes, one JVM that is warm, %d cores, Java %s, PostgreSQL 16 on the same machine, deadlock_timeout %d ms, synchronous_commit off.%n",
        rounds,
        Runtime.getRuntime().availableProcessors(),
        Runtime.version().feature(),
        EdgesServer.DEADLOCK_TIMEOUT_MILLIS);
  }
}
