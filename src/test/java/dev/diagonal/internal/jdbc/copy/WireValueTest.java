package dev.diagonal.internal.jdbc.copy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.internal.bytes.ByteBuilder;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class WireValueTest {

  private final ByteBuilder out = new ByteBuilder(64);

  @Test
  void refusesTimesBelowAMicrosecond() {
    LocalDateTime fine = LocalDateTime.of(1969, 12, 31, 23, 59, 59, 1);
    assertThatThrownBy(() -> WireTime.put(out, WireType.TIMESTAMP, fine))
        .hasMessage(
            "a column of type timestamp does not accept a value with nanoseconds: cut its decimal places to six if you do not need them (in Java: truncatedTo(ChronoUnit.MICROS))");
    assertThatThrownBy(() -> WireTime.put(out, WireType.TIME, LocalTime.of(1, 2, 3, 1_999)))
        .hasMessageContaining("a column of type time does not accept a value with nanoseconds");
    Instant instant = Instant.parse("2026-01-01T00:00:00.0000015Z");
    assertThatThrownBy(() -> WireTime.put(out, WireType.TIMESTAMPTZ, instant))
        .hasMessageContaining("nanoseconds");
  }

  @Test
  void keepsMicroseconds() {
    WireTime.put(out, WireType.TIMESTAMP, LocalDateTime.of(2000, 1, 1, 0, 0, 0, 1_000));
    assertThat(WireValue.whole(out.array(), 0, Long.BYTES)).isEqualTo(1);
  }

  @Test
  void refusesNumbersThatFloatsWouldRound() {
    for (WireType type : List.of(WireType.FLOAT4, WireType.FLOAT8)) {
      assertRounds(() -> WireValue.put(out, type, 9_007_199_254_740_993L));
      assertRounds(() -> WireValue.put(out, type, new BigDecimal("0.12345678901234567890")));
    }
    assertRounds(() -> WireValue.put(out, WireType.FLOAT4, 16_777_217L));
    assertRounds(() -> WireValue.put(out, WireType.FLOAT4, 0.1));
    WireValue.put(out, WireType.FLOAT4, new BigDecimal("0.1"));
    assertThat(WireValue.whole(out.array(), 0, Float.BYTES)).isEqualTo(Float.floatToIntBits(0.1f));
    out.clear();
    WireValue.put(out, WireType.FLOAT8, new BigDecimal("0.10"));
    assertThat(WireValue.whole(out.array(), 0, Double.BYTES))
        .isEqualTo(Double.doubleToLongBits(0.1));
    WireValue.put(out, WireType.FLOAT4, Double.NaN);
    WireValue.put(out, WireType.FLOAT4, Double.POSITIVE_INFINITY);
  }

  private static void assertRounds(ThrowingCallable put) {
    assertThatThrownBy(put)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not accept a number that it would round");
  }

  @Test
  void keepsDigitsOfReals() {
    WireValue.put(out, WireType.NUMERIC, 0.1f);
    assertThat(WireValue.decimal(out.array(), 0)).isEqualTo(new BigDecimal("0.1"));
    assertThat(text(() -> WireValue.put(out, WireType.TEXT, 0.1f))).isEqualTo("0.1");
  }

  @Test
  void textsAreThoseOfFiles() {
    assertThat(text(() -> WireValue.put(out, WireType.TEXT, new BigDecimal("1E-8"))))
        .isEqualTo("0.00000001");
    assertThat(text(() -> WireTime.put(out, WireType.VARCHAR, LocalTime.of(10, 0))))
        .isEqualTo("10:00:00");
    LocalDateTime morning = LocalDateTime.of(2024, 1, 1, 8, 0);
    assertThat(text(() -> WireTime.put(out, WireType.TEXT, morning)))
        .isEqualTo("2024-01-01T08:00:00");
    Instant instant = Instant.parse("2024-01-01T08:00:00.100Z");
    assertThat(text(() -> WireTime.put(out, WireType.TEXT, instant)))
        .isEqualTo("2024-01-01T08:00:00.1Z");
    assertThat(text(() -> WireTime.putEpochDay(out, WireType.TEXT, 0))).isEqualTo("1970-01-01");
  }

  private String text(Runnable put) {
    out.clear();
    put.run();
    return new String(out.array(), Integer.BYTES, out.size() - Integer.BYTES, UTF_8);
  }
}
