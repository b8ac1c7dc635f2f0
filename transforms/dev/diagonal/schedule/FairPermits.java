package dev.diagonal.schedule;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;

/**
 * A number of places, taken in the order in which they were asked for: whoever asks while others
 * wait stands behind them, so that nobody is passed over however fast another one asks. All methods
 * are called under the lock.
 */
final class FairPermits {

  private final Lock lock;
  private final int places;
  private final Deque<Condition> waiting = new ArrayDeque<>();
  private int taken;

  FairPermits(Lock lock, int places) {
    this.lock = lock;
    this.places = places;
  }

  /**
   * Waits for places and takes them; returns false, without a place, once {@code givesUp} is true.
   *
   * @param wanted how many, at most as many as there are
   * @throws InterruptedException if the thread is interrupted while it waits; it has no place then
   */
  boolean enter(int wanted, BooleanSupplier givesUp) throws InterruptedException {
    Condition turn = lock.newCondition();
    waiting.add(turn);
    try {
      while (!givesUp.getAsBoolean()) {
        if (taken + wanted <= places && waiting.peek() == turn) {
          taken += wanted;
          return true;
        }
        turn.await();
      }
      return false;
    } finally {
      waiting.remove(turn);
      wakeFirst();
    }
  }

  /** Gives back places. */
  void leave(int given) {
    taken -= given;
    wakeFirst();
  }

  /** Lets all that wait look again at whether they give up. */
  void recheck() {
    waiting.forEach(Condition::signal);
  }

  private void wakeFirst() {
    Condition first = waiting.peek();
    if (first != null && taken < places) {
      first.signal();
    }
  }
}
