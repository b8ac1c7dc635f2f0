package dev.diagonal.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScaleResultsTest {

  private final Path file;

  ScaleResultsTest(@TempDir Path directory) {
    this.file = directory.resolve("scale.csv");
  }

  @Test
  void separatelyMeasuredPartsAccumulate() throws IOException {
    ScaleResults.in(file).add(run(1, 1, 100, 10));
    ScaleResults.in(file).add(run(2, 1, 100, 20));
    assertThat(ScaleResults.in(file).of("load-edges"))
        .containsExactly(run(1, 1, 100, 10), run(2, 1, 100, 20));
  }

  @Test
  void laterCallReplacesEarlierWithMedianOfRounds() throws IOException {
    ScaleResults.in(file).add(run(1, 1, 100, 99));
    ScaleResults results = ScaleResults.in(file);
    results.add(run(1, 1, 100, 12));
    results.add(run(1, 1, 100, 10));
    results.add(run(1, 1, 100, 11));
    assertThat(ScaleResults.in(file).of("load-edges")).containsExactly(run(1, 1, 100, 11));
  }

  @Test
  void runsOfAnotherUnitAreForgotten() throws IOException {
    ScaleResults results = ScaleResults.in(file);
    results.add(run(1, 1, 100, 10));
    results.add(run(2, 1, 101, 20));
    assertThat(results.of("load-edges")).containsExactly(run(2, 1, 101, 20));
  }

  /** Costs of 2 + 6 n / w predict 10x without error; a tenfold run that costs more is reported. */
  @Test
  void tablesShowWhichTargetsAreMet() throws IOException {
    ScaleResults results = ScaleResults.in(file);
    for (int workers : new int[] {1, 2}) {
      for (int times : new int[] {1, 2, 4}) {
        results.add(run(times, workers, 100, 2 + 6.0 * times / workers));
      }
    }
    results.add(run(10, 1, 100, 62));
    results.add(run(10, 2, 100, 64));
    assertThat(new ScaleForecast(results).models())
        .contains("2.00 + 6.000 n / w + 0.000 n | 1 | 62.0 | 62.0 | ")
        .contains("| 2 | 32.0 | 64.0 | -50.0 %, **missed**");
    assertThat(ScaleTable.targets(results))
        .contains("| load-edges | 1 | 0.78 | met |")
        .contains("| load-edges | 2 | 1.28 | **missed** |")
        .contains("two workers over one, 10x: at least 1.7 | load-edges | 2 | 0.97 | **missed** |");
  }

  private static ScaleRun run(int times, int workers, long unit, double seconds) {
    return new ScaleRun(
        "load-edges",
        times,
        workers,
        unit * times,
        seconds,
        seconds * workers,
        0,
        700,
        50,
        times,
        times,
        times);
  }
}
