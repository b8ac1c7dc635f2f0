package dev.diagonal.internal.schedule;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.metrics.GridPlace;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches in parallel, but never two that share a slot of the {@link Schedule} at the same
 * time. Transactions in flight therefore never wait for each other's rows.
 *
 * <p>There are no waves and no barriers. When a batch ends, the next batch whose slots are all free
 * starts, busiest slots first ({@link PendingCells}), so a slow batch delays only its own slots. At
 * most {@code maxWorkers} batches are in flight, each on its own thread and writer. At most {@code
 * window} batches, with at most 64 MiB of rows, are pending or in flight; {@link BatchGroup#submit}
 * waits for a free place. Workers release places by themselves, so groups never block each other
 * permanently. Batches of a cell are committed in the order of their submission, unless the
 * schedule is not {@linkplain Schedule#isExclusive exclusive}.
 *
 * <p>This separates the batches of one scheduler; slot locks in the target separate processes.
 *
 * <p>Thread-safe. Its own threads are daemons, started on demand with the context class loader of
 * the submitting thread. They close their writers and end after ten idle seconds.
 */
public final class ConflictScheduler<T> implements AutoCloseable {

  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Schedule schedule;
  private final BatchWriter.Factory<T> factory;
  private final Duration patience;
  private final SchedulerSettings settings;

  private final SchedulerPlatform platform;
  private final Lock lock;
  private final PendingCells<BatchRun<T>> pending;
  private final FairPermits window;
  private final SchedulerTally tally;
  private final Workers<T> threads;
  private boolean closed;

  public ConflictScheduler(
      Schedule schedule, BatchWriter.Factory<T> factory, SchedulerSettings settings) {
    this(schedule, factory, settings, IDLE, PATIENCE, SchedulerPlatform.jvm());
  }

  /**
   * @param idleTime how long an idle thread keeps its writer
   * @param patience how long to wait for batches in flight when a group is cancelled or the
   *     scheduler closed
   * @param platform its threads and its clock
   */
  ConflictScheduler(
      Schedule schedule,
      BatchWriter.Factory<T> factory,
      SchedulerSettings settings,
      Duration idleTime,
      Duration patience,
      SchedulerPlatform platform) {
    this.platform = platform;
    this.lock = platform.lock();
    this.schedule = schedule;
    this.factory = factory;
    this.patience = patience;
    this.settings = settings;
    this.pending = new PendingCells<>(schedule, 2L * settings.window());
    this.window = new FairPermits(lock, settings.window());
    this.tally = new SchedulerTally(schedule);
    this.threads =
        new Workers<>(
            platform,
            settings.maxWorkers(),
            idleTime,
            called -> new BatchThread<>(this, factory, settings, called));
  }

  /** Returns an empty group. */
  public BatchGroup<T> newGroup() {
    return new BatchGroup<>(this, lock);
  }

  /** Returns what has been written so far, and how many batches were in flight. */
  SchedulerStats stats() {
    lock.lock();
    try {
      return tally.stats(platform.nowNanos());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Fails the groups with pending batches, refuses further ones, and waits 30 seconds for the
   * batches in flight. Then it interrupts their threads and waits again. An interrupt of the
   * calling thread does not end the wait. May be called again.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      refuse();
      if (!threads.awaitEnd(patience)) {
        threads.interrupt();
        threads.awaitEnd(patience);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Fails pending batches and refuses further ones, without waiting for the others. Called under
   * the lock.
   */
  void refuse() {
    if (!closed) {
      closed = true;
      failPending();
      window.recheck();
      threads.dismissIdle();
    }
  }

  /** Returns whether all threads have ended, so that no batch can be in flight. */
  boolean isAtRest() {
    lock.lock();
    try {
      return threads.areEnded();
    } finally {
      lock.unlock();
    }
  }

  void submit(BatchGroup<T> group, Batch<T> batch, long bytes)
      throws BatchFailedException, InterruptedException {
    checkArgument(
        batch.cell() < schedule.cells(),
        "cell must be < %s, got %s",
        schedule.cells(),
        batch.cell());
    lock.lockInterruptibly();
    try {
      int places = settings.placesOf(bytes);
      if (!window.enter(places, () -> refuses(group))) {
        group.throwIfStopped();
        throw new IllegalStateException("the writer to " + target() + " has been closed");
      }
      entered(group, batch, places);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the window, in which {@link BatchGroup#submit} waits for places. */
  FairPermits window() {
    return window;
  }

  boolean refuses(BatchGroup<T> group) {
    return closed || group.isStopped();
  }

  /** Queues a batch that has its places. Called under the lock. */
  void entered(BatchGroup<T> group, Batch<T> batch, int places) {
    group.submitted();
    pending.add(batch.cell(), new BatchRun<>(group, batch, places, platform.nowNanos()));
    dispatch();
  }

  /** Drops the pending batches of a group. Called under the lock. */
  void stop(BatchGroup<T> group) {
    group.stopped();
    List<BatchRun<T>> dropped = pending.remove(run -> run.group() == group);
    group.dropped(dropped.size());
    leaveWindow(dropped);
    window.recheck();
    dispatch(); // slots may have been reserved for a dropped batch
  }

  String target() {
    return factory.target();
  }

  /** Returns where a batch is on the grid, for a report. */
  GridPlace placeOf(BatchRun<T> run) {
    return run.placeOn(schedule, settings.maxWorkers());
  }

  SchedulerPlatform platform() {
    return platform;
  }

  Duration patience() {
    return patience;
  }

  /** Records the end of a batch, and returns the thread's next one; null to end the thread. */
  @Nullable BatchRun<T> next(BatchThread<T> thread, BatchRun<T> run, boolean goesOn) {
    lock.lock();
    try {
      ended(thread, run, goesOn);
      return goesOn ? threads.await(thread) : null;
    } finally {
      lock.unlock();
    }
  }

  /** Records the end of a batch on a thread. Called under the lock. */
  void ended(BatchThread<T> thread, BatchRun<T> run, boolean goesOn) {
    if (goesOn) {
      threads.idle(thread);
    }
    ended(run);
    dispatch();
  }

  /**
   * Returns the next batch of a thread that has waited, or null to end it. Called under the lock.
   */
  @Nullable BatchRun<T> awaited(BatchThread<T> thread) {
    return threads.awaited(thread);
  }

  boolean isClosed() {
    return closed;
  }

  /** Records that a thread has closed its writer and ends. */
  void threadEnded(BatchThread<T> thread) {
    lock.lock();
    try {
      threads.ended(thread);
      dispatch(); // a batch may wait for this thread to be replaced
    } finally {
      lock.unlock();
    }
  }

  /** Starts all batches that can start. */
  private void dispatch() {
    while (threads.canTake()) {
      BatchRun<T> run = pending.start();
      if (run == null) {
        return;
      }
      long nowNanos = platform.nowNanos();
      run.started(nowNanos, tally.opened(nowNanos));
      try {
        threads.give(run);
      } catch (Throwable noThread) { // otherwise its group would wait forever
        run.failed(noThread);
        ended(run);
      }
    }
  }

  private void ended(BatchRun<T> run) {
    pending.end(run.cell());
    window.leave(run.places());
    tally.ended(run, platform.nowNanos());
    run.group().ended(run);
    if (run.failure() != null) {
      stop(run.group());
    }
  }

  private void leaveWindow(List<BatchRun<T>> dropped) {
    window.leave(dropped.stream().mapToInt(BatchRun::places).sum());
  }

  private void failPending() {
    List<BatchRun<T>> dropped = pending.remove(run -> true);
    leaveWindow(dropped);
    for (BatchRun<T> run : dropped) {
      BatchGroup<T> group = run.group();
      if (group.isStopped()) {
        group.dropped(1); // one failure is enough
      } else {
        run.failed(new IllegalStateException("the writer was closed before the batch started"));
        group.ended(run);
        group.stopped();
      }
    }
  }
}
