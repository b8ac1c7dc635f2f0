package dev.diagonal.soak;

import dev.diagonal.soak.Event.Kind;
import dev.diagonal.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Loads edges, tables, ratings and an index in processes of their own, while a seeded adversary
 * kills processes, sessions, servers and connections. Then it checks the history of what each
 * client reported against what the stores hold.
 *
 * <p>Arguments: the minutes, and a seed (default 1).
 */
public final class Soak {

  private static final Duration STRIKES = Duration.ofSeconds(20);

  /**
   * How long the clients of a round may take after the last strike: long enough for a machine that
   * others keep busy.
   */
  private static final Duration CALM = Duration.ofMinutes(20);

  private static final Duration BETWEEN_OBSERVATIONS = Duration.ofMillis(100);

  private final Path directory;
  private final long seed;
  private final Servers servers;
  private final History history;

  /**
   * What came of a soak.
   *
   * @param rounds how many rounds it had
   * @param runs how many processes were started
   * @param transactions how many transactions wrote
   * @param observations how often a store was looked at
   * @param strikes how often each kind of fault struck
   * @param findings what must not happen
   */
  public record Report(
      long rounds,
      long runs,
      long transactions,
      long observations,
      Map<String, Long> strikes,
      List<String> findings) {

    static Report of(List<Event> events, long transactions) {
      return new Report(
          count(events, Kind.ROUND),
          count(events, Kind.STARTED),
          transactions,
          count(events, Kind.SEEN) + count(events, Kind.INEXACT),
          events.stream()
              .filter(event -> event.kind() == Kind.STRIKE)
              .collect(Collectors.groupingBy(Event::who, TreeMap::new, Collectors.counting())),
          Checker.findings(events));
    }

    private static long count(List<Event> events, Kind kind) {
      return events.stream().filter(event -> event.kind() == kind).count();
    }

    @Override
    public String toString() {
      long struck = strikes.values().stream().mapToLong(Long::longValue).sum();
      return String.format(
          Locale.ROOT,
          "%,d rounds, %,d processes, %,d transactions, %,d observations, %,d faults %s, %,d findings%s",
          rounds,
          runs,
          transactions,
          observations,
          struck,
          strikes,
          findings.size(),
          findings.stream().map(finding -> "\n  " + finding).collect(Collectors.joining()));
    }
  }

  private Soak(Path directory, long seed, Servers servers, History history) {
    this.directory = directory;
    this.seed = seed;
    this.servers = servers;
    this.history = history;
  }

  public static void main(String[] args) throws Exception {
    if (args.length == 0) {
      System.err.println("soak: give the minutes, and a seed if it is not 1");
      System.exit(2);
    }
    long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
    Path directory = Files.createDirectories(Path.of("target", "soak"));
    Duration period = Duration.ofSeconds((long) (60 * Double.parseDouble(args[0])));
    Report report = run(period, seed, directory);
    System.out.println("soak of seed " + seed + ": " + report);
    System.exit(report.findings().isEmpty() ? 0 : 1);
  }

  /** Starts rounds within the period. The directory gets the history and the output of clients. */
  public static Report run(Duration period, long seed, Path directory) throws Exception {
    Path file = directory.resolve("history-" + seed + ".jsonl");
    long transactions;
    try (Servers servers = new Servers();
        History history = History.to(file)) {
      Soak soak = new Soak(directory, seed, servers, history);
      long before = servers.transactions();
      long endNanos = System.nanoTime() + period.toNanos();
      for (int number = 1; System.nanoTime() < endNanos; number++) {
        soak.round(number);
      }
      transactions = servers.transactions() - before;
    }
    return Report.of(History.read(file), transactions);
  }

  private void round(int number) throws Exception {
    // The first numbers of a java.util.Random hardly differ between seeds that are close.
    SplittableRandom random = new SplittableRandom(31 * seed + number);
    Path files = Files.createTempDirectory(directory, "round-" + number + "-");
    Rounds rounds = new Rounds(number, files, servers, history, random);
    try (Round round = rounds.draw()) {
      history.begin(number, round.toString());
      System.err.println("soak: round " + number + ": " + round);
      List<Thread> threads = new ArrayList<>();
      for (Client client : round.clients()) {
        threads.add(start(() -> client.run(files, history), "client " + client));
      }
      Adversary adversary = new Adversary(rounds, round);
      threads.add(start(() -> act(adversary), "adversary"));
      observeUntilDone(round);
      for (Thread thread : threads) {
        thread.join();
      }
      round.check();
    }
    deleteFiles(files);
  }

  private void act(Adversary adversary) {
    try {
      adversary.act(STRIKES);
    } catch (Exception e) {
      history.add(Kind.UNFINISHED, "adversary", 0, "the soak itself failed: " + e);
    }
  }

  private void observeUntilDone(Round round) throws Exception {
    boolean inTime =
        Eventually.within(
            STRIKES.plus(CALM),
            () -> {
              try {
                round.observe();
              } catch (SQLException e) {
                // The server is down, or the tables do not exist yet.
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
              return Eventually.within(
                  BETWEEN_OBSERVATIONS, () -> round.clients().stream().allMatch(Client::isDone));
            });
    if (!inTime) {
      round.clients().forEach(Client::stop);
    }
  }

  private static Thread start(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void deleteFiles(Path files) throws IOException {
    try (var all = Files.list(files)) {
      for (Path file : all.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(files);
  }
}
