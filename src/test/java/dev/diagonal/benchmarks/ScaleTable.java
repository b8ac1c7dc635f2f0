package dev.diagonal.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The runs, and what was aimed at, as tables of Markdown. */
final class ScaleTable {

  private static final double CPU_OVER_LINEAR = 1.05;
  private static final double SPEED_UP = 1.7;
  private static final double FLAT = 1.1;
  private static final double WORKER_BYTES = 1_280L << 20;
  private static final int LARGEST = 10;
  private static final int LARGEST_FITTED = 4;

  private ScaleTable() {}

  static String runs(ScaleResults results) {
    StringBuilder table =
        new StringBuilder(
            "| command | rows | workers | s | CPU s, workers | CPU s, server | CPU over linear | one"
                + " worker's s over these | MB resident, a worker | MB in its heap |\n"
                + "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    for (String command : results.commands()) {
      for (ScaleRun run : results.of(command)) {
        table.append(
            String.format(
                Locale.ROOT,
                "| %s %dx | %,d | %d | %.1f | %.1f | %s | %s | %s | %,d | %,d |%n",
                command,
                run.times(),
                run.rows(),
                run.workers(),
                run.seconds(),
                run.workerCpu(),
                run.serverCpu() == 0 ? "" : String.format(Locale.ROOT, "%.1f", run.serverCpu()),
                two(overLinear(results, run)),
                run.workers() == 1 ? "" : two(speedUp(results, run)),
                run.residentMegabytes(),
                run.heapMegabytes()));
      }
    }
    return table.toString();
  }

  static String targets(ScaleResults results) {
    StringBuilder table =
        new StringBuilder("| target | of | workers | measured | |\n|---|---|---:|---:|---|\n");
    for (String command : results.commands()) {
      for (ScaleRun run : results.of(command)) {
        if (run.times() != LARGEST) {
          continue;
        }
        row(
            table,
            "CPU of 10x over ten times that of 1x: at most 1.05",
            run,
            overLinear(results, run),
            CPU_OVER_LINEAR);
        row(
            table,
            "CPU of a further unit, 4x to 10x over 1x to 4x: at most 1.05",
            run,
            furtherUnits(results, run),
            CPU_OVER_LINEAR);
        if (run.workers() == 2 && run.serverCpu() == 0) {
          speedUp(results, run)
              .ifPresent(
                  measured ->
                      table.append(
                          line(
                              "two workers over one, 10x: at least 1.7",
                              run,
                              measured,
                              measured >= SPEED_UP)));
        }
        row(
            table,
            "resident memory of a worker, 10x over 1x: at most 1.1",
            run,
            at(results, run, 1)
                .map(one -> (double) run.residentMegabytes() / one.residentMegabytes()),
            FLAT);
        row(
            table,
            "resident memory of a worker over its 1,280 MiB: at most 1",
            run,
            Optional.of(run.residentMegabytes() * 1e6 / WORKER_BYTES),
            1);
      }
    }
    return table.toString();
  }

  /** CPU of all processes, over so many times that of 1x. */
  private static Optional<Double> overLinear(ScaleResults results, ScaleRun run) {
    return at(results, run, 1).map(one -> run.cpu() / (run.times() * one.cpu()));
  }

  /** Without the fixed part of a job, which makes small jobs dear and growth look good. */
  private static Optional<Double> furtherUnits(ScaleResults results, ScaleRun run) {
    Optional<ScaleRun> one = at(results, run, 1);
    Optional<ScaleRun> four = at(results, run, LARGEST_FITTED);
    if (one.isEmpty() || four.isEmpty()) {
      return Optional.empty();
    }
    double later = (run.cpu() - four.get().cpu()) / (LARGEST - LARGEST_FITTED);
    double earlier = (four.get().cpu() - one.get().cpu()) / (LARGEST_FITTED - 1);
    return Optional.of(later / earlier);
  }

  private static Optional<Double> speedUp(ScaleResults results, ScaleRun run) {
    return results.of(run.command(), run.times(), 1).map(alone -> alone.seconds() / run.seconds());
  }

  private static Optional<ScaleRun> at(ScaleResults results, ScaleRun run, int times) {
    return results.of(run.command(), times, run.workers());
  }

  private static void row(
      StringBuilder table, String target, ScaleRun run, Optional<Double> measured, double most) {
    measured.ifPresent(value -> table.append(line(target, run, value, value <= most)));
  }

  private static String line(String target, ScaleRun run, double measured, boolean isMet) {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %.2f | %s |%n",
        target,
        run.command(),
        run.workers(),
        measured,
        isMet ? "met" : "**missed**");
  }

  private static String two(Optional<Double> value) {
    return value.map(number -> String.format(Locale.ROOT, "%.2f", number)).orElse("");
  }

  /** Under which conditions all of it was measured. */
  static String conditions() {
    int cores = Runtime.getRuntime().availableProcessors();
    List<String> lines =
        List.of(
            "Seconds are those that the coordinator reports from the job's start to its end. They exclude the start of the launcher and the upload of the jar to the coordinator. They include sending the jar to the workers and loading its classes, which every job repeats.",
            "The kernel reports CPU seconds and memory of the workers' processes, including the threads of the garbage collector and the compiler. The heap column is the largest heap in use after a collection. Each number of workers and each command has a fresh cluster; a job of a tenth of the unit warms the workers up.",
            String.format(
                Locale.ROOT,
                "%d cores, Java %s, workers with one slot, 1,280 MiB in all (416 MiB of heap, touched as it is needed) and a core of their own, and therefore the serial collector. %s The data is in the file cache. PostgreSQL 16: %s.",
                cores,
                Runtime.version().feature(),
                cores > 2
                    ? "Coordinator, PostgreSQL and launcher run on the other cores, or on these."
                    : "Coordinator, PostgreSQL and launcher share these cores with the workers: two workers leave them none of their own.",
                EdgesWork.SETTINGS));
    return String.join("\n", lines) + "\n";
  }
}
