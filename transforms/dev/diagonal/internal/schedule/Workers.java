package dev.diagonal.internal.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a scheduler: at most a number of them, started when there is a batch and no idle
 * thread to take it, ended after some time without one. All methods are called under the lock.
 */
final class Workers<T> {

  private final SchedulerPlatform platform;
  private final int max;
  private final Duration idleTime;
  private final Function<Condition, BatchThread<T>> make;
  private final Condition threadEnded;

  /** The threads that have not ended, and what interrupts them. */
  private final Map<BatchThread<T>, Runnable> threads = new HashMap<>();

  private final Deque<BatchThread<T>> idle = new ArrayDeque<>();

  /**
   * @param make makes what a thread runs, by the condition it waits on
   */
  Workers(
      SchedulerPlatform platform,
      int max,
      Duration idleTime,
      Function<Condition, BatchThread<T>> make) {
    this.platform = platform;
    this.max = max;
    this.idleTime = idleTime;
    this.make = make;
    this.threadEnded = platform.lock().newCondition();
  }

  /** Whether a thread is idle or may be started. */
  boolean canTake() {
    return !idle.isEmpty() || threads.size() < max;
  }

  /**
   * Gives a batch to an idle thread or to a new one.
   *
   * @throws OutOfMemoryError if the system has no more threads
   */
  void give(BatchRun<T> run) {
    BatchThread<T> waiting = idle.poll();
    if (waiting != null) {
      waiting.give(run);
      return;
    }
    BatchThread<T> work = make.apply(platform.lock().newCondition());
    work.give(run);
    threads.put(work, platform.start(work)); // it ends under the lock, so not before this
  }

  /** Takes note that the calling thread can be given a batch. */
  void idle(BatchThread<T> thread) {
    idle.push(thread); // in front, so that those behind, who have had least to do, may end
  }

  /** Waits for the batch of an idle thread; null if it is to end. */
  @Nullable BatchRun<T> await(BatchThread<T> thread) {
    thread.awaitBatch(idleTime.toNanos());
    return awaited(thread);
  }

  /** Returns the batch of a thread that has waited; null if it is to end. */
  @Nullable BatchRun<T> awaited(BatchThread<T> thread) {
    idle.remove(thread);
    return thread.takeGiven();
  }

  /** Takes note that a thread ends. */
  void ended(BatchThread<T> thread) {
    threads.remove(thread);
    threadEnded.signalAll();
  }

  /** Wakes the idle threads, so that they see that the scheduler is closed. */
  void dismissIdle() {
    idle.forEach(BatchThread::dismiss);
  }

  void interrupt() {
    threads.values().forEach(Runnable::run);
  }

  boolean areEnded() {
    return threads.isEmpty();
  }

  /** Returns whether all threads have ended within the limit. */
  boolean awaitEnd(Duration limit) {
    return BoundedWait.until(threads::isEmpty, threadEnded, limit);
  }
}
