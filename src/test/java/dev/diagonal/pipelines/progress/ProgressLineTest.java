package dev.diagonal.pipelines.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.ErrorLines;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProgressLineTest {

  @Test
  void saysWhatWasReadOfTheTotalAndWhatWasWritten() {
    assertThat(ProgressLine.text(250_000_000, 1_000_000_000, 10_000_000, 1_200, 3, 4))
        .isEqualTo(
            " 25 %, 250.0 of 1,000.0 MB read, 12 s left, 10,000,000 rows, 2,500,000 rows/s,"
                + " 1,200 batches written, 3 bad records");
  }

  @Test
  void saysWhenAllIsRead() {
    assertThat(ProgressLine.text(20, 20, 1, 0, 0, 1)).contains("MB read, now writing, 1 rows");
  }

  @Test
  void saysLongTimesInMinutes() {
    assertThat(ProgressLine.text(10, 1_000, 1, 0, 0, 60)).contains(", 99 min left, ");
  }

  @Test
  void withoutATotalThereIsNoShare() {
    assertThat(ProgressLine.text(1_500_000, 0, 7, 0, 0, 2))
        .isEqualTo("1.5 MB read, 7 rows, 4 rows/s, 0 batches written, 0 bad records");
  }

  @Test
  void bytesReadTwiceAreNotMoreThanAll() {
    assertThat(ProgressLine.text(30, 20, 1, 0, 0, 1)).startsWith("100 %");
  }

  @Test
  void zeroDurationDoesNotDivideByZero() {
    assertThat(ProgressLine.text(0, 10, 5, 0, 0, 0)).contains(" 5,000 rows/s");
  }

  /** Tests of commands leave these lines out, which are printed only where a run takes long. */
  @Test
  void testsRecogniseEachLineOfProgress() {
    List<String> lines =
        List.of(
            ProgressLine.text(250_000_000, 1_000_000_000, 10_000_000, 1_200, 3, 4),
            ProgressLine.text(20, 20, 1, 0, 0, 1),
            ProgressLine.text(10, 1_000, 1, 0, 0, 60),
            ProgressLine.text(1_500_000, 0, 7, 0, 0, 2),
            ProgressLine.text(0, 10, 5, 0, 0, 0));
    assertThat(ErrorLines.progressOf(lines)).isEqualTo(lines);
    assertThat(ErrorLines.of(lines)).isEmpty();
  }
}
