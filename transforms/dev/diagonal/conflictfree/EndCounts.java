package dev.diagonal.conflictfree;

import dev.diagonal.grid.Grid;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.metrics.HotIds;
import dev.diagonal.internal.metrics.RunRecorder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * Counts the ids at the ends of rows: hot ones in counters {@code rows_of_id_ID}, and more of them
 * for the report of the run, if somebody makes one. If equal ids on the two sides are different
 * things, the counters are {@code rows_of_source_ID} and {@code rows_of_target_ID}. Serves one
 * thread.
 *
 * <p>An id is hot while at least one row in {@value #HOT_ONE_IN} has it. A runner keeps all
 * counters in memory, and there are at most twice as many hot ids at a time. The counter of an id
 * that first comes late misses its first rows: in a large load, ids are looked for in a sample.
 */
final class EndCounts<T> {

  private static final int HOT_ONE_IN = 64;

  /** With fewer rows, an id is not hot. */
  private static final int FEWEST_HOT_ROWS = 16;

  /** How many ids are kept to find the hot ones. */
  private static final int MOST_IDS = 1_000;

  private static final int REPORTED_ROWS_AT_ONCE = 10_000;

  /**
   * The ids of so many rows are all counted; then only known ids, and the others of a sample:
   * counting all costs as much as writing.
   */
  private static final int ROWS_COUNTED_EXACTLY = 20_000;

  private static final int SAMPLED_BITS = 4;

  private static final int SAMPLED_ONE_IN = 1 << SAMPLED_BITS;

  private final String target;
  private final Grid<T> grid;

  /** An id at both ends of a row is one id there, with one row. */
  private final boolean isOneSide;

  private final Side atSources;
  private final Side atTargets;
  private long rows;

  private HotIds reportedSources = new HotIds();
  private HotIds reportedTargets = new HotIds();
  private int reportedRows;

  EndCounts(ConflictFreeSettings<T> write) {
    this.target = write.writers().target();
    this.grid = write.grid();
    this.isOneSide = grid.schedule().slots() == grid.schedule().tableSize();
    this.atSources = new Side(isOneSide ? "rows_of_id_" : "rows_of_source_");
    this.atTargets = isOneSide ? atSources : new Side("rows_of_target_");
  }

  void add(T row) {
    List<Object> ends = grid.endsOf(row);
    if (ends.isEmpty()) {
      return;
    }
    Object source = ends.get(0);
    Object targetId = ends.get(1);
    boolean isLoop = isOneSide && source.equals(targetId);
    rows++;
    int weight = weightInReport();
    atSources.add(source, weight > 0);
    if (!isLoop) {
      atTargets.add(targetId, weight > 0);
    }
    if (weight > 0 && RunRecorder.isRecording()) {
      reportedSources.add(source, weight);
      if (!isLoop) {
        reportedTargets.add(targetId, weight);
      }
      if (++reportedRows == REPORTED_ROWS_AT_ONCE) {
        report();
      }
    }
  }

  /** Returns how many rows the current one stands for in the report. */
  private int weightInReport() {
    if (rows <= ROWS_COUNTED_EXACTLY) {
      return 1;
    }
    // Multiples of the golden ratio are spread evenly. Every 16th row would be a biased sample of
    // an input whose ids repeat every 2, 4, 8 or 16 rows.
    long spread = rows * 0x9E3779B97F4A7C15L;
    return (spread >>> (Long.SIZE - SAMPLED_BITS)) == 0 ? SAMPLED_ONE_IN : 0;
  }

  /** Adds the counts to the counters, on a thread that runs a DoFn, and to the report. */
  void flush() {
    atSources.count(rows);
    if (atTargets != atSources) {
      atTargets.count(rows);
    }
    if (reportedRows > 0) {
      report();
    }
  }

  private void report() {
    RunRecorder.ends(target, reportedSources, reportedTargets);
    reportedSources = new HotIds();
    reportedTargets = new HotIds();
    reportedRows = 0;
  }

  /** The ids of one side, or of both. */
  private static final class Side {

    private final String counter;
    private final HotIds ids = new HotIds(MOST_IDS);

    /** What is in the counters. */
    private final Map<Object, Long> counted = new HashMap<>();

    Side(String counter) {
      this.counter = counter;
    }

    void add(Object id, boolean isSampled) {
      if (isSampled) {
        ids.add(id);
      } else {
        ids.addToKnown(id);
      }
    }

    void count(long allRows) {
      for (HotIds.HotId hot : ids.withRows(Math.max(FEWEST_HOT_ROWS, allRows / HOT_ONE_IN))) {
        long before = counted.getOrDefault(hot.id(), 0L);
        if (hot.rows() > before) {
          Metrics.counter(Counted.NAMESPACE, counter + hot.id()).inc(hot.rows() - before);
          counted.put(hot.id(), hot.rows());
        }
      }
    }
  }
}
