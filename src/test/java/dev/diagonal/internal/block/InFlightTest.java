package dev.diagonal.internal.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InFlightTest {

  @Test
  void returnsEveryResultOnceInOrder() throws Exception {
    try (InFlight<Integer> tasks = new InFlight<>("test", 2, 3, Duration.ofMinutes(1))) {
      for (int i = 0; i < 5; i++) {
        int result = i;
        tasks.submit("task " + i, () -> result);
      }
      assertThat(tasks.drain()).containsExactly(0, 1, 2, 3, 4);
      assertThat(tasks.drain()).isEmpty();
      assertThat(tasks.finished()).isEmpty();
    }
  }

  @Test
  void neverHasMoreUnderWayThanTheWindow() throws Exception {
    AtomicInteger submitted = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (InFlight<Integer> tasks = new InFlight<>("test", 1, 2, Duration.ofMinutes(1))) {
      for (int i = 0; i < 100; i++) {
        tasks.submit("task", done::incrementAndGet);
        most.accumulateAndGet(submitted.incrementAndGet() - done.get(), Math::max);
      }
      assertThat(tasks.drain()).hasSize(100);
    }
    assertThat(most.get()).isLessThanOrEqualTo(2);
  }

  @Test
  void failureIsThrownAndDropsPendingTasks() throws Exception {
    AtomicInteger after = new AtomicInteger();
    CountDownLatch given = new CountDownLatch(1);
    try (InFlight<Integer> tasks = new InFlight<>("test", 1, 2, Duration.ofMinutes(1))) {
      tasks.submit(
          "fails",
          () -> {
            given.await();
            throw new IOException("as it should");
          });
      tasks.submit("waits", InFlightTest::waitForEver);
      given.countDown();
      assertThatThrownBy(tasks::drain).isInstanceOf(IOException.class).hasMessage("as it should");
      tasks.submit("works again", after::incrementAndGet);
      assertThat(tasks.drain()).containsExactly(1);
    }
  }

  @Test
  void saysWhatItHasWaitedFor() throws Exception {
    try (InFlight<Integer> tasks = new InFlight<>("the writer", 1, 1, Duration.ofMillis(5))) {
      tasks.submit("write 7 rows", InFlightTest::waitForEver);
      assertThatThrownBy(tasks::drain)
          .isInstanceOf(TimeoutException.class)
          .hasMessageStartingWith("waited 5 ms for 'write 7 rows', which the writer received");
    }
  }

  private static int waitForEver() throws InterruptedException {
    new CountDownLatch(1).await();
    return 0;
  }
}
