package dev.diagonal.pipelines.options;

import static java.util.stream.Collectors.joining;

import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.usage.Mistakes;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.DistributionResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.joda.time.Duration;

/**
 * Derives the settings of a conflict-free write from its options and input, and explains them
 * before and after the run.
 */
public final class ParallelWrite {

  /** Bounds the rows that a reader holds, and the pending rows of a process. */
  private static final long MAX_BYTES = 64L << 20;

  private static final int BATCH_SIZE = 1_000;

  /** As many as COPY handles well: meanwhile only the rows themselves are locked. */
  private static final int FOLDED_BATCH_SIZE = 50_000;

  private static final int MOST_SLOTS = 64;

  private final ConflictFreeOptions options;
  private final ScheduleKind kind;
  private final boolean folded;
  private final int batchSize;
  private final int tableSize;

  /**
   * @param rows the approximate number of rows
   * @throws UsageException if an option is invalid
   */
  public ParallelWrite(ConflictFreeOptions options, ScheduleKind kind, long rows) {
    this(options, kind, rows, MOST_SLOTS);
  }

  /**
   * @param rows the approximate number of rows
   * @param mostSlots the largest table size that is worth choosing for the target
   * @throws UsageException if an option is invalid
   */
  public ParallelWrite(ConflictFreeOptions options, ScheduleKind kind, long rows, int mostSlots) {
    this.options = options;
    this.kind = kind;
    check(options);
    this.folded = options.getCounts() == ConflictFreeOptions.Counting.folded;
    int rowsAtOnce = folded ? FOLDED_BATCH_SIZE : BATCH_SIZE;
    this.batchSize = options.getBatchSize() == 0 ? rowsAtOnce : options.getBatchSize();
    int wanted = options.getTableSize();
    this.tableSize =
        wanted > 0
            ? wanted
            : Math.min(mostSlots, kind.tableSizeFor(transactions(options), rows, batchSize));
  }

  /**
   * Checks the numeric options.
   *
   * @throws UsageException with all numbers that are out of range
   */
  public static void check(ConflictFreeOptions options) {
    Mistakes mistakes = new Mistakes();
    if (options.getBatchSize() != 0) {
      mistakes.attempt(() -> check("batchSize", options.getBatchSize(), 1_000_000));
    }
    mistakes.attempt(() -> check("burstFactor", options.getBurstFactor(), 10_000));
    mistakes.attempt(() -> check("maxWorkers", options.getMaxWorkers(), 1_000));
    mistakes.attempt(() -> check("prefetch", options.getPrefetch(), 10_000));
    mistakes.attempt(
        () -> check("maxBufferingSeconds", options.getMaxBufferingSeconds(), 1_000_000));
    int wanted = options.getTableSize();
    if (wanted < 0 || wanted > MOST_SLOTS) {
      mistakes.add("--tableSize must be 1 to 64, or 0 to follow workers and input, got " + wanted);
    }
    mistakes.throwIfAny();
  }

  /**
   * Returns the maximum number of concurrent transactions of all processes, as far as it is known;
   * at most 64.
   */
  private static int transactions(ConflictFreeOptions options) {
    return (int) Math.min(MOST_SLOTS, (long) options.getMaxWorkers() * Runners.processes(options));
  }

  public int tableSize() {
    return tableSize;
  }

  /** Applies the options to a write. */
  public <T> WriteConflictFree<T> with(WriteConflictFree<T> write) {
    WriteConflictFree<T> here = Runners.isOnCluster(options) ? write : write.withOneProcess();
    return here.withBatchSize(batchSize)
        .withBurstFactor(options.getBurstFactor())
        .withMaxWorkers(options.getMaxWorkers())
        .withPrefetch(options.getPrefetch())
        .withMaxBufferingDuration(Duration.standardSeconds(options.getMaxBufferingSeconds()));
  }

  public String describe() {
    if (folded) {
      return String.format(
          Locale.ROOT,
          "splits:  no cells, as writers share no row of an end; batches of %,d rows, %d"
              + " connection(s) per process",
          batchSize,
          options.getMaxWorkers());
    }
    Schedule schedule = kind.of(tableSize);
    return String.format(
        Locale.ROOT,
        "grid:    %s, %d slots, %d cells in %d wave(s), batches of %,d rows, %d connection(s) per"
            + " process",
        kind.name().toLowerCase(Locale.ROOT),
        tableSize,
        schedule.cells(),
        schedule.waves(),
        batchSize,
        options.getMaxWorkers());
  }

  private static boolean isPlain(InputFile file) {
    return file.splittable() && !ParquetInput.FORMAT.matches(file);
  }

  /** Estimates the number of lines of files from the size of a line, plain and compressed. */
  public static long lines(InputFiles input, int lineBytes, int compressedLineBytes) {
    return input.files().stream()
        .mapToLong(file -> file.bytes() / (isPlain(file) ? lineBytes : compressedLineBytes))
        .sum();
  }

  /**
   * Returns the maximum size of the buffers of the readers and the scheduler of a process.
   *
   * @param rowBytes the size of a row as an object
   */
  public long heapBytes(long rowBytes) {
    long held = (folded ? 1L : (long) options.getBurstFactor() * tableSize) * batchSize * rowBytes;
    long window = (long) options.getMaxWorkers() * options.getPrefetch() * batchSize * rowBytes;
    return Runners.readers(options) * Math.min(MAX_BYTES, held) + Math.min(MAX_BYTES, window);
  }

  /** Returns how many transactions were open, and what limited them. */
  public List<String> remarks(PipelineResult result) {
    MetricQueryResults metrics =
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.inNamespace(Counted.NAMESPACE))
                    .build());
    DistributionResult open = distribution(metrics, "transactions_open");
    DistributionResult batchRows = distribution(metrics, "batch_rows");
    if (open.getCount() == 0) {
      return List.of("no transactions: there was nothing to write");
    }
    List<String> remarks = new ArrayList<>();
    remarks.add(
        String.format(
            Locale.ROOT,
            "%,d transactions of %,.0f rows on average, %.1f of %d open at a time, %,d retried",
            open.getCount(),
            batchRows.getMean(),
            open.getMean(),
            options.getMaxWorkers(),
            sum(metrics, "retries"::equals)));
    remarks.addAll(changes(metrics));
    if (tableSize > 1 && !folded) {
      boolean spreadsHubs = options.getCounts() == ConflictFreeOptions.Counting.mixed;
      remarks.addAll(
          new Skew(kind.of(tableSize), batchRows.getSum(), spreadsHubs, metrics).remarks());
    }
    return remarks;
  }

  /** Returns what statements have reported for committed batches, one line per step. */
  private static List<String> changes(MetricQueryResults metrics) {
    Map<String, Map<String, Long>> bySteps = new TreeMap<>();
    for (MetricResult<Long> counter : metrics.getCounters()) {
      String name = counter.getName().getName();
      if (name.startsWith(WriteConflictFree.CHANGED)) {
        String step = String.valueOf(counter.getKey().stepName()).replaceAll("/.*", "");
        bySteps
            .computeIfAbsent(step, key -> new TreeMap<>())
            .merge(name.substring(WriteConflictFree.CHANGED.length()), counted(counter), Long::sum);
      }
    }
    List<String> lines = new ArrayList<>();
    bySteps.values().forEach(counts -> Counts.moveFolds(counts, lines));
    bySteps.values().removeIf(Map::isEmpty);
    bySteps.forEach(
        (step, counts) ->
            lines.add(
                "%s: the statement reported %s"
                    .formatted(
                        step.toLowerCase(Locale.ROOT),
                        counts.entrySet().stream()
                            .map(
                                each ->
                                    String.format(
                                        Locale.ROOT, "%s %,d", each.getKey(), each.getValue()))
                            .collect(joining(", ")))));
    return lines;
  }

  private static long sum(MetricQueryResults metrics, Predicate<String> name) {
    long sum = 0;
    for (MetricResult<Long> counter : metrics.getCounters()) {
      if (name.test(counter.getName().getName())) {
        sum += counted(counter);
      }
    }
    return sum;
  }

  /**
   * Prefers attempted counters on runners without committed ones; attempted counters lag behind by
   * the last bundles.
   */
  static <V> V counted(MetricResult<V> metric) {
    V committed = metric.getCommittedOrNull();
    return committed == null ? metric.getAttempted() : committed;
  }

  private static DistributionResult distribution(MetricQueryResults metrics, String name) {
    DistributionResult all = DistributionResult.IDENTITY_ELEMENT;
    for (MetricResult<DistributionResult> each : metrics.getDistributions()) {
      if (each.getName().getName().equals(name)) {
        DistributionResult more = counted(each);
        all =
            DistributionResult.create(
                all.getSum() + more.getSum(),
                all.getCount() + more.getCount(),
                Math.min(all.getMin(), more.getMin()),
                Math.max(all.getMax(), more.getMax()));
      }
    }
    return all;
  }

  public static void check(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "--%s must be 1 to %s, got %s".formatted(name, most, value));
    }
  }
}
