package dev.diagonal.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FairPermitsTest {

  private static final int PLACES = 3;

  private final ReentrantLock lock = new ReentrantLock();
  private final FairPermits window = new FairPermits(lock, PLACES);
  private final List<String> entered = new CopyOnWriteArrayList<>();

  @Test
  void whoeverAsksWhileOthersWaitStandsBehindThem() throws Exception {
    assertThat(enter("first", 0, PLACES)).isTrue();
    Thread patient = started("patient", 0, PLACES);
    // It returns the place and asks again before the patient one can run.
    Thread fast = started("fast", PLACES, 1);
    patient.join();
    assertThat(entered).containsExactly("first", "patient");
    lock.lock();
    window.leave(PLACES);
    lock.unlock();
    fast.join();
    assertThat(entered).containsExactly("first", "patient", "fast");
  }

  @Test
  void smallRequestsDoNotOvertakeLargeOnes() throws Exception {
    assertThat(enter("first", 0, 2)).isTrue();
    Thread large = started("large", 0, 2);
    Thread small = started("small", 0, 1);
    assertThat(entered).containsExactly("first");
    lock.lock();
    window.leave(1);
    lock.unlock();
    large.join();
    small.join(1); // it may have no place yet
    assertThat(entered).containsExactly("first", "large");
    lock.lock();
    window.leave(1);
    lock.unlock();
    small.join();
    assertThat(entered).containsExactly("first", "large", "small");
  }

  @Test
  void cancelledRequestsHoldNoPlaceAndBlockNobody() throws Exception {
    assertThat(enter("first", 0, 1)).isTrue();
    AtomicBoolean stopped = new AtomicBoolean();
    AtomicBoolean hasEntered = new AtomicBoolean(true);
    Thread large = waiting(() -> hasEntered.set(enter("large", 0, PLACES, stopped::get)), "large");
    Thread small = started("small", 0, 1); // its place is free, but the large one is first
    lock.lock();
    stopped.set(true);
    window.recheck();
    lock.unlock();
    large.join();
    small.join();
    assertThat(hasEntered).isFalse();
    assertThat(entered).containsExactly("first", "large", "small");
    assertThat(window.taken()).isEqualTo(2);
  }

  private Thread started(String name, int leaves, int wanted) {
    return waiting(() -> assertThat(enter(name, leaves, wanted)).isTrue(), name);
  }

  private interface Work {
    void run() throws InterruptedException;
  }

  /** Starts a thread, and returns when it waits or has ended. */
  private static Thread waiting(Work work, String name) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (InterruptedException unexpected) {
                throw new IllegalStateException(unexpected);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    assertThat(
            Eventually.within(
                Duration.ofSeconds(30),
                () ->
                    thread.getState() == Thread.State.WAITING
                        || thread.getState() == Thread.State.TERMINATED))
        .isTrue();
    return thread;
  }

  private boolean enter(String name, int leaves, int wanted) throws InterruptedException {
    return enter(name, leaves, wanted, () -> false);
  }

  private boolean enter(String name, int leaves, int wanted, BooleanSupplier givesUp)
      throws InterruptedException {
    lock.lock();
    try {
      window.leave(leaves);
      boolean in = window.enter(wanted, givesUp);
      entered.add(name);
      return in;
    } finally {
      lock.unlock();
    }
  }
}
