package dev.diagonal.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WindowTest {

  private final ReentrantLock lock = new ReentrantLock();
  private final Window window = new Window(lock, 1);
  private final List<String> entered = new CopyOnWriteArrayList<>();

  @Test
  void whoeverAsksWhileOthersWaitStandsBehindThem() throws Exception {
    assertThat(enter("first", 0)).isTrue();
    Thread patient = started("patient", 0);
    // It gives back the place and asks again before the patient one can run.
    Thread fast = started("fast", 1);
    patient.join();
    assertThat(entered).containsExactly("first", "patient");
    lock.lock();
    window.leave(1);
    lock.unlock();
    fast.join();
    assertThat(entered).containsExactly("first", "patient", "fast");
  }

  private Thread started(String name, int leaves) {
    Thread thread =
        new Thread(
            () -> {
              try {
                assertThat(enter(name, leaves)).isTrue();
              } catch (InterruptedException unexpected) {
                throw new IllegalStateException(unexpected);
              }
            });
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

  private boolean enter(String name, int leaves) throws InterruptedException {
    lock.lock();
    try {
      window.leave(leaves);
      boolean in = window.enter(() -> false);
      entered.add(name);
      return in;
    } finally {
      lock.unlock();
    }
  }
}
