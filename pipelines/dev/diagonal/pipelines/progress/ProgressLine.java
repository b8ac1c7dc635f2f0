package dev.diagonal.pipelines.progress;

import dev.diagonal.internal.metrics.Counted;
import java.io.PrintStream;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Shows the progress of a job in one line. On a terminal the line is updated in place; otherwise
 * plain lines are printed, and rarely. Shows nothing if the job ends before the first update.
 */
public final class ProgressLine implements AutoCloseable {

  private static final Duration ON_A_TERMINAL = Duration.ofMillis(500);
  private static final Duration ELSEWHERE = Duration.ofSeconds(10);

  private final PrintStream out;
  private final boolean terminal;
  private final long totalBytes;
  private final long startNanos = System.nanoTime();
  private final Supplier<Map<Counted, Long>> counts;
  private final ScheduledExecutorService timer;
  private int shown;

  private ProgressLine(
      PrintStream out, boolean terminal, Supplier<Map<Counted, Long>> counts, long totalBytes) {
    this.out = out;
    this.terminal = terminal;
    this.counts = counts;
    this.totalBytes = totalBytes;
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
   */
  public static ProgressLine start(
      PrintStream out, Supplier<Map<Counted, Long>> counts, long totalBytes) {
    ProgressLine line = new ProgressLine(out, Terminal.isPresent(), counts, totalBytes);
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

  private void show() {
    Map<Counted, Long> now = counts.get();
    if (now.isEmpty()) {
      return;
    }
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    String text =
        text(
            now.getOrDefault(Counted.BYTES_READ, 0L),
            totalBytes,
            now.getOrDefault(Counted.ROWS_READ, 0L),
            now.getOrDefault(Counted.BATCHES_WRITTEN, 0L),
            now.getOrDefault(Counted.BAD_RECORDS, 0L),
            seconds);
    if (terminal) {
      out.print("\r" + text + " ".repeat(Math.max(0, shown - text.length())));
      out.flush();
    } else {
      out.println(text);
    }
    shown = text.length();
  }

  static String text(
      long bytes, long totalBytes, long rows, long batches, long bad, double seconds) {
    String read =
        totalBytes > 0
            ? String.format(
                Locale.ROOT,
                "%3d %%, %,.1f of %,.1f MB read",
                Math.min(100, 100 * bytes / totalBytes),
                bytes / 1e6,
                totalBytes / 1e6)
            : String.format(Locale.ROOT, "%,.1f MB read", bytes / 1e6);
    return String.format(
        Locale.ROOT,
        "%s%s, %,d rows, %,.0f rows/s, %,d batches written, %,d bad records",
        read,
        timeLeft(bytes, totalBytes, seconds),
        rows,
        rows / Math.max(seconds, 0.001),
        batches,
        bad);
  }

  /** Returns how long reading takes if it goes on as fast, or that it is over. */
  private static String timeLeft(long bytes, long totalBytes, double seconds) {
    if (totalBytes == 0 || bytes == 0) {
      return "";
    }
    if (bytes >= totalBytes) {
      return ", now writing";
    }
    long left = Math.round(seconds * (totalBytes - bytes) / bytes);
    return left < 120
        ? String.format(Locale.ROOT, ", %d s left", left)
        : String.format(Locale.ROOT, ", %d min left", Math.round(left / 60.0));
  }
}
