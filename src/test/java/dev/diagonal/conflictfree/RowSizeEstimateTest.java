package dev.diagonal.conflictfree;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.junit.jupiter.api.Test;

final class RowSizeEstimateTest {

  private final RowSizeEstimate<String> rowBytes = new RowSizeEstimate<>(StringUtf8Coder.of());

  @Test
  void estimatesTwiceTheEncodingPlus64Bytes() {
    assertThat(rowBytes.mean()).isEqualTo(64);
    rowBytes.saw("x".repeat(99)); // encoded as 100 bytes
    assertThat(rowBytes.mean()).isEqualTo(264);
  }

  @Test
  void oneRowIn64IsASample() {
    for (int row = 0; row < 128; row++) {
      rowBytes.saw(row % 64 == 0 ? "x".repeat(row == 0 ? 99 : 119) : "");
    }
    assertThat(rowBytes.mean()).isEqualTo(284);
  }
}
