package dev.diagonal.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.WarningsSeen;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class AnnouncedRetriesTest {

  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private final AnnouncedRetries retries =
      new AnnouncedRetries(
          fault -> fault instanceof IOException,
          fault -> "silent".equals(fault.getMessage()),
          Duration.ofSeconds(15),
          (fault, seconds) -> "%s: about %s s".formatted(fault.getMessage(), seconds),
          nanos::get);

  @Test
  void endsWhenTheAnnouncedTimeIsOver() {
    try (WarningsSeen unused = WarningsSeen.into(warnings)) {
      assertThat(failsAfter(10, "silent")).isTrue();
      assertThat(failsAfter(10, "silent")).isTrue();
      assertThat(failsAfter(10, "silent")).isFalse();
    }
    assertThat(warnings).containsExactly("silent: about 25 s");
  }

  @Test
  void longestWaitsOfQuickAttemptsFit() {
    assertThat(failsAfter(0, "silent")).isTrue();
    assertThat(failsAfter(20, "silent")).isTrue();
  }

  @Test
  void doesNotLimitOtherErrors() {
    assertThat(failsAfter(0, "silent")).isTrue();
    assertThat(failsAfter(100, "busy")).isTrue();
    assertThat(retries.test(new IllegalStateException("silent"))).isFalse();
  }

  private boolean failsAfter(int seconds, String message) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    return retries.test(new IOException(message));
  }
}
