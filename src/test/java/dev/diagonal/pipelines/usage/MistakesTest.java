package dev.diagonal.pipelines.usage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.InvalidPathException;
import org.junit.jupiter.api.Test;

final class MistakesTest {

  @Test
  void saysWhyAFileNameIsRefused() {
    Mistakes mistakes = new Mistakes();
    mistakes.attempt(
        () -> {
          throw new InvalidPathException(
              "é.csv", "Malformed input or input contains unmappable characters");
        });
    assertThatThrownBy(mistakes::throwIfAny)
        .hasMessageStartingWith("'é.csv' is not a valid path: it cannot be written in the")
        .hasMessageEndingWith("set LC_ALL=C.UTF-8");
  }
}
