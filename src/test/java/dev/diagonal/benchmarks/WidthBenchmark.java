package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeCase.Condition;
import dev.diagonal.benchmarks.EdgeLoad.Edge;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.Counting;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.simulation.ScaleCosts;
import dev.diagonal.simulation.ScaleShape;
import dev.diagonal.simulation.ScaleSimulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Holds the simulator of the scheduler against real loads of edges: what a transaction costs is
 * measured with one and two transactions at a time and uniform edges alone; what the simulator then
 * predicts for four transactions at a time, and for hubs, is measured too. Then it simulates ten
 * and a hundred workers. Writes {@code src/test/benchmarks/width.csv}, from which docs/scale.md has
 * its table and its chart.
 *
 * <p>Arguments: the number of rounds (3), and the conditions ({@code network}, {@code work}; both);
 * {@code simulated} to measure nothing.
 *
 * <p>Takes about eight minutes, and 1 GB of disk.
 */
public final class WidthBenchmark {

  private static final int EDGES = 100_000;
  private static final int FEW_NODES = 5_000;
  private static final int SMALL_BATCH = 250;
  private static final double TOLERANCE = 0.15;
  private static final double CORES = Runtime.getRuntime().availableProcessors();

  private final EdgesServer server;
  private final CpuSeconds cpu;
  private final int rounds;

  /** A load that is measured. */
  private record Load(Counting way, int workers, int nodes, double hub, int batchEdges) {

    Load withWorkers(int number) {
      return new Load(way, number, nodes, hub, batchEdges);
    }

    Load withHub(double share) {
      return new Load(way, workers, nodes, share, batchEdges);
    }

    int tableSize() {
      return way == Counting.FOLDED
          ? 0
          : ScheduleKind.MONOPARTITE.tableSizeFor(workers, EDGES, batchEdges);
    }

    ScaleShape shape() {
      return new ScaleShape(1, workers, tableSize(), EDGES, nodes, hub, batchEdges, 1, false);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s, %d at a time, %s",
          way.name().toLowerCase(Locale.ROOT),
          workers,
          hub == 0 ? "uniform" : String.format(Locale.ROOT, "hub of %.0f %%", 100 * hub));
    }
  }

  /** What a load took. */
  private record Measured(
      double seconds, double cpuSeconds, double transactions, double nodes, double open) {}

  private WidthBenchmark(EdgesServer server, int rounds) throws Exception {
    this.server = server;
    this.cpu = server.cpu();
    this.rounds = rounds;
  }

  public static void main(String[] args) throws Exception {
    List<String> words = new ArrayList<>(List.of(args));
    if (!words.remove("simulated")) {
      int rounds = 3;
      for (String word : List.copyOf(words)) {
        if (word.matches("[0-9]+")) {
          rounds = Integer.parseInt(word);
          words.remove(word);
        }
      }
      try (EdgesServer server = EdgesServer.start()) {
        WidthBenchmark benchmark = new WidthBenchmark(server, rounds);
        System.out.println(
            "| condition | load | measured s | predicted s | error | open, measured | predicted |");
        System.out.println("|---|---|---:|---:|---:|---:|---:|");
        for (Condition condition : List.of(Condition.NETWORK, Condition.WORK)) {
          if (words.isEmpty() || words.contains(condition.name().toLowerCase(Locale.ROOT))) {
            benchmark.compare(condition, Counting.IMMEDIATE);
            benchmark.compare(condition, Counting.FOLDED);
          }
        }
      }
    }
    ResultPages.write(WidthForecast.RESULTS, WidthForecast.csv());
    System.exit(0);
  }

  /** Calibrates by one and two workers, predicts four and hubs, and measures these. */
  private void compare(Condition condition, Counting way) throws Exception {
    JdbcTarget target = server.prepare(condition);
    Load one = new Load(way, 1, EdgeLoad.NODES, 0, EdgeLoad.BATCH_ROWS);
    Measured unused = once(target, one.withWorkers(2)); // the JVM gets warm
    Measured plain = median(target, one);
    Measured small = median(target, new Load(way, 1, EdgeLoad.NODES, 0, SMALL_BATCH));
    Measured fewNodes = median(target, new Load(way, 1, FEW_NODES, 0, EdgeLoad.BATCH_ROWS));
    Measured two = median(target, one.withWorkers(2));
    ScaleCosts costs = fitted(condition, plain, small, fewNodes, one.withWorkers(2), two);
    System.out.println("<!-- " + costs + " -->");
    report(condition, one, plain, costs);
    report(condition, one.withWorkers(2), two, costs);
    for (int workers : new int[] {4, 8}) {
      for (double hub : new double[] {0, 0.1, 0.25, 0.5}) {
        Load load = one.withWorkers(workers).withHub(hub);
        report(condition, load, median(target, load), costs);
      }
    }
  }

  private static void report(Condition condition, Load load, Measured measured, ScaleCosts costs) {
    ScaleSimulation.Result predicted = ScaleSimulation.of(load.shape(), costs);
    double error = predicted.seconds() / measured.seconds - 1;
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %.2f | %.2f | %+.1f %%%s | %.1f | %.1f |%n",
        condition.words(),
        load,
        measured.seconds,
        predicted.seconds(),
        100 * error,
        Math.abs(error) <= TOLERANCE ? "" : ", **missed**",
        measured.open,
        predicted.width() + predicted.waiting());
  }

  /**
   * Solves for the CPU time of a transaction, an edge and a node by loads that differ in these, and
   * for the number of cores by two workers.
   */
  private static ScaleCosts fitted(
      Condition condition,
      Measured plain,
      Measured small,
      Measured fewNodes,
      Load loadOfTwo,
      Measured two) {
    double ofNode =
        plain.nodes - fewNodes.nodes < EDGES / 100.0
            ? 0
            : Math.max(
                0, (plain.cpuSeconds - fewNodes.cpuSeconds) / (plain.nodes - fewNodes.nodes));
    double ofTransaction =
        Math.max(
            0,
            (small.cpuSeconds - plain.cpuSeconds - ofNode * (small.nodes - plain.nodes))
                / (small.transactions - plain.transactions));
    double ofEdge =
        Math.max(
            0,
            (plain.cpuSeconds - ofTransaction * plain.transactions - ofNode * plain.nodes) / EDGES);
    double free = condition == Condition.NETWORK ? 2 * EdgesServer.NETWORK_MILLIS : 0.1;
    double waits = 1e3 * (plain.seconds - plain.cpuSeconds) / plain.transactions;
    ScaleCosts costs =
        new ScaleCosts(
            free,
            Math.max(0, waits - free),
            1e3 * ofTransaction,
            1e6 * ofEdge,
            1e6 * ofNode,
            0,
            CORES,
            1);
    double least = 1;
    double most = CORES;
    for (int halving = 0; halving < 12; halving++) {
      double cores = (least + most) / 2;
      if (ScaleSimulation.of(loadOfTwo.shape(), costs.withCores(cores)).seconds() > two.seconds) {
        least = cores;
      } else {
        most = cores;
      }
    }
    return costs.withCores((least + most) / 2);
  }

  private Measured median(JdbcTarget target, Load load) throws Exception {
    List<Measured> all = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      all.add(once(target, load));
    }
    return new Measured(
        Median.of(all.stream().map(Measured::seconds).toList()),
        Median.of(all.stream().map(Measured::cpuSeconds).toList()),
        Median.of(all.stream().map(Measured::transactions).toList()),
        Median.of(all.stream().map(Measured::nodes).toList()),
        Median.of(all.stream().map(Measured::open).toList()));
  }

  private Measured once(JdbcTarget target, Load load) throws Exception {
    server.truncate();
    List<Edge> edges = EdgeLoad.withHub(0, EDGES, load.nodes, load.hub);
    UpsertRelationships<Edge> into = EdgeLoad.upsert(target);
    Grid<Edge> grid = Grid.open();
    BatchWriter.Factory<Edge> writers = into.withCounting(load.way);
    if (load.way == Counting.IMMEDIATE) {
      grid = Grid.monopartite(load.tableSize()).byLongs(Edge::source, Edge::target);
      writers = into.withLocks(grid);
    }
    OpenTransactions open = new OpenTransactions();
    CountedBatches counted = new CountedBatches();
    double cpuBefore = cpu.now();
    long startNanos = System.nanoTime();
    EdgeLoad.scheduled(
        edges, grid, load.workers, load.batchEdges, open.counting(counted.of(writers)));
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    double cpuSeconds = cpu.now() - cpuBefore;
    if (load.way == Counting.IMMEDIATE) {
      server.check(edges);
    }
    return new Measured(
        seconds, cpuSeconds, counted.transactions(), counted.nodes(), open.average());
  }
}
