package dev.diagonal.pipelines.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.pipelines.progress.RunSamples.Sample;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of {@code docs/report.md} that need no batches. */
final class LimitTest {

  @ParameterizedTest
  @CsvSource({
    "FAILED, 100, 1, 10, 1, The run did not end well",
    "DONE,     4, 1,  1, 0, Start-up: the run took only 4 s",
    "DONE,   100, 50, 10, 1, Start-up: the first row was read after 50 s of 100 s",
    "DONE,   100, 1, 50, 20, Memory: garbage collection took 20 % of the time",
    "DONE,   100, 1, 190, 1, Processors: this process used 95 % of the 2 processors",
    "DONE,   100, 1, 50, 1, Reading and converting",
  })
  void decidesByTheFirstRule(
      String state, double seconds, double firstRow, double cpu, double gc, String reason) {
    ObjectNode summary = new ObjectMapper().createObjectNode();
    summary.put("state", state).put("seconds", seconds);
    List<Sample> samples =
        List.of(
            new Sample(firstRow, 0, 0, 0, 0, 0, 0, 0),
            new Sample(seconds, 10, 10, 0, 0, 0, cpu, gc));
    RunFacts run =
        new RunFacts(
            "transfer",
            "",
            List.of(),
            List.of(),
            List.of(),
            summary,
            samples,
            List.of(),
            List.of(),
            1,
            List.of(),
            2,
            1L << 30,
            List.of());
    assertThat(Limit.of(run).reason()).startsWith(reason);
  }
}
