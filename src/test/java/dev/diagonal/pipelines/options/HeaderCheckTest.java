package dev.diagonal.pipelines.options;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.files.FirstLines;
import dev.diagonal.pipelines.usage.Mistakes;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HeaderCheckTest {

  private static final String LONG_NAME = "x".repeat(1_000);

  private final Mistakes mistakes = new Mistakes();

  private boolean accepts(String... lines) {
    FirstLines first = new FirstLines(List.of(lines), false);
    return new HeaderCheck("in.csv", first, true, ",", mistakes).delimiter();
  }

  @Test
  void findsTheDelimiterAfterALongName() {
    assertThat(accepts(LONG_NAME + ",b", "1,2")).isTrue();
    assertThat(mistakes.all()).isEmpty();

    assertThat(accepts(LONG_NAME + ";b", "1;2")).isFalse();
    assertThat(mistakes.all())
        .singleElement()
        .asString()
        .contains("use --delimiter=';', which makes 2 fields")
        .contains("x…'")
        .hasSizeLessThan(LONG_NAME.length());
  }

  @Test
  void refusesAZeroByteAfterALongName() {
    assertThat(accepts(LONG_NAME + "\0,b", "1,2")).isFalse();
    assertThat(mistakes.all()).singleElement().asString().contains("has a zero byte");
  }
}
