package dev.diagonal.internal.jdbc.table;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RowAtTest {

  private static @Nullable BigDecimal parsed(String text) {
    return RowAt.fewDigits(("x" + text + "9").getBytes(US_ASCII), 1, 1 + text.length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "-0.0",
        "007",
        ".5",
        "-.5",
        "0.50",
        "1.0",
        "999999999999999999",
        "-999999999999999999",
        ".12345678901234567",
        "-99999999999999999." + "9"
      })
  void parsesPlainNumbersAsBigDecimalDoes(String text) {
    BigDecimal parsed = parsed(text);
    if (text.replace("-", "").length() <= 18) {
      assertThat(parsed).isEqualTo(new BigDecimal(text));
    } else {
      assertThat(parsed).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        ".",
        "5.",
        "+5",
        "1e5",
        "1E-5",
        "NaN",
        "Infinity",
        "-Infinity",
        "1.2.3",
        "1-2",
        "1 2",
        "9223372036854775807",
        "0000000000000000001"
      })
  void leavesOtherTextsToBigDecimal(String text) {
    assertThat(parsed(text)).isNull();
  }

  @Test
  void equalsBigDecimalForRandomNumbers() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      String text =
          BigDecimal.valueOf(random.nextLong() >> random.nextInt(5, 63), random.nextInt(0, 6))
              .toPlainString();
      BigDecimal parsed = parsed(text);
      assertThat(parsed == null ? new BigDecimal(text) : parsed).isEqualTo(new BigDecimal(text));
      assertThat(parsed != null)
          .as(text)
          .isEqualTo(text.length() - (text.startsWith("-") ? 1 : 0) <= 18);
    }
  }
}
