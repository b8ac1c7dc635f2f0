package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeLoad.Edge;
import dev.diagonal.benchmarks.EdgeLoad.Way;
import dev.diagonal.grid.ScheduleKind;
import dev.diagonal.jdbc.JdbcTarget;
import dev.diagonal.pipelines.local.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures conflict-free writing beside the other ways to write relationships to PostgreSQL, by
 * turns and in one JVM, and writes the table into {@code src/test/benchmarks/edges.md} and the
 * README. After every run the counts of all nodes are compared with the edges.
 *
 * <p>Arguments: the number of rounds (3), and {@code full} for more workers, sizes, bipartite and
 * skewed edges.
 */
public final class EdgesBenchmark {

  private static final Path RESULTS = Path.of("src", "test", "benchmarks", "edges.md");
  private static final Path README = Path.of("README.md");
  private static final String MARK = "<!-- edges benchmark -->";
  private static final int DEADLOCK_TIMEOUT_MILLIS = 10;
  private static final List<Way> RIVALS = List.of(Way.SERIAL, Way.SORTED, Way.WAVES, Way.DIAGONAL);

  /** What a transaction has to do or to wait for beside its own work. */
  private enum Condition {
    DIRECT("direct"),
    NETWORK("2 ms each way"),
    WORK("40 ms of work before commit"),
    STRAGGLERS("40 ms, each 20th 200 ms");

    private final String words;

    Condition(String words) {
      this.words = words;
    }
  }

  private final LocalPostgres server;
  private final DelayRelay relay;
  private final int rounds;
  private final StringBuilder table =
      new StringBuilder(
          "| condition | edges | workers | serial | arrival order | sorted | waves | Diagonal | open"
              + " | ours is, to serial / sorted / waves |\n"
              + "|---|---|---:|---:|---:|---:|---:|---:|---:|---|\n");

  private EdgesBenchmark(LocalPostgres server, DelayRelay relay, int rounds) {
    this.server = server;
    this.relay = relay;
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
    LocalPostgres server =
        LocalPostgres.configure()
            .withSetting("deadlock_timeout", DEADLOCK_TIMEOUT_MILLIS + "ms")
            .withSetting("synchronous_commit", "off")
            .withSetting("autovacuum", "off")
            .withSetting("max_wal_size", "8GB")
            .start();
    try (server;
        DelayRelay relay = new DelayRelay(server.port(), 2)) {
      EdgesBenchmark benchmark = new EdgesBenchmark(server, relay, rounds);
      benchmark.splitting();
      benchmark.targets();
      if (arguments.contains("full")) {
        benchmark.more();
      }
      benchmark.jdbcIo();
      benchmark.fixedCost();
      benchmark.report();
    }
    System.exit(0);
  }

  private void targets() throws Exception {
    measure(Condition.WORK, 100_000, 8, ScheduleKind.MONOPARTITE, false, RIVALS);
    measure(Condition.STRAGGLERS, 100_000, 8, ScheduleKind.MONOPARTITE, false, RIVALS);
    measure(Condition.NETWORK, 1_000_000, 8, ScheduleKind.MONOPARTITE, false, RIVALS);
    List<Way> all = List.of(Way.values()); // a million in arrival order take minutes
    measure(Condition.NETWORK, 100_000, 8, ScheduleKind.MONOPARTITE, false, all);
    List<Way> two = List.of(Way.SERIAL, Way.DIAGONAL);
    for (int size : new int[] {10_000, 100_000, 1_000_000}) {
      measure(Condition.DIRECT, size, 4, ScheduleKind.MONOPARTITE, false, two);
    }
    for (int size : new int[] {10_000, 100_000}) {
      measure(Condition.NETWORK, size, 4, ScheduleKind.MONOPARTITE, false, two);
    }
  }

  private void more() throws Exception {
    for (int workers : new int[] {4, 16}) {
      measure(Condition.WORK, 100_000, workers, ScheduleKind.MONOPARTITE, false, RIVALS);
    }
    measure(Condition.WORK, 100_000, 8, ScheduleKind.BIPARTITE, false, RIVALS);
    measure(Condition.WORK, 100_000, 8, ScheduleKind.MONOPARTITE, true, RIVALS);
    measure(Condition.NETWORK, 100_000, 16, ScheduleKind.MONOPARTITE, false, RIVALS);
    measure(Condition.NETWORK, 1_000_000, 8, ScheduleKind.MONOPARTITE, true, RIVALS);
    measure(Condition.NETWORK, 1_000_000, 8, ScheduleKind.BIPARTITE, false, RIVALS);
  }

  /** Deals edges as a pipeline does that writes them, into a target that does nothing. */
  private void splitting() {
    List<Double> rowsPerSecond = new ArrayList<>();
    for (int round = -1; round < 5; round++) {
      double rows = SplitOnly.rowsPerCpuSecond();
      if (round >= 0) { // the first one warms up
        rowsPerSecond.add(rows);
      }
    }
    say(
        "Splitting alone, as in a pipeline: %,.1f million rows a CPU second (median of 5).%n%n"
            .formatted(median(rowsPerSecond) / 1e6));
  }

  /** Both are pipelines on the DirectRunner, by turns. */
  private void jdbcIo() throws Exception {
    List<Edge> edges = EdgeLoad.edges(10_000, ScheduleKind.MONOPARTITE, false);
    JdbcTarget database = prepare(Condition.DIRECT);
    Path file = fileOf(edges);
    int[] parallelisms = {1, 4, 8};
    List<List<Double>> seconds = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    long[] deadlocks = new long[parallelisms.length];
    List<Double> ours = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < parallelisms.length; i++) {
        int parallelism = parallelisms[i];
        truncate();
        long before = number("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'");
        seconds.get(i).add(time(() -> JdbcIoEdges.run(database, edges, parallelism)));
        check(edges);
        long more =
            number("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'") - before;
        deadlocks[i] = Math.max(deadlocks[i], more);
      }
      truncate();
      ours.add(time(() -> EdgeLoad.pipeline(database, file)));
      check(edges);
    }
    Files.delete(file);
    int best = 0;
    for (int i = 1; i < parallelisms.length; i++) {
      best = median(seconds.get(i)) < median(seconds.get(best)) ? i : best;
    }
    double theirs = median(seconds.get(best));
    say(
        "JdbcIO.write with retries, a pipeline of 10,000 edges direct, the best of targetParallelism 1, 4, 8 (%d): %.2f s with %d deadlocks; Diagonal's pipeline %.2f s (%.1f times as fast; medians).%n"
            .formatted(
                parallelisms[best], theirs, deadlocks[best], median(ours), theirs / median(ours)));
  }

  private static Path fileOf(List<Edge> edges) throws IOException {
    Path file = Files.createTempFile("edges", ".csv");
    return Files.write(
        file, edges.stream().map(edge -> edge.source() + "," + edge.target()).toList());
  }

  /** The whole pipeline for a thousand edges, again and again in one JVM. */
  private void fixedCost() throws Exception {
    JdbcTarget database = prepare(Condition.DIRECT);
    List<Edge> edges = EdgeLoad.edges(1_000, ScheduleKind.MONOPARTITE, false);
    Path file = fileOf(edges);
    List<Double> seconds = new ArrayList<>();
    for (int run = 0; run < 8; run++) {
      truncate();
      double taken = time(() -> EdgeLoad.pipeline(database, file));
      check(edges);
      if (run >= 3) {
        seconds.add(taken);
      }
    }
    Files.delete(file);
    say(
        "The whole pipeline for 1,000 edges on the DirectRunner, in a warm JVM: %.2f s.%n"
            .formatted(median(seconds)));
  }

  private void measure(
      Condition condition, int size, int workers, ScheduleKind kind, boolean zipf, List<Way> ways)
      throws Exception {
    List<Edge> edges = EdgeLoad.edges(size, kind, zipf);
    JdbcTarget database = prepare(condition);
    EdgeLoad load = new EdgeLoad(database, kind, workers);
    Map<Way, List<Double>> seconds = new EnumMap<>(Way.class);
    Map<Way, Long> deadlocks = new EnumMap<>(Way.class);
    List<Double> open = new ArrayList<>();
    int times = ways.size() == 2 ? Math.max(5, rounds) : rounds;
    for (int round = -1; round < times; round++) {
      for (Way way : ways) {
        if (round < 0 && size > 100_000) {
          continue; // the JVM is warm by then
        }
        truncate();
        long before = number("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'");
        double taken = time(() -> load.run(way, edges));
        check(edges);
        long more =
            number("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'") - before;
        System.out.printf(
            Locale.ROOT,
            "%s, %,d edges, %d workers, %-13s %7.2f s, %d deadlocks%n",
            condition.words,
            size,
            workers,
            way,
            taken,
            more);
        if (round >= 0) {
          seconds.computeIfAbsent(way, w -> new ArrayList<>()).add(taken);
          deadlocks.merge(way, more, Math::max);
          if (way == Way.DIAGONAL) {
            open.add(load.averageOpen());
          }
        }
      }
    }
    table.append(
        "| %s | %,d %s%s | %d |"
            .formatted(
                condition.words,
                size,
                kind.name().toLowerCase(Locale.ROOT),
                zipf ? ", Zipf" : "",
                workers));
    for (Way way : Way.values()) {
      List<Double> taken = seconds.get(way);
      long dead = deadlocks.getOrDefault(way, 0L);
      table.append(
          taken == null
              ? " |"
              : " %.2f s%s |"
                  .formatted(median(taken), dead == 0 ? "" : ", %d deadlocks".formatted(dead)));
    }
    double ours = median(seconds.getOrDefault(Way.DIAGONAL, List.of()));
    table.append(" %.1f | ".formatted(median(open)));
    List<String> ratios = new ArrayList<>();
    for (Way way : List.of(Way.SERIAL, Way.SORTED, Way.WAVES)) {
      List<Double> taken = seconds.get(way);
      ratios.add(taken == null ? "-" : "%.2fx".formatted(median(taken) / ours));
    }
    table.append(String.join(" / ", ratios)).append(" |\n");
    System.out.println(table.substring(table.lastIndexOf("\n", table.length() - 2) + 1));
  }

  /** Makes the tables, and what takes time in a transaction after its rows are locked. */
  private JdbcTarget prepare(Condition condition) throws Exception {
    JdbcTarget direct = JdbcTarget.at(server.jdbcUrl()).withUser(server.user());
    execute("DROP TABLE IF EXISTS edges, nodes");
    EdgeLoad.TABLES.createIfMissing(direct);
    if (condition == Condition.WORK || condition == Condition.STRAGGLERS) {
      String seconds =
          condition == Condition.WORK
              ? "0.04"
              : "CASE WHEN txid_current() % 20 = 0 THEN 0.2 ELSE 0.04 END";
      execute(
          "CREATE OR REPLACE FUNCTION work() RETURNS trigger LANGUAGE plpgsql AS"
              + " $$ BEGIN PERFORM pg_sleep(%s); RETURN NULL; END $$".formatted(seconds));
      execute(
          "CREATE TRIGGER work AFTER INSERT ON nodes FOR EACH STATEMENT EXECUTE FUNCTION work()");
    }
    return condition == Condition.NETWORK
        ? JdbcTarget.at("jdbc:postgresql://127.0.0.1:" + relay.port() + "/postgres")
            .withUser(server.user())
        : direct;
  }

  private void truncate() throws SQLException {
    execute("TRUNCATE edges, nodes");
    execute("CHECKPOINT");
  }

  private void check(List<Edge> edges) throws SQLException {
    long wrong =
        number(
            """
            SELECT count(*) FROM nodes FULL JOIN (
              SELECT id, sum(o) AS o, sum(i) AS i FROM (
                SELECT source AS id, 1 AS o, 0 AS i FROM edges
                UNION ALL SELECT target, 0, 1 FROM edges) AS ends GROUP BY id) AS counted
            USING (id) WHERE (out_degree, in_degree) IS DISTINCT FROM (o, i)""");
    long written = number("SELECT count(*) FROM edges");
    if (wrong != 0 || written != edges.size()) {
      throw new IllegalStateException(
          "%d edges of %d are there, %d nodes are wrong".formatted(written, edges.size(), wrong));
    }
  }

  private interface Run {
    void run() throws Exception;
  }

  private static double time(Run run) throws Exception {
    long start = System.nanoTime();
    run.run();
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(List<Double> values) {
    return values.isEmpty()
        ? Double.NaN
        : values.stream().mapToDouble(Double::doubleValue).sorted().toArray()[values.size() / 2];
  }

  private final StringBuilder notes = new StringBuilder();

  private void say(String note) {
    System.out.print(note);
    notes.append(note);
  }

  private void report() throws IOException {
    String text =
        table
            + "\n"
            + notes
            + "Medians of %d rounds by turns (5 of serial against ours), batches of 1,000, 50,000 nodes, one JVM that is warm, %d cores, Java %s, PostgreSQL 16 on the same machine, deadlock_timeout %d ms, synchronous_commit off; \"open\" is transactions of ours at a time.%n"
                .formatted(
                    rounds,
                    Runtime.getRuntime().availableProcessors(),
                    Runtime.version().feature(),
                    DEADLOCK_TIMEOUT_MILLIS);
    System.out.println(text);
    Files.createDirectories(RESULTS.getParent());
    Files.writeString(RESULTS, text);
    String readme = Files.readString(README);
    int from = readme.indexOf(MARK) + MARK.length();
    int to = readme.indexOf(MARK, from);
    if (to > from) {
      Files.writeString(README, readme.substring(0, from) + "\n" + text + readme.substring(to));
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long number(String query) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), server.user(), null);
  }
}
