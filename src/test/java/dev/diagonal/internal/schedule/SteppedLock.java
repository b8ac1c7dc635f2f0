package dev.diagonal.internal.schedule;

import java.util.ArrayDeque;
import java.util.Date;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * The lock of code that runs on one thread, one step after the other. Nothing waits on its
 * conditions: whoever would wait leaves a piece of work, and a signal hands that to the executor. A
 * signal while nobody waits is lost, as with a real condition.
 */
final class SteppedLock implements Lock {

  private final Executor wakes;

  SteppedLock(Executor wakes) {
    this.wakes = wakes;
  }

  /** Runs work once the condition is signalled. */
  static void whenSignalled(Condition condition, Runnable work) {
    ((SteppedCondition) condition).waiting.add(work);
  }

  /** Takes back work that has not run. */
  static void forget(Condition condition, Runnable work) {
    ((SteppedCondition) condition).waiting.remove(work);
  }

  @Override
  public void lock() {}

  @Override
  public void lockInterruptibly() {}

  @Override
  public boolean tryLock() {
    return true;
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) {
    return true;
  }

  @Override
  public void unlock() {}

  @Override
  public Condition newCondition() {
    return new SteppedCondition();
  }

  private final class SteppedCondition implements Condition {

    private final Deque<Runnable> waiting = new ArrayDeque<>(1);

    @Override
    public void signal() {
      Runnable first = waiting.poll();
      if (first != null) {
        wakes.execute(first);
      }
    }

    @Override
    public void signalAll() {
      while (!waiting.isEmpty()) {
        signal();
      }
    }

    @Override
    public void await() {
      throw blocked();
    }

    @Override
    public void awaitUninterruptibly() {
      throw blocked();
    }

    @Override
    public long awaitNanos(long nanos) {
      throw blocked();
    }

    @Override
    public boolean await(long time, TimeUnit unit) {
      throw blocked();
    }

    @Override
    public boolean awaitUntil(Date deadline) {
      throw blocked();
    }

    private IllegalStateException blocked() {
      return new IllegalStateException("a step would block");
    }
  }
}
