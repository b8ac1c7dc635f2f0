package dev.diagonal.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MedianTest {

  @Test
  void evenCountGivesMeanOfMiddleTwo() {
    assertThat(Median.of(List.of(4.0, 1.0, 10.0, 2.0))).isEqualTo(3.0);
    assertThat(Median.of(List.of(7.0, 5.0))).isEqualTo(6.0);
  }

  @Test
  void ofAnOddNumberIsTheMiddle() {
    assertThat(Median.of(List.of(9.0, 1.0, 2.0))).isEqualTo(2.0);
    assertThat(Median.of(List.of())).isNaN();
  }
}
