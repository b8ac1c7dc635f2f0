package dev.diagonal.internal.metrics;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Exact totals of the batches of one target. Not thread-safe: {@link RunRecorder} guards it, and a
 * report reads it after the run.
 */
public final class BatchTotals {

  private static final int DIGITS = 2;

  /** Rows per slot are counted for this many slots, and rows per cell for their pairs. */
  private static final int MOST_CELLS = 16_384;

  private final String target;
  private final Histogram micros = new Histogram(DIGITS);
  private final Histogram waitMicros = new Histogram(DIGITS);
  private final Histogram rowsPerBatch = new Histogram(DIGITS);
  private final Map<Cell, Long> rowsOfCell = new TreeMap<>();
  private final Map<Integer, Long> rowsOfSlot = new TreeMap<>();
  private final Set<String> workers = new HashSet<>();
  private final HotIds sources = new HotIds();
  private final HotIds targets = new HotIds();
  private @Nullable GridPlace grid;
  private long rows;
  private long retries;
  private long failures;
  private long leases;
  private long renewals;
  private long lostLeases;
  private int open;
  private int mostOpen;
  private long changedNanos;
  private long busyNanos;
  private double openNanos;

  /** A cell of a grid. */
  public record Cell(int row, int column) implements Comparable<Cell> {
    @Override
    public int compareTo(Cell other) {
      return row == other.row
          ? Integer.compare(column, other.column)
          : Integer.compare(row, other.row);
    }
  }

  BatchTotals(String target) {
    this.target = target;
  }

  void opened(long nowNanos) {
    passTo(nowNanos);
    open++;
    mostOpen = Math.max(mostOpen, open);
  }

  void closed(RecordedBatch batch, @Nullable GridPlace place, long nowNanos) {
    passTo(nowNanos);
    open--;
    micros.recordValue(batch.nanos() / 1_000);
    waitMicros.recordValue(Math.max(0, batch.waitNanos() / 1_000));
    rowsPerBatch.recordValue(batch.rows());
    workers.add(batch.worker());
    rows += batch.rows();
    retries += Math.max(0, batch.attempts() - 1);
    failures += batch.failed() ? 1 : 0;
    LeaseUse lease = batch.lease();
    if (lease != null) {
      leases++;
      retries += lease.attempt() > 1 ? 1 : 0;
      renewals += lease.renewals();
      lostLeases += lease.lost() ? 1 : 0;
    }
    if (place == null) {
      return;
    }
    grid = place;
    Cell cell = new Cell(place.row(), place.column());
    if (rowsOfCell.size() < MOST_CELLS || rowsOfCell.containsKey(cell)) {
      rowsOfCell.merge(cell, batch.rows(), Long::sum);
    }
    rowsOfSlot.merge(place.rowSlot(), batch.rows(), Long::sum);
    if (place.columnSlot() != place.rowSlot()) {
      rowsOfSlot.merge(place.columnSlot(), batch.rows(), Long::sum);
    }
  }

  void addEnds(HotIds moreSources, HotIds moreTargets) {
    sources.addAll(moreSources);
    targets.addAll(moreTargets);
  }

  /** Returns the rows of the ids at the source ends. */
  public HotIds sources() {
    return sources;
  }

  /** Returns the rows of the ids at the target ends. */
  public HotIds targets() {
    return targets;
  }

  /** Returns the rows of ids at either end. */
  public HotIds ends() {
    HotIds both = new HotIds();
    both.addAll(sources);
    both.addAll(targets);
    return both;
  }

  private void passTo(long nowNanos) {
    if (open > 0) {
      long passed = nowNanos - changedNanos;
      busyNanos += passed;
      openNanos += (double) passed * open;
    }
    changedNanos = nowNanos;
  }

  public String target() {
    return target;
  }

  public long batches() {
    return micros.getTotalCount();
  }

  public long rows() {
    return rows;
  }

  /** Returns how many attempts repeated one that had failed, halves of batches included. */
  public long retries() {
    return retries;
  }

  public long failures() {
    return failures;
  }

  /** Returns how many leases workers held, one per attempt; 0 if there is no job table. */
  public long leases() {
    return leases;
  }

  /** Returns how often workers renewed leases. */
  public long renewals() {
    return renewals;
  }

  /** Returns how many leases ended before their batches were complete. */
  public long lostLeases() {
    return lostLeases;
  }

  /** Returns how many workers wrote. */
  public int workers() {
    return workers.size();
  }

  /** Returns the most batches that were in progress at the same time. */
  public int mostOpen() {
    return mostOpen;
  }

  /** Returns how many batches were in progress on average, while any was. */
  public double averageOpen() {
    return busyNanos == 0 ? 0 : openNanos / busyNanos;
  }

  /** Returns for how long at least one batch was in progress. */
  public double busySeconds() {
    return busyNanos / 1e9;
  }

  /** Returns for how long batches were in progress, all of them together. */
  public double openSeconds() {
    return openNanos / 1e9;
  }

  /** Returns a cell of the grid, with what is the same for all cells; null if there is no grid. */
  public @Nullable GridPlace grid() {
    return grid;
  }

  /** Returns rows by cell; cells without rows are not in it. */
  public Map<Cell, Long> rowsOfCell() {
    return Map.copyOf(rowsOfCell);
  }

  /** Returns which part of the rows is in the slot that has most of them; 0 without a grid. */
  public double hottestSlotShare() {
    long hottest = rowsOfSlot.values().stream().mapToLong(Long::longValue).max().orElse(0);
    return rows == 0 ? 0 : (double) hottest / rows;
  }

  /** Returns how long batches took, in microseconds. */
  public Histogram micros() {
    return micros;
  }

  /** Returns how long batches waited for a worker and for their slots, in microseconds. */
  public Histogram waitMicros() {
    return waitMicros;
  }

  /** Returns how many rows batches had. */
  public Histogram rowsPerBatch() {
    return rowsPerBatch;
  }
}
