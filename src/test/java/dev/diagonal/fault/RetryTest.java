package dev.diagonal.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetryTest {

  private static final Retry RETRY = new Retry(6, Duration.ofMillis(100), Duration.ofMillis(1_000));

  private final List<Duration> waits = new ArrayList<>();
  private int attempts;

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  @Test
  void returnsWhatTheFirstSuccessReturns() throws Exception {
    assertThat(call(RETRY, 2, 1.0)).isEqualTo("done");
    assertThat(attempts).isEqualTo(3);
  }

  @Test
  void waitsDoubleUpToTheLongest() throws Exception {
    call(RETRY, 5, 1.0);
    assertThat(waits)
        .extracting(Duration::toMillis)
        .containsExactly(100L, 200L, 400L, 800L, 1_000L);
  }

  @Test
  void halfOfAWaitIsRandom() throws Exception {
    call(RETRY, 5, 0.0);
    assertThat(waits).extracting(Duration::toMillis).containsExactly(50L, 100L, 200L, 400L, 500L);
  }

  @Test
  void delayNeverExceedsMaximum() {
    assertThat(RETRY.delayAfter(1_000_000, 1.0)).isEqualTo(Duration.ofSeconds(1));
    assertThat(new Retry(2, Duration.ZERO, Duration.ZERO).delayAfter(1, 1.0)).isZero();
  }

  @Test
  void givesUpAfterLastAttemptAndKeepsCause() {
    assertThatThrownBy(() -> call(RETRY, 6, 1.0))
        .isInstanceOfSatisfying(
            Retry.ExhaustedException.class,
            exhausted -> assertThat(exhausted.attempts()).isEqualTo(6))
        .hasMessageContaining("gave up after 6 attempts")
        .hasMessageContaining("fault 6")
        .hasRootCauseMessage("fault 6");
    assertThat(attempts).isEqualTo(6);
    assertThat(waits).hasSize(5);
  }

  @Test
  void neverMeansOneAttempt() {
    assertThatThrownBy(() -> call(Retry.never(), 1, 1.0))
        .hasMessageContaining("gave up after 1 attempt:");
    assertThat(waits).isEmpty();
  }

  @Test
  void throwsWhatIsNotRetryableAsItIs() {
    IllegalStateException fault = new IllegalStateException("for good");
    assertThatThrownBy(
            () ->
                RETRY.call(
                    () -> {
                      attempts++;
                      throw fault;
                    },
                    IOException.class::isInstance))
        .isSameAs(fault);
    assertThat(attempts).isEqualTo(1);
  }

  @Test
  void anInterruptEndsTheWait() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                RETRY.call(
                    () -> {
                      throw new IOException("passing");
                    },
                    fault -> true))
        .isInstanceOf(InterruptedException.class)
        .satisfies(fault -> assertThat(fault.getSuppressed()[0]).hasMessage("passing"));
  }

  @Test
  void anInterruptedAttemptIsNotRepeated() {
    assertThatThrownBy(
            () ->
                RETRY.call(
                    () -> {
                      attempts++;
                      throw new InterruptedException();
                    },
                    fault -> true))
        .isInstanceOf(InterruptedException.class);
    assertThat(attempts).isEqualTo(1);
  }

  @Test
  void refusesBadValues() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RETRY.withMaxAttempts(0))
        .withMessage("maxAttempts must be >= 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RETRY.withDelays(Duration.ofMillis(-1), Duration.ofMillis(1)))
        .withMessage("initialDelay must be >= 0, got PT-0.001S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RETRY.withDelays(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .withMessage("maxDelay must be >= initialDelay (PT2S), got PT1S");
  }

  private String call(Retry retry, int failures, double random) throws Exception {
    return retry.call(
        () -> {
          attempts++;
          if (attempts <= failures) {
            throw new IOException("fault " + attempts);
          }
          return "done";
        },
        IOException.class::isInstance,
        waits::add,
        () -> random);
  }
}
