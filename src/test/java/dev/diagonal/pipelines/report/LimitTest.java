package dev.diagonal.pipelines.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.internal.metrics.StageTime;
import dev.diagonal.pipelines.progress.RunSamples.Sample;
import java.util.List;
import java.util.Map;
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
    "DONE,   100, 1, 50, 1, Reading and converting: writers waited",
  })
  void decidesByTheFirstRule(
      String state, double seconds, double firstRow, double cpu, double gc, String reason) {
    assertThat(Limit.of(run(state, seconds, firstRow, cpu, gc, Map.of())).reason())
        .startsWith(reason);
  }

  @ParameterizedTest
  @CsvSource({"60, 10, Reading: writers", "10, 60, Converting: writers"})
  void namesBusierStage(long reads, long converts, String reason) {
    Map<String, StageTime> stages =
        Map.of(
            "read", new StageTime(100, 0, 100 - reads),
            "convert", new StageTime(100, 100 - converts, 0));
    assertThat(Limit.of(run("DONE", 100, 1, 50, 1, stages)).reason()).startsWith(reason);
  }

  private static RunFacts run(
      String state,
      double seconds,
      double firstRow,
      double cpu,
      double gc,
      Map<String, StageTime> stages) {
    ObjectNode summary = new ObjectMapper().createObjectNode();
    summary.put("state", state).put("seconds", seconds);
    List<Sample> samples =
        List.of(
            new Sample(firstRow, 0, 0, 0, 0, 0, 0, 0),
            new Sample(seconds, 10, 10, 0, 0, 0, cpu, gc));
    return new RunFacts(
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
        stages,
        Map.of(),
        List.of(),
        2,
        1L << 30,
        List.of());
  }
}
