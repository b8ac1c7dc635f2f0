package dev.diagonal.internal.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What one run has counted so far, of the work that is done in this JVM: for a tree of tasks that
 * run at the same time, and for what is said of a run that failed. Beam's metrics come late, and of
 * a bundle that failed never; {@link Counted} does not tell runs apart. Attempts that a runner
 * repeats are counted again.
 *
 * <p>DoFns find the counts of their run by its name, in a registry of this JVM: they are serialized
 * on their way to workers, and in another JVM there are none. Thread-safe.
 */
public final class RunCounts {

  private static final ConcurrentMap<String, RunCounts> RUNS = new ConcurrentHashMap<>();

  private final String run;
  private final LongAdder rowsRead = new LongAdder();
  private final LongAdder badRecords = new LongAdder();
  private final List<LongAdder> rowsWritten = new ArrayList<>();

  private RunCounts(String run, int sinks) {
    this.run = run;
    for (int i = 0; i < sinks; i++) {
      rowsWritten.add(new LongAdder());
    }
  }

  /** Begins to count a run; call {@link #end} when it is over. */
  public static RunCounts start(String run, int sinks) {
    RunCounts counts = new RunCounts(run, sinks);
    RUNS.put(run, counts);
    return counts;
  }

  /** Returns the counts of a run that has started here and not ended, or null. */
  public static @Nullable RunCounts of(String run) {
    return RUNS.get(run);
  }

  /** Forgets the run; what was counted can still be read here. */
  public void end() {
    boolean unused = RUNS.remove(run, this);
  }

  public void addRead(long rows) {
    rowsRead.add(rows);
  }

  public void addBad(long records) {
    badRecords.add(records);
  }

  public void addWritten(int sink, long rows) {
    rowsWritten.get(sink).add(rows);
  }

  public long rowsRead() {
    return rowsRead.sum();
  }

  public long badRecords() {
    return badRecords.sum();
  }

  public long rowsWritten(int sink) {
    return rowsWritten.get(sink).sum();
  }
}
