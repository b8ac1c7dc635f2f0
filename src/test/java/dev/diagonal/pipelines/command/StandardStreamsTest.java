package dev.diagonal.pipelines.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StandardStreamsTest {

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "ANSI_X3.4-1968, true",
    "no-such-set, true",
    "?, true",
    "UTF-8, false",
    "ISO-8859-1, false"
  })
  void prefersUtf8ToAsciiAndUnknownSets(String ofLocale, boolean expected) {
    assertThat(StandardStreams.needsUtf8(ofLocale)).isEqualTo(expected);
  }
}
