package dev.diagonal.internal.schedule;

import dev.diagonal.fault.Retry;
import dev.diagonal.schedule.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * The batches of one bundle. They are submitted, awaited and failed together, independently of
 * other groups of the same {@link ConflictScheduler}.
 *
 * <p>Once a batch has failed, the pending batches of the group are dropped, those in flight end,
 * and {@link #submit} and {@link #await} throw that failure. Thread-safe.
 */
public final class BatchGroup<T> {

  private final ConflictScheduler<T> scheduler;
  private final Lock lock;
  private final Condition ended;
  private final List<BatchRun<T>> failed = new ArrayList<>();
  private List<BatchResult<T>> results = new ArrayList<>();
  private int unfinished;
  private boolean cancelled;
  private volatile boolean stopped;

  BatchGroup(ConflictScheduler<T> scheduler, Lock lock) {
    this.scheduler = scheduler;
    this.lock = lock;
    this.ended = lock.newCondition();
  }

  /**
   * Submits a batch, and waits while the window is full, which applies back pressure to the source.
   * Threads of all groups proceed in FIFO order.
   *
   * @throws BatchFailedException if a batch of the group has failed
   * @throws InterruptedException if the thread is interrupted while it waits; the batch is then not
   *     submitted, and all others are unaffected
   * @throws CancellationException if the group has been cancelled
   * @throws IllegalStateException if the scheduler has been closed
   * @throws IllegalArgumentException if the schedule has no such cell
   */
  public void submit(Batch<T> batch) throws BatchFailedException, InterruptedException {
    submit(batch, 0);
  }

  /**
   * Submits a batch of the given size, as {@link #submit(Batch)} does. Pending batches and those in
   * flight have at most 64 MiB together, unless a single one is larger.
   */
  public void submit(Batch<T> batch, long bytes) throws BatchFailedException, InterruptedException {
    scheduler.submit(this, batch, bytes);
  }

  /** Returns the results since the last call, without waiting. */
  public List<BatchResult<T>> drain() {
    lock.lock();
    try {
      return takeResults();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until all batches have ended, and returns the results that {@link #drain} has not
   * returned. The group can then be reused.
   *
   * @throws BatchFailedException the first failure, with the others suppressed; {@link #drain}
   *     returns the results of batches that were written
   * @throws InterruptedException if the thread is interrupted while it waits; the batches continue,
   *     unless the group is cancelled
   * @throws CancellationException if the group has been cancelled
   */
  public List<BatchResult<T>> await() throws BatchFailedException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (unfinished > 0) {
        ended.await();
      }
      throwIfStopped();
      return takeResults();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Drops pending batches, and waits up to 30 seconds for those in flight, even if the thread is
   * interrupted. No batch is started or retried after this call has begun. A batch that is still in
   * flight after that keeps its slots until it ends. May be called again; has no effect on a group
   * that has ended, except that it refuses further batches.
   *
   * @return whether no batch is in flight any more
   */
  public boolean cancel() {
    lock.lock();
    try {
      stop();
      return BoundedWait.until(() -> unfinished == 0, ended, scheduler.patience());
    } finally {
      lock.unlock();
    }
  }

  /** Drops pending batches, without waiting for the others. Called under the lock. */
  void stop() {
    cancelled = true;
    scheduler.stop(this);
  }

  /** Returns a new record of the failures of one transaction. */
  Retry.Failures failures(Retry retry) {
    return retry.failures(scheduler.platform().jitter());
  }

  /** Returns how many batches are pending or in flight. Called under the lock. */
  int unfinished() {
    return unfinished;
  }

  /** Returns the condition that is signalled when all batches have ended. */
  Condition ended() {
    return ended;
  }

  /** Returns whether the group has failed or been cancelled. Needs no lock. */
  boolean isStopped() {
    return stopped;
  }

  // The scheduler calls the following methods under its lock.

  void throwIfStopped() throws BatchFailedException {
    if (!failed.isEmpty()) {
      throw BatchRun.failureOf(failed, scheduler.target());
    }
    if (cancelled) {
      throw new CancellationException("the batches of this bundle were cancelled");
    }
  }

  void submitted() {
    unfinished++;
  }

  void ended(BatchRun<T> run) {
    dropped(1);
    if (run.failure() == null) {
      results.add(run.result(scheduler.platform().nowNanos()));
    } else {
      failed.add(run);
    }
  }

  void dropped(int batches) {
    unfinished -= batches;
    if (unfinished == 0) {
      ended.signalAll();
    }
  }

  void stopped() {
    stopped = true;
  }

  private List<BatchResult<T>> takeResults() {
    List<BatchResult<T>> taken = results;
    results = new ArrayList<>();
    return taken;
  }
}
