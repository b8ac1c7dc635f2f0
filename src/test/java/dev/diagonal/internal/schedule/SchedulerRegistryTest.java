package dev.diagonal.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.schedule.Batch;
import dev.diagonal.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SchedulerRegistryTest {

  private static final TinySchedule GRID = TinySchedule.bipartite(1);

  private final SchedulerRegistry registry = new SchedulerRegistry();
  private final AtomicInteger made = new AtomicInteger();

  @Test
  void usersOfAKeyShareOneScheduler() throws Exception {
    WatchedTarget target = new WatchedTarget(GRID, batch -> {});
    ConflictScheduler<Integer> first = registry.acquire("a", () -> make(target));
    assertThat(registry.acquire("a", () -> make(target))).isSameAs(first);
    assertThat(registry.acquire("b", () -> make(target))).isNotSameAs(first);
    registry.release("a");
    first.newGroup().submit(new Batch<>(0, List.of(1)));
    registry.release("a");
    assertThatIllegalStateException()
        .isThrownBy(() -> first.newGroup().submit(new Batch<>(0, List.of(1))));
    assertThat(registry.acquire("a", () -> make(target))).isNotSameAs(first);
    assertThat(made).hasValue(3);
    registry.release("a");
    registry.release("b");
  }

  @Test
  void whatIsNotAcquiredIsNotReleased() throws Exception {
    assertThatIllegalStateException()
        .isThrownBy(() -> registry.release("a"))
        .withMessage("a is not acquired");
    registry.acquire("a", () -> make(new WatchedTarget(GRID, batch -> {})));
    registry.release("a");
    assertThatIllegalStateException().isThrownBy(() -> registry.release("a"));
  }

  @Test
  void retriesFailedSchedulerCreation() throws Exception {
    assertThatThrownBy(
            () ->
                registry.<Integer>acquire(
                    "a",
                    () -> {
                      throw new IllegalArgumentException("no");
                    }))
        .hasMessage("no");
    registry.acquire("a", () -> make(new WatchedTarget(GRID, batch -> {})));
    registry.release("a");
  }

  @Test
  void acquireWaitsUntilPreviousSchedulerIsClosed() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              entered.countDown();
              if (!gate.await(120, TimeUnit.SECONDS)) {
                throw new IllegalStateException("waited in vain");
              }
            });
    ConflictScheduler<Integer> first = registry.acquire("a", () -> make(target));
    first.newGroup().submit(new Batch<>(0, List.of(1)));
    assertThat(entered.await(120, TimeUnit.SECONDS)).isTrue();
    Thread releasing = started(() -> registry.release("a"), Thread.State.TIMED_WAITING);
    Thread acquiring =
        started(
            () -> {
              try {
                registry.acquire("a", () -> make(target));
              } catch (InterruptedException unexpected) {
                throw new IllegalStateException(unexpected);
              }
            },
            Thread.State.WAITING);
    assertThat(made).hasValue(1);
    gate.countDown();
    releasing.join();
    acquiring.join();
    assertThat(made).hasValue(2);
    registry.release("a");
  }

  @Test
  void refusesKeyWhileClosedSchedulerStillWrites() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              entered.countDown();
              passWhateverComes(gate);
            });
    ConflictScheduler<Integer> first = registry.acquire("a", () -> impatient(target));
    first.newGroup().submit(new Batch<>(0, List.of(1)));
    assertThat(entered.await(120, TimeUnit.SECONDS)).isTrue();
    registry.release("a");
    assertThatIllegalStateException()
        .isThrownBy(() -> registry.acquire("a", () -> make(target)))
        .withMessage(
            "an earlier write to the watched target has been closed, and still has a batch in"
                + " flight");
    assertThat(registry.<Integer>acquire("b", () -> make(target))).isNotSameAs(first);
    registry.release("b");
    gate.countDown();
    assertThat(Eventually.within(Duration.ofMinutes(2), first::isAtRest)).isTrue();
    assertThat(registry.<Integer>acquire("a", () -> make(target))).isNotSameAs(first);
    registry.release("a");
    assertThatIllegalStateException().isThrownBy(() -> registry.release("a"));
  }

  @Test
  void threadsNeverSeeClosedOrSecondScheduler() throws Exception {
    WatchedTarget target = new WatchedTarget(GRID, batch -> Thread.yield());
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        int number = thread;
        running.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 300; round++) {
                    BatchGroup<Integer> group =
                        registry.acquire("a", () -> make(target)).newGroup();
                    try {
                      group.submit(new Batch<>(0, List.of(1_000 * number + round)));
                      group.await();
                    } finally {
                      registry.release("a");
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> thread : running) {
        thread.get(120, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(target.overlaps).isEmpty();
    assertThat(target.commits).hasSize(8 * 300);
    assertThat(target.writersClosed).hasValue(target.writersOpened.get());
    assertThatIllegalStateException().isThrownBy(() -> registry.release("a"));
  }

  private ConflictScheduler<Integer> make(WatchedTarget target) {
    made.incrementAndGet();
    return new ConflictScheduler<>(GRID, target, SchedulerSettings.defaults());
  }

  /** One that waits a millisecond for its batches, and one more after it has interrupted them. */
  private ConflictScheduler<Integer> impatient(WatchedTarget target) {
    return new ConflictScheduler<>(
        GRID,
        target,
        SchedulerSettings.defaults(),
        Duration.ofDays(1),
        Duration.ofMillis(1),
        SchedulerPlatform.jvm());
  }

  private static void passWhateverComes(CountDownLatch gate) {
    while (gate.getCount() > 0) {
      try {
        gate.await();
      } catch (InterruptedException inVain) {
        // as a driver that waits for its server and cannot be interrupted
      }
    }
  }

  private static Thread started(Runnable action, Thread.State until) {
    Thread thread = new Thread(action);
    thread.start();
    assertThat(Eventually.within(Duration.ofMinutes(2), () -> thread.getState() == until)).isTrue();
    return thread;
  }
}
