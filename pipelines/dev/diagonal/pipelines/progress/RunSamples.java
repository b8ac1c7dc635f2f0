package dev.diagonal.pipelines.progress;

import com.sun.management.OperatingSystemMXBean;
import dev.diagonal.internal.metrics.Counted;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Samples what a run has counted and what this process uses, four times a second. Keeps at most
 * {@value #MOST_SAMPLES} samples: once they are that many, it drops every second one and samples
 * half as often. Thread-safe.
 */
public final class RunSamples implements AutoCloseable {

  private static final int MOST_SAMPLES = 600;
  private static final long FIRST_PERIOD_MILLIS = 250;

  private final long startNanos = System.nanoTime();
  private final Supplier<Map<Counted, Long>> counts;
  private final ScheduledExecutorService timer;
  private final OperatingSystemMXBean process =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final List<GarbageCollectorMXBean> collectors =
      ManagementFactory.getGarbageCollectorMXBeans();
  private final Usage before = usage();
  private final List<Sample> samples = new ArrayList<>();
  private long periodMillis = FIRST_PERIOD_MILLIS;

  /**
   * One sample.
   *
   * @param seconds since the run started
   * @param rowsRead good rows so far
   * @param rowsWritten rows in all sinks so far
   * @param badRecords bad records so far
   * @param bytesRead of the input files, so far
   * @param heapBytes used now, garbage included
   * @param cpuSeconds processor time of this process so far
   * @param gcSeconds time in garbage collections so far
   */
  public record Sample(
      double seconds,
      long rowsRead,
      long rowsWritten,
      long badRecords,
      long bytesRead,
      long heapBytes,
      double cpuSeconds,
      double gcSeconds) {}

  private record Usage(double cpuSeconds, double gcSeconds) {}

  private RunSamples(Supplier<Map<Counted, Long>> counts) {
    this.counts = counts;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "report");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts to sample.
   *
   * @param counts what the run has counted so far; empty if that is unknown
   */
  public static RunSamples start(Supplier<Map<Counted, Long>> counts) {
    RunSamples samples = new RunSamples(counts);
    samples.sample();
    samples.schedule();
    return samples;
  }

  /** Takes the last sample and ends. */
  @Override
  public void close() {
    if (!timer.isShutdown()) { // a report closes it before it reads the samples
      timer.shutdownNow();
      sample();
    }
  }

  /** Returns the samples, in the order of time. */
  public synchronized List<Sample> samples() {
    return List.copyOf(samples);
  }

  private synchronized void schedule() {
    if (!timer.isShutdown()) {
      var unused = timer.schedule(this::next, periodMillis, TimeUnit.MILLISECONDS);
    }
  }

  private void next() {
    try {
      sample();
    } finally {
      schedule();
    }
  }

  private void sample() {
    Map<Counted, Long> now;
    try {
      now = counts.get(); // may ask a cluster: not under the lock
    } catch (RuntimeException e) { // a report with a gap is better than a run that fails
      now = Map.of();
    }
    add(now);
  }

  private synchronized void add(Map<Counted, Long> counted) {
    Usage used = usage();
    Map<Counted, Long> now = counted;
    if (counted.isEmpty() && !samples.isEmpty()) { // unknown just now: as before
      Sample last = samples.get(samples.size() - 1);
      now =
          Map.of(
              Counted.ROWS_READ, last.rowsRead,
              Counted.ROWS_WRITTEN, last.rowsWritten,
              Counted.BAD_RECORDS, last.badRecords,
              Counted.BYTES_READ, last.bytesRead);
    }
    Runtime runtime = Runtime.getRuntime();
    samples.add(
        new Sample(
            (System.nanoTime() - startNanos) / 1e9,
            now.getOrDefault(Counted.ROWS_READ, 0L),
            now.getOrDefault(Counted.ROWS_WRITTEN, 0L),
            now.getOrDefault(Counted.BAD_RECORDS, 0L),
            now.getOrDefault(Counted.BYTES_READ, 0L),
            runtime.totalMemory() - runtime.freeMemory(),
            used.cpuSeconds - before.cpuSeconds,
            used.gcSeconds - before.gcSeconds));
    if (samples.size() == MOST_SAMPLES) {
      List<Sample> every2nd = new ArrayList<>();
      for (int i = 0; i < samples.size(); i += 2) {
        every2nd.add(samples.get(i));
      }
      samples.clear();
      samples.addAll(every2nd);
      periodMillis *= 2;
    }
  }

  private Usage usage() {
    long gcMillis = 0;
    for (GarbageCollectorMXBean collector : collectors) {
      gcMillis += Math.max(0, collector.getCollectionTime());
    }
    return new Usage(process.getProcessCpuTime() / 1e9, gcMillis / 1e3);
  }
}
