package dev.diagonal.pipelines.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SummaryTest {

  private static final Summary SUMMARY =
      new Summary(
          "paint",
          "DONE",
          1_234_567,
          89,
          2.5,
          493_827,
          List.of(
              new Summary.Written("CSV", "out.csv", 1_000),
              new Summary.Written("PostgreSQL", "table t in jdbc:postgresql://h/d", 2_000)),
          List.of("one remark"));

  private final Path directory;

  SummaryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void printsRowsBadRecordsTimeAndPlaces() {
    assertThat(SUMMARY.lines())
        .containsExactly(
            "paint: 1,234,567 rows read, 89 bad, in 2.5 s (493,827 rows/s)",
            "  CSV                           1,000 rows  out.csv",
            "  PostgreSQL                    2,000 rows  table t in jdbc:postgresql://h/d",
            "  one remark");
  }

  @Test
  void aProgramReadsTheSameAsJson() throws IOException {
    Path file = directory.resolve("new").resolve("summary.json");
    Summary.write(file.toString(), SUMMARY);
    assertThat(new ObjectMapper().readTree(file.toFile()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {
                      "command": "paint", "state": "DONE", "rows_read": 1234567, "bad_records": 89,
                      "seconds": 2.5, "rows_per_second": 493827,
                      "outputs": [
                        {"sink": "CSV", "target": "out.csv", "rows_written": 1000},
                        {"sink": "PostgreSQL", "target": "table t in jdbc:postgresql://h/d",
                         "rows_written": 2000}],
                      "remarks": ["one remark"]
                    }
                    """));
    assertThat(Files.readString(file)).endsWith("}\n");
  }

  @Test
  void aFailureIsSaid() throws IOException {
    Path file = directory.resolve("summary.json");
    new FailedSummary("paint", 1.5, "no paint", new Job.Progress(5, 3, 1)).writeTo(file.toString());
    assertThat(new ObjectMapper().readTree(file.toFile()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {
                      "command": "paint", "state": "FAILED", "seconds": 1.5, "failure": "no paint",
                      "rows_read": 5, "rows_written": 3, "bad_records": 1
                    }
                    """));
  }
}
