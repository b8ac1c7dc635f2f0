package dev.diagonal.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SchedulerPlatformTest {

  private final SchedulerPlatform platform = SchedulerPlatform.jvm();
  private final LinkedBlockingQueue<Object> seen = new LinkedBlockingQueue<>();

  @Test
  void threadsAreDaemonsWithNumberedNames() throws Exception {
    for (int number = 1; number <= 2; number++) {
      Runnable unused = platform.start(() -> seen.add(Thread.currentThread()));
      Thread thread = (Thread) take();
      assertThat(thread.isDaemon()).isTrue();
      assertThat(thread.getName()).isEqualTo("conflict-free-write-" + number);
    }
  }

  @Test
  void startedThreadCanBeInterrupted() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Runnable interrupt =
        platform.start(
            () -> {
              try {
                never.await();
              } catch (InterruptedException expected) {
                seen.add("interrupted");
              }
            });
    interrupt.run();
    assertThat(take()).isEqualTo("interrupted");
  }

  @Test
  void jitterIsRandomFromZeroToOne() {
    List<Double> drawn =
        DoubleStream.generate(platform.jitter()).limit(100).boxed().distinct().toList();
    assertThat(drawn)
        .hasSizeGreaterThan(90)
        .allSatisfy(part -> assertThat(part).isBetween(0.0, 1.0));
  }

  @Test
  void clockAdvances() {
    long nanos = platform.nowNanos();
    while (platform.nowNanos() == nanos) {
      Thread.onSpinWait();
    }
    assertThat(platform.nowNanos() - nanos).isPositive();
  }

  private Object take() throws InterruptedException {
    return Objects.requireNonNull(seen.poll(2, TimeUnit.MINUTES), "nothing in two minutes");
  }
}
