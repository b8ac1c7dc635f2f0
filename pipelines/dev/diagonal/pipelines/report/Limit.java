package dev.diagonal.pipelines.report;

import dev.diagonal.internal.metrics.BatchTotals;
import dev.diagonal.internal.metrics.GridPlace;
import dev.diagonal.internal.metrics.StageTime;
import java.util.Comparator;
import java.util.Optional;

/**
 * What limited a run, by the rules of {@code docs/report.md}: the first that applies.
 *
 * @param reason one sentence
 * @param advice what to try next
 */
record Limit(String reason, String advice) {

  /** A shorter run is mostly start-up. */
  static final double SHORT_SECONDS = 5;

  /** Above this part of the time, garbage collection is what limits. */
  static final double MUCH_GC = 0.15;

  /** Above this part of all processors, they are what limits. */
  static final double BUSY_PROCESSORS = 0.85;

  /** Above this part of the run before the first row, start-up is what limits. */
  static final double LONG_START = 0.4;

  /**
   * Above this part of the time after start-up with a batch in progress, the target is what limits.
   */
  static final double BUSY_TARGET = 0.6;

  /** Above this part of the width that is possible, a run is as wide as it can be. */
  static final double FULL_WIDTH = 0.7;

  static Limit of(RunFacts run) {
    if (!run.isDone()) {
      return new Limit(
          "The run did not end well, so its figures say little about its speed.",
          "Correct the cause first.");
    }
    if (run.seconds() < SHORT_SECONDS) {
      return new Limit(
          "Start-up: the run took only %s, too short to show another limit."
              .formatted(Figures.time(run.seconds())),
          "Look at the report of a run with more rows.");
    }
    if (run.startUpSeconds() > LONG_START * run.seconds()) {
      return new Limit(
          "Start-up: the first row was read after %s of %s."
              .formatted(Figures.time(run.startUpSeconds()), Figures.time(run.seconds())),
          "More rows in one run need no more start-up: give several files to one command.");
    }
    double gc = run.gcSeconds() / run.seconds();
    if (gc > MUCH_GC) {
      return new Limit(
          "Memory: garbage collection took %s of the time.".formatted(Figures.percent(gc)),
          "Try a larger heap: JAVA_OPTS=-Xmx4g.");
    }
    double cpu = run.cpuSeconds() / run.seconds() / Math.max(1, run.processors());
    if (cpu > BUSY_PROCESSORS) {
      return new Limit(
          "Processors: this process used %s of the %s processors of this machine."
              .formatted(Figures.percent(cpu), run.processors()),
          "Try a machine with more processors, or a cluster: --runner=FlinkRunner.");
    }
    Optional<BatchTotals> busiest =
        run.targets().stream().max(Comparator.comparingDouble(BatchTotals::openSeconds));
    return busiest.map(target -> ofTarget(target, run, cpu)).orElseGet(() -> reading(cpu, run));
  }

  private static Limit ofTarget(BatchTotals target, RunFacts run, double cpu) {
    double busy = target.busySeconds() / (run.seconds() - run.startUpSeconds());
    if (busy < BUSY_TARGET) {
      return reading(cpu, run);
    }
    double possible = possibleWidth(target);
    GridPlace grid = target.grid();
    if (grid != null
        && possible < FULL_WIDTH * grid.maxWorkers()
        && target.averageOpen() > FULL_WIDTH * possible) {
      return new Limit(
          "Skew: the fullest slot of %s holds %s of the rows, so that at most %s of %s workers can write at the same time."
              .formatted(
                  target.target(),
                  Figures.percent(target.hottestSlotShare()),
                  Figures.decimal(possible),
                  grid.maxWorkers()),
          "Try a larger --tableSize; if one id causes the skew, a larger --batchSize.");
    }
    if (grid != null && target.averageOpen() < FULL_WIDTH * possible) {
      return new Limit(
          "Rows came too slowly: of %s transactions that could be in progress in %s, %s were."
              .formatted(
                  Figures.decimal(possible),
                  target.target(),
                  Figures.decimal(target.averageOpen())),
          "Try more readers (--targetParallelism), or a smaller --batchSize.");
    }
    return new Limit(
        "%s: a batch was in progress for %s of the time after start-up, %s at the same time on average."
            .formatted(
                sentenceStart(target.target()),
                Figures.percent(busy),
                Figures.decimal(target.averageOpen())),
        grid == null
            ? "Try more writers (--targetParallelism), or larger batches."
            : "Try more workers (--maxWorkers), as long as the server has processors to spare.");
  }

  private static Limit reading(double cpu, RunFacts run) {
    return new Limit(
        "%s: writers waited for rows, and %s of %s processors were in use."
            .formatted(slowerStage(run), Figures.decimal(cpu * run.processors()), run.processors()),
        "Try more readers: --targetParallelism on one machine, --parallelism on Flink.");
  }

  /** Returns which of the stages before the writers is more often at work, if that is known. */
  private static String slowerStage(RunFacts run) {
    StageTime read = run.stages().get("read");
    StageTime convert = run.stages().get("convert");
    if (read == null || convert == null) {
      return "Reading and converting";
    }
    return read.busyNanos() >= convert.busyNanos() ? "Reading" : "Converting";
  }

  /** Returns how many batches of a target can be in progress at the same time, by its rows. */
  static double possibleWidth(BatchTotals target) {
    GridPlace grid = target.grid();
    if (grid == null) {
      return target.workers();
    }
    double share = target.hottestSlotShare();
    return grid.isExclusive() && share > 0
        ? Math.min(grid.maxWorkers(), 1 / share)
        : grid.maxWorkers();
  }

  private static String sentenceStart(String text) {
    return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
