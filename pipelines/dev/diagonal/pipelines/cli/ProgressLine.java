package dev.diagonal.pipelines.cli;

import dev.diagonal.progress.Counted;
import java.io.PrintStream;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One line that says how far a job in this JVM has got: on a terminal written again and again in
 * place, else as plain lines, and rarely. Shows nothing of a job that is over before the first one.
 */
final class ProgressLine implements AutoCloseable {

  private static final Duration ON_A_TERMINAL = Duration.ofMillis(500);
  private static final Duration ELSEWHERE = Duration.ofSeconds(5);

  private final PrintStream out;
  private final boolean terminal;
  private final long totalBytes;
  private final long startNanos = System.nanoTime();
  private final Map<Counted, Long> before = new EnumMap<>(Counted.class);
  private final ScheduledExecutorService timer;
  private int shown;

  private ProgressLine(PrintStream out, boolean terminal, long totalBytes) {
    this.out = out;
    this.terminal = terminal;
    this.totalBytes = totalBytes;
    for (Counted counted : Counted.values()) {
      before.put(counted, counted.inThisJvm());
    }
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
   * @param inThisJvm whether the job runs here; else there is nothing to show
   * @param totalBytes how much there is to read, or 0 if that is not known
   */
  static ProgressLine start(PrintStream out, boolean inThisJvm, long totalBytes) {
    ProgressLine line = new ProgressLine(out, Terminal.isPresent(), totalBytes);
    if (!inThisJvm) {
      return line;
    }
    long period = (line.terminal ? ON_A_TERMINAL : ELSEWHERE).toMillis();
    var unused = line.timer.scheduleAtFixedRate(line::show, period, period, TimeUnit.MILLISECONDS);
    return line;
  }

  /** Ends the line, if there is one. */
  @Override
  public void close() {
    timer.shutdownNow();
    if (terminal && shown > 0) {
      out.println();
    }
  }

  private void show() {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    String text =
        text(
            since(Counted.BYTES_READ),
            totalBytes,
            since(Counted.ROWS_READ),
            since(Counted.BATCHES_WRITTEN),
            since(Counted.BAD_RECORDS),
            seconds);
    if (terminal) {
      out.print("\r" + text + " ".repeat(Math.max(0, shown - text.length())));
      out.flush();
    } else {
      out.println(text);
    }
    shown = text.length();
  }

  private long since(Counted counted) {
    return counted.inThisJvm() - before.getOrDefault(counted, 0L);
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
        "%s, %,d rows, %,.0f rows/s, %,d batches written, %,d bad records",
        read,
        rows,
        rows / Math.max(seconds, 0.001),
        batches,
        bad);
  }
}
