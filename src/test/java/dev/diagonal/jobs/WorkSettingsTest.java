package dev.diagonal.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WorkSettingsTest {

  @Test
  void eachIsSetAlone() {
    Duration lease = Duration.ofMillis(100);
    assertThat(WorkSettings.DEFAULT.withMaxAttempts(1).skippingBadRows(0).withLease(lease))
        .isEqualTo(new WorkSettings(lease, 1, true, 0))
        .isEqualTo(WorkSettings.DEFAULT.skippingBadRows(0).withLease(lease).withMaxAttempts(1));
    assertThat(WorkSettings.DEFAULT)
        .isEqualTo(new WorkSettings(Duration.ofSeconds(60), 3, false, 0));
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkSettings.DEFAULT.withLease(Duration.ofMillis(99)))
        .withMessage("lease must be >= PT0.1S, got PT0.099S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkSettings.DEFAULT.withMaxAttempts(0))
        .withMessage("maxAttempts must be >= 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkSettings.DEFAULT.skippingBadRows(-1))
        .withMessage("maxBadRows must be >= 0, got -1");
  }
}
