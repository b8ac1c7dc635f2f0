package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeLoad.Edge;
import dev.diagonal.benchmarks.EdgeLoad.Way;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.Counting;
import dev.diagonal.jdbc.relationships.Fold;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PgPass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures the ways of counting edges at their nodes beside one connection, by turns: the CPU time
 * of the server, its write-ahead log and the seconds, per million edges, all of which are new.
 * After every run the counts of all nodes are compared with the edges. Writes the table into
 * docs/benchmarks.md.
 *
 * <p>The server keeps what it was given: {@code fsync}, {@code synchronous_commit} and {@code
 * full_page_writes} are on. CPU time and log hardly depend on what else the machine does; seconds
 * do.
 *
 * <p>Arguments: the number of edges (1,000,000) and of rounds (3).
 *
 * <p>Takes about ten minutes, and 2 GB of disk.
 */
public final class CountsBenchmark {

  private static final int WORKERS = 4;

  private record Figures(double seconds, double cpuSeconds, double logMegabytes) {}

  private interface Load {
    void run(EdgeLoad load, List<Edge> edges) throws Exception;
  }

  private final LocalPostgres server;
  private final EdgeDatabase database;
  private final CpuSeconds cpu;
  private final int edges;

  private CountsBenchmark(LocalPostgres server, int edges) throws Exception {
    this.server = server;
    this.database = new EdgeDatabase(server);
    this.cpu = CpuSeconds.with(server);
    this.edges = edges;
  }

  public static void main(String[] args) throws Exception {
    int edges = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    PgPass.use();
    try (LocalPostgres server =
        LocalPostgres.configure()
            .withSetting("fsync", "on")
            .withSetting("synchronous_commit", "on")
            .withSetting("full_page_writes", "on")
            .withSetting("autovacuum", "off")
            .withSetting("max_wal_size", "8GB")
            .withSetting("shared_buffers", "512MB")
            .start()) {
      new CountsBenchmark(server, edges).measure(rounds);
    }
    System.exit(0);
  }

  private void measure(int rounds) throws Exception {
    Map<String, Load> ways = new LinkedHashMap<>();
    ways.put(
        "serial, batches of 1,000",
        (load, rows) -> load.run(Way.SERIAL, rows, new OpenTransactions()));
    ways.put(
        "immediate, batches of 1,000",
        (load, rows) -> load.counted(Counting.IMMEDIATE, 1_000, rows));
    ways.put(
        "immediate, batches of 10,000",
        (load, rows) -> load.counted(Counting.IMMEDIATE, 10_000, rows));
    ways.put("mixed, batches of 1,000", (load, rows) -> load.counted(Counting.MIXED, 1_000, rows));
    ways.put(
        "folded, batches of 1,000", (load, rows) -> load.counted(Counting.FOLDED, 1_000, rows));
    ways.put(
        "folded, batches of 50,000", (load, rows) -> load.counted(Counting.FOLDED, 50_000, rows));
    StringBuilder table =
        new StringBuilder(
            "| tables | hub | way | s | server CPU s per million | log MB per million |\n"
                + "|---|---:|---|---:|---:|---:|\n");
    for (double hub : new double[] {0, 0.10, 0.25, 0.50}) {
      for (boolean full : hub == 0 ? new boolean[] {false, true} : new boolean[] {false}) {
        Map<String, List<Figures>> found = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
          for (Map.Entry<String, Load> way : ways.entrySet()) {
            found
                .computeIfAbsent(way.getKey(), w -> new ArrayList<>())
                .add(once(way.getValue(), hub, full));
          }
        }
        found.forEach(
            (way, figures) -> {
              String row = row(full, hub, way, figures);
              System.out.print(row);
              table.append(row);
            });
      }
    }
    table.append(
        String.format(
            Locale.ROOT,
            "%n%,d new edges over 50,000 nodes, four writers; medians of %d round(s) by turns, 2 cores.%n",
            edges,
            rounds));
    ResultPages.between(
        Path.of("docs/benchmarks.md"), "<!-- counts benchmark -->", table.toString());
  }

  private static String row(boolean full, double hub, String way, List<Figures> figures) {
    return String.format(
        Locale.ROOT,
        "| %s | %.0f %% | %s | %.1f | %.1f | %.0f |%n",
        full ? "full" : "empty",
        100 * hub,
        way,
        Median.of(figures.stream().map(Figures::seconds).toList()),
        Median.of(figures.stream().map(Figures::cpuSeconds).toList()),
        Median.of(figures.stream().map(Figures::logMegabytes).toList()));
  }

  private Figures once(Load way, double hub, boolean full) throws Exception {
    database.execute("DROP TABLE IF EXISTS edges, nodes, nodes_deltas CASCADE");
    JdbcTarget target = database.target();
    EdgeLoad.TABLES.createIfMissing(target);
    Fold.of(
            UpsertRelationships.<Edge>into(
                target, EdgeLoad.TABLES, (edge, values) -> values.putNull()))
        .createIfMissing();
    EdgeLoad load = new EdgeLoad(target, ScheduleKind.MONOPARTITE, WORKERS, EdgeLoad.BATCH_ROWS);
    if (full) {
      load.counted(Counting.FOLDED, 50_000, EdgeLoad.withHub(edges, edges, 0));
    }
    List<Edge> rows = EdgeLoad.withHub(0, edges, hub);
    database.execute("CHECKPOINT");
    double cpuBefore = cpu.server();
    long logBefore = log();
    long startNanos = System.nanoTime();
    way.run(load, rows);
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    double millions = edges / 1e6;
    Figures figures =
        new Figures(
            seconds / millions,
            (cpu.server() - cpuBefore) / millions,
            (log() - logBefore) / 1e6 / millions);
    if (!database.wrongNodes().isEmpty() || database.edges() != (full ? 2L : 1L) * edges) {
      throw new IllegalStateException("the counts of " + server + " are wrong");
    }
    return figures;
  }

  private long log() throws Exception {
    return database.number("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint");
  }
}
