package dev.diagonal.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;

class WrittenTest {

  @Test
  void survivesItsCoder() throws Exception {
    Written written = new Written("schema.tëst", 3_000_000_000L, 7, 123_456_789_012L);
    byte[] bytes = CoderUtils.encodeToByteArray(Written.coder(), written);
    assertThat(CoderUtils.decodeFromByteArray(Written.coder(), bytes)).isEqualTo(written);
  }

  @Test
  void addsUp() {
    assertThat(
            Written.nothing("t").plus(new Written("t", 10, 1, 5)).plus(new Written("t", 4, 3, 6)))
        .isEqualTo(new Written("t", 14, 4, 11));
  }

  @Test
  void doesNotAddUpDifferentTargets() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Written.nothing("t").plus(Written.nothing("u")))
        .withMessage("targets must be the same, got t and u");
  }

  @Test
  void refusesNegativeNumbers() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Written("t", -1, 0, 0))
        .withMessage("rows must be >= 0, got -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Written("t", 0, -1, 0))
        .withMessage("attempts must be >= 0, got -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Written("t", 0, 0, -1))
        .withMessage("millis must be >= 0, got -1");
  }
}
