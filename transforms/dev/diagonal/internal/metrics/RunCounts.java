package dev.diagonal.internal.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The counts of one run in this JVM, for the progress of concurrent tasks and for the report of a
 * failed run. Beam's metrics come late, and never for a failed bundle; {@link Counted} does not
 * distinguish runs. Repeated attempts are counted again.
 *
 * <p>DoFns find the counts of their run by its name in a registry of this JVM, because they are
 * serialized; in another JVM there are none. Thread-safe.
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

  /** Returns the counts of a run that has started in this JVM and not ended, or null. */
  public static @Nullable RunCounts of(String run) {
    return RUNS.get(run);
  }

  /** Unregisters the run; its counts can still be read from this object. */
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
