package dev.diagonal.internal.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records, while a command makes a report of its run, which batches the writers of this JVM wrote
 * and when. Nothing is recorded while nobody makes a report; a batch then costs one look at an
 * empty list.
 *
 * <p>Its memory is bounded. It keeps at most {@value #MOST_BATCHES} batches: once they are that
 * many, it drops every second one, and from then on keeps only every second, fourth, eighth. {@link
 * BatchTotals} are exact for all batches. Recorders are per JVM, as workers are: the registry is
 * static because DoFns are serialized on their way to workers. Thread-safe.
 */
public final class RunRecorder implements AutoCloseable {

  private static final int MOST_BATCHES = 20_000;

  private static final List<RunRecorder> ACTIVE = new CopyOnWriteArrayList<>();

  private final long startNanos = System.nanoTime();
  private final Map<String, BatchTotals> totals = new TreeMap<>();
  private final Map<String, StageTime> stages = new LinkedHashMap<>();
  private final Map<String, ServerFigures> servers = new LinkedHashMap<>();
  private List<RecordedBatch> batches = new ArrayList<>();
  private long seen;
  private long step = 1;

  private RunRecorder() {}

  /** Starts a recorder, which records until it is closed. */
  public static RunRecorder start() {
    RunRecorder recorder = new RunRecorder();
    ACTIVE.add(recorder);
    return recorder;
  }

  /** Ends the recording; what was recorded can still be read. */
  @Override
  public void close() {
    boolean unused = ACTIVE.remove(this);
  }

  /**
   * Notes that the calling thread begins a batch.
   *
   * @param target where it is written, as it is shown to users; asked only if it is recorded
   * @param place where its rows are on a grid; null if they are on none
   * @param waitNanos how long it waited before
   */
  public static Open open(
      Supplier<String> target, @Nullable Supplier<GridPlace> place, long waitNanos) {
    return open(target, place, waitNanos, Thread.currentThread().getName());
  }

  /**
   * Notes that a worker begins a batch.
   *
   * @param worker distinguishes the workers of a target
   */
  public static Open open(
      Supplier<String> target, @Nullable Supplier<GridPlace> place, long waitNanos, String worker) {
    if (ACTIVE.isEmpty()) {
      return Open.UNRECORDED;
    }
    List<RunRecorder> recorders = List.copyOf(ACTIVE);
    String name = target.get();
    GridPlace at = place == null ? null : place.get();
    long nowNanos = System.nanoTime();
    recorders.forEach(recorder -> recorder.opened(name, nowNanos));
    return new Open(recorders, name, at, waitNanos, worker, nowNanos);
  }

  /** Returns whether somebody makes a report. */
  public static boolean isRecording() {
    return !ACTIVE.isEmpty();
  }

  /** Adds the ids at the ends of rows of a target. */
  public static void ends(String target, HotIds sources, HotIds targets) {
    ACTIVE.forEach(recorder -> recorder.addEnds(target, sources, targets));
  }

  private synchronized void addEnds(String target, HotIds sources, HotIds targets) {
    totals.computeIfAbsent(target, BatchTotals::new).addEnds(sources, targets);
  }

  /** Adds what the threads of a stage did with their time. */
  public static void stage(String stage, StageTime time) {
    ACTIVE.forEach(recorder -> recorder.add(stage, time));
  }

  /**
   * Notes that the run uses a server, which has just responded. Its figures are read now, the first
   * time that it is noted, and again after the run.
   */
  public static void server(String server, ServerFigures.Probe probe) {
    ACTIVE.forEach(recorder -> recorder.note(server, probe));
  }

  private synchronized void add(String stage, StageTime time) {
    stages.merge(stage, time, StageTime::plus);
  }

  private void note(String server, ServerFigures.Probe probe) {
    ServerFigures figures = new ServerFigures(probe);
    synchronized (this) {
      if (servers.putIfAbsent(server, figures) != null) {
        return;
      }
    }
    figures.readBefore(); // the probe may connect: not under the lock
  }

  /** Returns the time of stages, in the order in which the first of each ended. */
  public synchronized Map<String, StageTime> stages() {
    return new LinkedHashMap<>(stages);
  }

  /** Returns what servers counted since they were noted. Asks each of them. */
  public Map<String, ServerFigures> serversNow() {
    Map<String, ServerFigures> noted;
    synchronized (this) {
      noted = new LinkedHashMap<>(servers);
    }
    noted.values().forEach(ServerFigures::readAfter);
    return noted;
  }

  /** Returns the batches that it kept, in the order in which they ended. */
  public synchronized List<RecordedBatch> batches() {
    return List.copyOf(batches);
  }

  /** Returns n if it keeps every n-th batch; 1 if it keeps all. */
  public synchronized long step() {
    return step;
  }

  /** Returns exact totals by target. */
  public synchronized Map<String, BatchTotals> totals() {
    return Map.copyOf(totals);
  }

  private synchronized void opened(String target, long nowNanos) {
    totals.computeIfAbsent(target, BatchTotals::new).opened(nowNanos);
  }

  private synchronized void closed(RecordedBatch batch, @Nullable GridPlace place, long nowNanos) {
    totals.computeIfAbsent(batch.target(), BatchTotals::new).closed(batch, place, nowNanos);
    if (seen++ % step == 0) {
      batches.add(batch);
    }
    if (batches.size() == MOST_BATCHES) {
      List<RecordedBatch> every2nd = new ArrayList<>();
      for (int i = 0; i < batches.size(); i += 2) {
        every2nd.add(batches.get(i));
      }
      batches = every2nd;
      step *= 2;
    }
  }

  /** A batch in progress. Close it once, on any thread. */
  public static final class Open {

    private static final Open UNRECORDED = new Open(List.of(), "", null, 0, "", 0);

    private final List<RunRecorder> recorders;
    private final String target;
    private final @Nullable GridPlace place;
    private final long waitNanos;
    private final String worker;
    private final long openedNanos;

    private Open(
        List<RunRecorder> recorders,
        String target,
        @Nullable GridPlace place,
        long waitNanos,
        String worker,
        long openedNanos) {
      this.recorders = recorders;
      this.target = target;
      this.place = place;
      this.waitNanos = waitNanos;
      this.worker = worker;
      this.openedNanos = openedNanos;
    }

    /**
     * Notes that the batch has ended.
     *
     * @param rows how many rows are committed
     * @param attempts how many transactions or requests it took
     * @param failed whether some of it was not written
     */
    public void close(long rows, int attempts, boolean failed) {
      close(rows, attempts, failed, null);
    }

    /** Notes that an attempt of a batch of a job table has ended. */
    public void close(long rows, boolean failed, LeaseUse lease) {
      close(rows, 1, failed, lease);
    }

    private void close(long rows, int attempts, boolean failed, @Nullable LeaseUse lease) {
      if (recorders.isEmpty()) {
        return;
      }
      long nowNanos = System.nanoTime();
      for (RunRecorder recorder : recorders) {
        RecordedBatch batch =
            new RecordedBatch(
                target,
                worker,
                place == null ? -1 : place.row(),
                place == null ? -1 : place.column(),
                openedNanos - recorder.startNanos,
                nowNanos - openedNanos,
                waitNanos,
                rows,
                attempts,
                failed,
                lease);
        recorder.closed(batch, place, nowNanos);
      }
    }
  }
}
