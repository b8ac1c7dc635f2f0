package dev.diagonal.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The figures of docs/scale.md are those of the simulator. */
class WidthForecastTest {

  @Test
  void someLinesAreWhatTheSimulatorGives() throws Exception {
    List<String> lines = Files.readAllLines(WidthForecast.RESULTS);
    assertThat(lines).hasSize(1 + WidthForecast.all().size());
    assertThat(lines)
        .contains(
            new WidthForecast(1, 16, 0).line(),
            new WidthForecast(1, 32, 0.25).line(),
            new WidthForecast(10, 0, 0).line());
  }
}
