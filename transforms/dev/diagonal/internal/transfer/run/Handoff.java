package dev.diagonal.internal.transfer.run;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Passes objects from one thread to another, in order, through a small buffer: the faster side
 * waits. After {@link #breakOff}, both sides fail immediately.
 */
final class Handoff<T> {

  private final int capacity;
  private final ArrayDeque<T> held = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean ended;
  private boolean broken;
  private long putWaitNanos;
  private long takeWaitNanos;

  Handoff(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Adds an object, and waits while the buffer is full.
   *
   * @throws InterruptedException if the thread is interrupted, or the other side has stopped
   */
  void put(T thing) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (held.size() == capacity && !broken) {
        long startNanos = System.nanoTime();
        while (held.size() == capacity && !broken) {
          changed.await();
        }
        putWaitNanos += System.nanoTime() - startNanos;
      }
      requireWhole();
      held.add(thing);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Marks the end of the objects. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Drops buffered objects and ends every wait, now and later. */
  void breakOff() {
    lock.lock();
    try {
      broken = true;
      held.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the next object, or null at the end.
   *
   * @throws InterruptedException if the thread is interrupted, or the other side has stopped
   */
  @Nullable T take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (held.isEmpty() && !ended && !broken) {
        long startNanos = System.nanoTime();
        while (held.isEmpty() && !ended && !broken) {
          changed.await();
        }
        takeWaitNanos += System.nanoTime() - startNanos;
      }
      requireWhole();
      T next = held.poll();
      changed.signalAll();
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how long {@link #put} has waited. */
  long putWaitNanos() {
    lock.lock();
    try {
      return putWaitNanos;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how long {@link #take} has waited. */
  long takeWaitNanos() {
    lock.lock();
    try {
      return takeWaitNanos;
    } finally {
      lock.unlock();
    }
  }

  private void requireWhole() throws InterruptedException {
    if (broken) {
      throw new InterruptedException("another stage has stopped");
    }
  }
}
