package dev.diagonal.internal.schedule;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;

/**
 * A number of permits with FIFO fairness: later requests never overtake earlier ones. All methods
 * are called under the lock.
 */
final class FairPermits {

  private final Lock lock;
  private final int places;
  private final Deque<Turn> waiting = new ArrayDeque<>();
  private int taken;

  FairPermits(Lock lock, int places) {
    this.lock = lock;
    this.places = places;
  }

  /**
   * Waits for permits and takes them; returns false, without a permit, once {@code givesUp} is
   * true.
   *
   * @param wanted how many, at most as many as there are
   * @throws InterruptedException if the thread is interrupted while it waits; it then has no permit
   */
  boolean enter(int wanted, BooleanSupplier givesUp) throws InterruptedException {
    Turn turn = ask(wanted);
    try {
      while (!givesUp.getAsBoolean()) {
        if (takes(turn)) {
          return true;
        }
        turn.called.await();
      }
      return false;
    } finally {
      leaveQueue(turn);
    }
  }

  /** Joins the queue. The caller takes the permits or gives up, and then leaves the queue. */
  Turn ask(int wanted) {
    Turn turn = new Turn(wanted, lock.newCondition());
    waiting.add(turn);
    return turn;
  }

  /**
   * Takes the permits if the request is first in the queue and they are free; otherwise the caller
   * must wait.
   */
  boolean takes(Turn turn) {
    boolean takes = isNext(turn);
    if (takes) {
      taken += turn.wanted;
    }
    return takes;
  }

  /** Returns whether the request is first in the queue and its permits are free. */
  boolean isNext(Turn turn) {
    return taken + turn.wanted <= places && waiting.peek() == turn;
  }

  void leaveQueue(Turn turn) {
    waiting.remove(turn);
    wakeFirst();
  }

  /** Releases permits. */
  void leave(int given) {
    taken -= given;
    wakeFirst();
  }

  /** Makes all waiting threads check again whether they give up. */
  void recheck() {
    waiting.forEach(turn -> turn.called.signal());
  }

  private void wakeFirst() {
    Turn first = waiting.peek();
    if (first != null && taken < places) {
      first.called.signal();
    }
  }

  /** Returns how many permits are taken. */
  int taken() {
    return taken;
  }

  /** A request in the queue; {@code called} is signalled when it should check its state. */
  static final class Turn {
    private final int wanted;
    private final Condition called;

    private Turn(int wanted, Condition called) {
      this.wanted = wanted;
      this.called = called;
    }

    Condition called() {
      return called;
    }
  }
}
