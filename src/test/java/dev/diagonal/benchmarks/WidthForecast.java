package dev.diagonal.benchmarks;

import dev.diagonal.simulation.ScaleCosts;
import dev.diagonal.simulation.ScaleShape;
import dev.diagonal.simulation.ScaleSimulation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the simulator says of a billion edges and more workers than there are cores here. The costs
 * of an edge and a node are those of {@code docs/benchmarks.md} (ways of counting), raised to what
 * {@code scale.csv} measured at ten times the data; the server is the one that docs/scale.md
 * assumes.
 */
public record WidthForecast(int workers, int tableSize, double hub) {

  /** The file that {@link WidthBenchmark} writes. */
  public static final Path RESULTS = Path.of("src", "test", "benchmarks", "width.csv");

  private static final double CORES = 16;
  private static final double LOG_MB_A_SECOND = 200;
  private static final double FREE_MILLIS = 0.5;
  private static final double HELD_MILLIS = 1.5;

  private static final ScaleCosts IMMEDIATE =
      new ScaleCosts(FREE_MILLIS, HELD_MILLIS, 0.3, 9, 9.4, 532, CORES, LOG_MB_A_SECOND);
  private static final ScaleCosts FOLDED =
      new ScaleCosts(FREE_MILLIS, HELD_MILLIS, 0.3, 6.8, 0, 147, CORES, LOG_MB_A_SECOND);

  private static final double EDGES = 1e9;
  private static final int NODES = 100_000_000;

  /** One fold: 0.4 microseconds of a core for each of two billion deltas, 5 for each node. */
  private static final double FOLD_SECONDS = 2 * EDGES * 0.4e-6 + NODES * 5e-6;

  private static final int TRANSACTIONS = 4; // the default of --maxWorkers
  private static final int BATCH_EDGES = 1_000;
  private static final int EDGES_OF_ROW = 50;

  /** Batches that a process writes: several times what its splitter holds. */
  private static final int BATCHES = 2_000;

  private static final int BATCHES_OF_SLOT = 60;

  static final String HEADER =
      "workers,table_size,hub,width,waiting,edges_per_second,seconds_of_a_billion";

  /** Returns whether the counts are folded. */
  boolean isFolded() {
    return tableSize == 0;
  }

  /** All that is simulated. */
  static List<WidthForecast> all() {
    List<WidthForecast> all = new ArrayList<>();
    for (int workers : new int[] {1, 10, 100}) {
      for (double hub : new double[] {0, 0.1, 0.25}) {
        for (int tableSize : new int[] {16, 32, 64}) {
          all.add(new WidthForecast(workers, tableSize, hub));
        }
      }
      all.add(new WidthForecast(workers, 0, 0));
    }
    return all;
  }

  /** Simulates all, and returns a file of results. */
  static String csv() {
    StringBuilder csv = new StringBuilder(HEADER).append('\n');
    for (WidthForecast each : all()) {
      String line = each.line();
      System.out.println(line);
      csv.append(line).append('\n');
    }
    return csv.toString();
  }

  /** Simulates this, and returns a line of the file. */
  public String line() {
    int batches = Math.max(BATCHES, BATCHES_OF_SLOT * tableSize);
    ScaleShape shape =
        new ScaleShape(
            workers,
            TRANSACTIONS,
            tableSize,
            (long) workers * batches * BATCH_EDGES,
            NODES,
            hub,
            BATCH_EDGES,
            EDGES_OF_ROW,
            true);
    ScaleSimulation.Result result = ScaleSimulation.of(shape, isFolded() ? FOLDED : IMMEDIATE);
    return String.format(
        Locale.ROOT,
        "%d,%d,%.2f,%.1f,%.1f,%.0f,%.0f",
        workers,
        tableSize,
        hub,
        result.width(),
        result.waiting(),
        result.edgesPerSecond(),
        EDGES / result.edgesPerSecond() + (isFolded() ? FOLD_SECONDS : 0));
  }
}
