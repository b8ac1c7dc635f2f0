package dev.diagonal.pipelines.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.testing.ErrorLines;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProgressLineTest {

  @Test
  void reportsReadTotalAndWritten() {
    assertThat(text(250_000_000, 1_000_000_000, 10_000_000, 1_200, 3, 4))
        .isEqualTo(
            " 25 %, 250.0 of 1,000.0 MB read, 12 s left, 10,000,000 rows, 2,500,000 rows/s,"
                + " 1,200 batches written, 3 bad records");
  }

  @Test
  void saysWhenAllIsRead() {
    assertThat(text(20, 20, 1, 0, 0, 1)).contains("MB read, now writing, 1 rows");
  }

  @Test
  void groupsUntilTheFirstRowIsWritten() {
    ProgressText text = new ProgressText(20, true);
    Map<Counted, Long> read = Map.of(Counted.BYTES_READ, 20L, Counted.ROWS_READ, 5L);
    Map<Counted, Long> written = Map.of(Counted.BYTES_READ, 20L, Counted.ROWS_WRITTEN, 1L);
    assertThat(text.parts(read, 1)).contains(", now grouping");
    assertThat(text.parts(written, 1)).contains(", now writing");
  }

  @Test
  void saysLongTimesInMinutes() {
    assertThat(text(10, 1_000, 1, 0, 0, 60)).contains(", 99 min left, ");
  }

  @Test
  void withoutATotalThereIsNoShare() {
    assertThat(text(1_500_000, 0, 7, 0, 0, 2))
        .isEqualTo("1.5 MB read, 7 rows, 4 rows/s, 0 batches written, 0 bad records");
  }

  @Test
  void bytesReadTwiceAreNotMoreThanAll() {
    assertThat(text(30, 20, 1, 0, 0, 1)).startsWith("100 %, 0.0 of 0.0 MB");
    assertThat(text(300_000_000, 100_000_000, 1, 0, 0, 1)).startsWith("100 %, 100.0 of 100.0 MB");
  }

  @Test
  void zeroDurationDoesNotDivideByZero() {
    assertThat(text(0, 10, 5, 0, 0, 0)).contains(" 5,000 rows/s");
  }

  @ParameterizedTest
  @CsvSource({
    "3, ' 25'",
    "20, ' 25 %, 12 s left'",
    "39, ' 25 %, 12 s left, 10,000,000 rows'",
    "60, ' 25 %, 12 s left, 10,000,000 rows, 2,500,000 rows/s'",
  })
  void narrowLinesDropTheLastParts(int columns, String expected) {
    ProgressText text = new ProgressText(1_000_000_000, false);
    assertThat(
            ProgressText.fitting(
                text.parts(counted(250_000_000, 10_000_000, 1_200, 3), 4), columns))
        .isEqualTo(expected);
  }

  @Test
  void barShowsShareOfBytesRead() {
    assertThat(new ProgressText(100, false).bar(Map.of(Counted.BYTES_READ, 25L)))
        .isEqualTo("[=====               ] ");
  }

  private static String text(
      long bytes, long totalBytes, long rows, long batches, long bad, double seconds) {
    return String.join(
        "", new ProgressText(totalBytes, false).parts(counted(bytes, rows, batches, bad), seconds));
  }

  private static Map<Counted, Long> counted(long bytes, long rows, long batches, long bad) {
    return Map.of(
        Counted.BYTES_READ, bytes,
        Counted.ROWS_READ, rows,
        Counted.BATCHES_WRITTEN, batches,
        Counted.BAD_RECORDS, bad);
  }

  /** Tests of commands leave these lines out, which are printed only where a run takes long. */
  @Test
  void testsRecogniseEachLineOfProgress() {
    List<String> lines =
        List.of(
            text(250_000_000, 1_000_000_000, 10_000_000, 1_200, 3, 4),
            text(20, 20, 1, 0, 0, 1),
            text(10, 1_000, 1, 0, 0, 60),
            text(1_500_000, 0, 7, 0, 0, 2),
            text(0, 10, 5, 0, 0, 0),
            text(20, 20, 1, 0, 0, 1).replace("writing", "grouping"),
            "finishing, 3 s",
            "publishing the tables, 12 s",
            "publishing the tables (writing orders, 1 of 2), 12 s",
            "making the primary keys (1 of 2 made, now orders: loading tuples in tree, 43 %), 2 s");
    assertThat(ErrorLines.progressOf(lines)).isEqualTo(lines);
    assertThat(ErrorLines.of(lines)).isEmpty();
  }
}
