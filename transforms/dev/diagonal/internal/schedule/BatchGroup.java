package dev.diagonal.internal.schedule;

import dev.diagonal.fault.Retry;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * The batches of one bundle: they are submitted, waited for, and fail together, whatever happens to
 * other groups of the same {@link ConflictScheduler}.
 *
 * <p>Once a batch has failed, those of the group that wait are dropped, those in flight end, and
 * {@link #submit} and {@link #await} throw that failure. Safe for use by several threads.
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
   * Hands over a batch, and waits while the window is full: this is what holds a fast source back.
   * Threads get in in the order in which they came, whichever group they work for.
   *
   * @throws BatchFailedException if a batch of the group has failed
   * @throws InterruptedException if the thread is interrupted while it waits; the batch has not
   *     been handed over then, and all others stay as they are
   * @throws CancellationException if the group has been cancelled
   * @throws IllegalStateException if the scheduler has been closed
   * @throws IllegalArgumentException if the schedule has no such cell
   */
  public void submit(Batch<T> batch) throws BatchFailedException, InterruptedException {
    submit(batch, 0);
  }

  /**
   * As {@link #submit(Batch)}, for a batch of so many bytes: batches that wait or are in flight
   * have 64 MiB together at most, but for one that has more alone.
   */
  public void submit(Batch<T> batch, long bytes) throws BatchFailedException, InterruptedException {
    scheduler.submit(this, batch, bytes);
  }

  /** Returns the results that have come since they were last asked for, without waiting. */
  public List<BatchResult<T>> drain() {
    lock.lock();
    try {
      return takeResults();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until all batches have ended, and returns the results that {@link #drain} has not. The
   * group can go on being used.
   *
   * @throws BatchFailedException the first failure, with the others suppressed; what was written
   *     all the same is left to {@link #drain}
   * @throws InterruptedException if the thread is interrupted while it waits; the batches go on,
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
   * Drops the batches that wait, and waits for those in flight, at most 30 seconds and also if the
   * thread is interrupted; none is started or tried again after this call has begun. What is still
   * in flight after that keeps its slots until it ends. Does nothing to a group that has ended,
   * apart from refusing more batches; may be called again.
   *
   * @return whether nothing is in flight any more
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

  /** Drops the batches that wait, without waiting for the others. Called under the lock. */
  void stop() {
    cancelled = true;
    scheduler.stop(this);
  }

  /** Returns an account of the failures of one transaction. */
  Retry.Failures failures(Retry retry) {
    return retry.failures(scheduler.platform().jitter());
  }

  /** Returns how many batches wait or are in flight. Called under the lock. */
  int unfinished() {
    return unfinished;
  }

  /** Returns what is signalled when no batch is unfinished. */
  Condition ended() {
    return ended;
  }

  /** Whether the group has failed or been cancelled. Needs no lock. */
  boolean isStopped() {
    return stopped;
  }

  // What follows is called by the scheduler, under its lock.

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
