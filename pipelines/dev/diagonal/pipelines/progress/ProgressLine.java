package dev.diagonal.pipelines.progress;

import dev.diagonal.internal.metrics.Counted;
import java.io.PrintStream;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows the progress of a job in one line. On a terminal the line is updated in place; otherwise
 * plain lines are printed, and rarely. Shows nothing if the job ends before the first update.
 */
public final class ProgressLine implements AutoCloseable {

  private static final Duration ON_A_TERMINAL = Duration.ofMillis(500);
  private static final Duration ELSEWHERE = Duration.ofSeconds(10);

  /** The width of the terminal is asked for every five seconds. */
  private static final int WIDTH_EVERY = 10;

  private final PrintStream out;
  private final boolean terminal;
  private final ProgressText text;
  private final long startNanos = System.nanoTime();
  private final Supplier<Map<Counted, Long>> counts;
  private final ScheduledExecutorService timer;
  private volatile @Nullable Supplier<String> phase;
  private volatile long phaseNanos;
  private int shown;
  private int shows;
  private int width = 79;

  private ProgressLine(
      PrintStream out, boolean terminal, Supplier<Map<Counted, Long>> counts, ProgressText text) {
    this.out = out;
    this.terminal = terminal;
    this.counts = counts;
    this.text = text;
    timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "progress");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts to show progress.
   *
   * @param counts what the job has counted so far; empty if that is unknown
   * @param totalBytes how many bytes the job will read, or 0 if that is unknown
   * @param groups whether rows are grouped after they have been read and before they are written
   */
  public static ProgressLine start(
      PrintStream out, Supplier<Map<Counted, Long>> counts, long totalBytes, boolean groups) {
    ProgressLine line =
        new ProgressLine(out, Terminal.isPresent(), counts, new ProgressText(totalBytes, groups));
    long period = (line.terminal ? ON_A_TERMINAL : ELSEWHERE).toMillis();
    var unused =
        line.timer.scheduleWithFixedDelay(line::show, period, period, TimeUnit.MILLISECONDS);
    return line;
  }

  /** Returns the counters of this JVM, relative to their current values. */
  public static Supplier<Map<Counted, Long>> countsInThisJvm() {
    Map<Counted, Long> before = new EnumMap<>(Counted.class);
    for (Counted counted : Counted.values()) {
      before.put(counted, counted.inThisJvm());
    }
    return () -> {
      Map<Counted, Long> since = new EnumMap<>(before);
      since.replaceAll((counted, start) -> counted.inThisJvm() - start);
      return since;
    };
  }

  /** Ends the line, if one is shown. */
  @Override
  public void close() {
    timer.shutdownNow();
    if (terminal && shown > 0) {
      out.println();
    }
  }

  /**
   * Shows from now on that the pipeline has ended and what is done after it.
   *
   * @param what returns what is done now, such as "publishing the tables"; called on another thread
   */
  public void phase(Supplier<String> what) {
    phaseNanos = System.nanoTime();
    phase = what;
  }

  private void show() {
    Supplier<String> now = phase;
    if (now != null) {
      long seconds = (System.nanoTime() - phaseNanos) / 1_000_000_000;
      print(List.of(now.get(), ", %s s".formatted(seconds)), "");
      return;
    }
    Map<Counted, Long> counted = counts.get();
    if (!counted.isEmpty()) {
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      print(text.parts(counted, seconds), text.bar(counted));
    }
  }

  private void print(List<String> parts, String bar) {
    if (!terminal) {
      out.println(String.join("", parts));
      return;
    }
    if (shows++ % WIDTH_EVERY == 0) {
      width = Math.max(1, Terminal.columns() - 1); // the last column may wrap
    }
    String line = ProgressText.fitting(parts, width);
    if (bar.length() + line.length() <= width && line.equals(String.join("", parts))) {
      line = bar + line;
    }
    out.print("\r" + line + " ".repeat(Math.max(0, Math.min(shown, width) - line.length())));
    out.flush();
    shown = line.length();
  }
}
