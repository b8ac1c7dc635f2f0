package dev.diagonal.transfer;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands things from one thread to another, in order, and never holds more than a few: whoever is
 * ahead waits. Once it is broken, both sides are told at once.
 */
final class Handoff<T> {

  private final int capacity;
  private final ArrayDeque<T> held = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean ended;
  private boolean broken;

  Handoff(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Hands over, and waits while there are as many as may be.
   *
   * @throws InterruptedException if the thread is interrupted, or the other side is gone
   */
  void put(T thing) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (held.size() == capacity && !broken) {
        changed.await();
      }
      requireWhole();
      held.add(thing);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Says that no more comes. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Drops what is held and makes every wait end, now and later. */
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
   * Returns the next, or null if it has ended.
   *
   * @throws InterruptedException if the thread is interrupted, or the other side is gone
   */
  @Nullable T take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (held.isEmpty() && !ended && !broken) {
        changed.await();
      }
      requireWhole();
      T next = held.poll();
      changed.signalAll();
      return next;
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
