package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.ScaleModel.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * The models of the commands, fitted on 1x to 4x and held against 10x, and what they say of sizes
 * that were not measured: the resource that takes longest decides.
 */
final class ScaleForecast {

  private static final int LARGEST_FITTED = 4;
  private static final int LARGEST = 10;
  private static final double TOLERANCE = 0.2;

  // What is assumed of machines that are not here; the costs of a row are measured.
  private static final double NETWORK_MB_A_SECOND = 1_250;
  private static final double SERVER_CORES = 16;
  private static final double LOG_MB_A_SECOND = 200;

  private static final List<Integer> WORKERS = List.of(1, 10, 100);
  private static final Map<String, Long> ROWS =
      new TreeMap<>(
          Map.of(
              "movie-ratings", 1_000_000_000L,
              "load-edges", 1_000_000_000L,
              "donors-choose", 100_000_000L));

  private final ScaleResults results;

  ScaleForecast(ScaleResults results) {
    this.results = results;
  }

  /** The constants, and how far they are off at 10x. */
  String models() {
    StringBuilder table =
        new StringBuilder(
            "| of | model, for n units and w workers | workers | 10x predicted | measured | error, at"
                + " most 20 % |\n|---|---|---:|---:|---:|---|\n");
    for (String command : results.commands()) {
      model(table, command, "seconds", ScaleRun::seconds);
      model(table, command, "CPU seconds of a worker", ScaleRun::workerCpuEach);
      model(table, command, "CPU seconds of the server", ScaleRun::serverCpu);
    }
    return table.toString();
  }

  private void model(
      StringBuilder table, String command, String what, ToDoubleFunction<ScaleRun> cost) {
    Optional<ScaleModel> fitted = fit(command, cost);
    if (fitted.isEmpty() || fitted.get().at(1, 1) == 0) {
      return;
    }
    ScaleModel model = fitted.get();
    for (ScaleRun run : results.of(command)) {
      if (run.times() != LARGEST) {
        continue;
      }
      double predicted = model.at(LARGEST, run.workers());
      double measured = cost.applyAsDouble(run);
      double error = predicted / measured - 1;
      table.append(
          String.format(
              Locale.ROOT,
              "| %s, %s | %.2f + %.3f n / w + %.3f n | %d | %.1f | %.1f | %+.1f %%, %s |%n",
              command,
              what,
              model.fixed(),
              model.divided(),
              model.shared(),
              run.workers(),
              predicted,
              measured,
              100 * error,
              Math.abs(error) <= TOLERANCE ? "met" : "**missed**"));
    }
  }

  /** Empty while there are not two sizes up to 4x. */
  private Optional<ScaleModel> fit(String command, ToDoubleFunction<ScaleRun> cost) {
    List<Point> points = new ArrayList<>();
    for (ScaleRun run : results.of(command)) {
      if (run.times() <= LARGEST_FITTED) {
        points.add(new Point(run.times(), run.workers(), cost.applyAsDouble(run)));
      }
    }
    return points.stream().mapToDouble(Point::units).distinct().count() < 2
        ? Optional.empty()
        : Optional.of(ScaleModel.fit(points));
  }

  /** Seconds of what was not measured, by resource. */
  String extrapolation() {
    StringBuilder table =
        new StringBuilder(
            "| rows | workers | s | the limit | workers' CPU s | network s | server's CPU s | server's"
                + " log s |\n|---|---:|---:|---|---:|---:|---:|---:|\n");
    ROWS.forEach(
        (command, rows) -> {
          Optional<ScaleModel> seconds = fit(command, ScaleRun::seconds);
          Optional<ScaleModel> cpu = fit(command, ScaleRun::workerCpuEach);
          Optional<ScaleModel> server = fit(command, ScaleRun::serverCpu);
          Optional<ScaleRun> largest =
              results.of(command).stream().max(Comparator.comparingInt(ScaleRun::times));
          if (seconds.isPresent() && cpu.isPresent() && server.isPresent() && largest.isPresent()) {
            for (int workers : WORKERS) {
              row(table, rows, workers, largest.get(), seconds.get(), cpu.get(), server.get());
            }
          }
        });
    return table
        + String.format(
            Locale.ROOT,
            "%nSeconds are the fixed part of a job and the slowest resource. Measured: CPU and megabytes of a row, the latter at the largest size. Assumed: %,.0f MB a second for each worker's network, which carries input, output and what tasks hand to each other; a server of %.0f cores whose log takes %.0f MB a second; a core for each worker.%n",
            NETWORK_MB_A_SECOND,
            SERVER_CORES,
            LOG_MB_A_SECOND);
  }

  private static void row(
      StringBuilder table,
      long rows,
      int workers,
      ScaleRun largest,
      ScaleModel seconds,
      ScaleModel cpu,
      ScaleModel server) {
    double units = (double) rows / largest.unit();
    double ofLargest = (double) rows / largest.rows();
    boolean hasServer = largest.serverCpu() > 0;
    double travelling =
        largest.inputMegabytes()
            + largest.shuffleMegabytes()
            + (hasServer ? 0 : largest.outputMegabytes());
    Map<String, Double> taken = new TreeMap<>();
    // What is shared here is a core that others use too: a worker's own work all the same.
    taken.put("the workers' CPU", (cpu.divided() + cpu.shared()) * units / workers);
    taken.put("the network", travelling * ofLargest / workers / NETWORK_MB_A_SECOND);
    taken.put("the server's CPU", (server.divided() + server.shared()) * units / SERVER_CORES);
    taken.put(
        "the server's log",
        hasServer ? largest.outputMegabytes() * ofLargest / LOG_MB_A_SECOND : 0);
    Map.Entry<String, Double> limit =
        taken.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    table.append(
        String.format(
            Locale.ROOT,
            "| %s %,d | %d | %,.0f | %s | %,.1f | %,.1f | %s | %s |%n",
            largest.command(),
            rows,
            workers,
            seconds.fixed() + limit.getValue(),
            limit.getKey(),
            taken.get("the workers' CPU"),
            taken.get("the network"),
            hasServer ? String.format(Locale.ROOT, "%,.1f", taken.get("the server's CPU")) : "",
            hasServer ? String.format(Locale.ROOT, "%,.1f", taken.get("the server's log")) : ""));
  }
}
