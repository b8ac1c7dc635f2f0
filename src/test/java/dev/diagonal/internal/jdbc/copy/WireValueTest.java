package dev.diagonal.internal.jdbc.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.internal.bytes.ByteBuilder;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import org.junit.jupiter.api.Test;

final class WireValueTest {

  private final ByteBuilder out = new ByteBuilder(64);

  @Test
  void refusesTimesBelowAMicrosecond() {
    LocalDateTime fine = LocalDateTime.of(1969, 12, 31, 23, 59, 59, 1);
    assertThatThrownBy(() -> WireValue.put(out, WireType.TIMESTAMP, fine))
        .hasMessage(
            "a column of type timestamp does not accept a value with nanoseconds: cut its decimal places to six if you do not need them (in Java: truncatedTo(ChronoUnit.MICROS))");
    assertThatThrownBy(() -> WireValue.put(out, WireType.TIME, LocalTime.of(1, 2, 3, 1_999)))
        .hasMessageContaining("a column of type time does not accept a value with nanoseconds");
    Instant instant = Instant.parse("2026-01-01T00:00:00.0000015Z");
    assertThatThrownBy(() -> WireValue.put(out, WireType.TIMESTAMPTZ, instant))
        .hasMessageContaining("nanoseconds");
  }

  @Test
  void keepsMicroseconds() {
    WireValue.put(out, WireType.TIMESTAMP, LocalDateTime.of(2000, 1, 1, 0, 0, 0, 1_000));
    assertThat(WireValue.whole(out.array(), 0, Long.BYTES)).isEqualTo(1);
  }
}
