package dev.diagonal.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.fault.Retry;
import org.junit.jupiter.api.Test;

class SchedulerSettingsTest {

  @Test
  void eachPartIsSetInAnyOrder() {
    SchedulerSettings settings =
        SchedulerSettings.defaults()
            .withDeadLetters(true)
            .withRetry(Retry.never())
            .withPrefetch(3)
            .withMaxWorkers(5);
    assertThat(settings).isEqualTo(new SchedulerSettings(5, 3, Retry.never(), true));
    assertThat(settings.window()).isEqualTo(15);
  }

  @Test
  void theDefaultsAreThoseDocumented() {
    assertThat(SchedulerSettings.defaults())
        .isEqualTo(new SchedulerSettings(4, 32, Retry.defaults(), false));
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SchedulerSettings.defaults().withMaxWorkers(0))
        .withMessage("maxWorkers must be >= 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SchedulerSettings.defaults().withPrefetch(-1))
        .withMessage("prefetch must be >= 1, got -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SchedulerSettings(1 << 16, 1 << 15, Retry.never(), false))
        .withMessageContaining("65536 x 32768");
  }
}
