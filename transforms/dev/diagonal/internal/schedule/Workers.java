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
 * The threads of a scheduler, up to a maximum. A thread is started when there is a batch and no
 * idle thread, and ends after an idle time. All methods are called under the lock.
 */
final class Workers<T> {

  private final SchedulerPlatform platform;
  private final int max;
  private final Duration idleTime;
  private final Function<Condition, BatchThread<T>> make;
  private final Condition threadEnded;

  /** The threads that have not ended, and the action that interrupts each. */
  private final Map<BatchThread<T>, Runnable> threads = new HashMap<>();

  private final Deque<BatchThread<T>> idle = new ArrayDeque<>();

  /**
   * @param make creates what a thread runs, from the condition that it waits on
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

  /** Returns whether a thread is idle or can be started. */
  boolean canTake() {
    return !idle.isEmpty() || threads.size() < max;
  }

  /**
   * Gives a batch to an idle thread or a new one.
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
    threads.put(
        work,
        platform.start(work)); // the thread needs the lock to end, so it cannot end before this
  }

  /** Marks the calling thread idle. */
  void idle(BatchThread<T> thread) {
    idle.push(thread); // the most recently used thread goes first, so that the others can end
  }

  /** Waits for the batch of an idle thread; null if the thread is to end. */
  @Nullable BatchRun<T> await(BatchThread<T> thread) {
    thread.awaitBatch(idleTime.toNanos());
    return awaited(thread);
  }

  /** Returns the batch of a thread that has waited; null if the thread is to end. */
  @Nullable BatchRun<T> awaited(BatchThread<T> thread) {
    idle.remove(thread);
    return thread.takeGiven();
  }

  /** Records that a thread has ended. */
  void ended(BatchThread<T> thread) {
    threads.remove(thread);
    threadEnded.signalAll();
  }

  /** Wakes the idle threads, so that they notice that the scheduler is closed. */
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
