package dev.diagonal.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.Runner;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CountedTest {

  @ParameterizedTest
  @EnumSource
  void countsForBeamAndForThisJvm(Runner runner) {
    long before = Counted.BATCHES_WRITTEN.inThisJvm();
    TestPipeline pipeline = runner.pipeline();
    pipeline.apply(Create.of(1L, 20L, 300L, 0L)).apply(ParDo.of(new CountFn()));
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    assertThat(Counted.BATCHES_WRITTEN.inThisJvm() - before).isEqualTo(321);
    assertThat(counters(result, "batches_written")).containsExactly(321L);
  }

  @Test
  void namesAreInLowerSnake() {
    assertThat(Counted.values())
        .extracting(Counted::metricName)
        .containsExactly(
            "bytes_read",
            "rows_read",
            "repeated_headers",
            "bad_records",
            "batches_written",
            "rows_written",
            "rows_new",
            "rows_changed",
            "rows_unchanged",
            "rows_replaced",
            "rows_dropped",
            "rows_uncertain",
            "rows_unmatched",
            "rows_unconfirmed",
            "rows_resumed",
            "superseded");
  }

  private static List<Long> counters(PipelineResult result, String name) {
    MetricQueryResults metrics =
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.named(Counted.NAMESPACE, name))
                    .build());
    return StreamSupport.stream(metrics.getCounters().spliterator(), false)
        .map(MetricResult::getAttempted)
        .toList();
  }

  private static final class CountFn extends DoFn<Long, Void> {
    @ProcessElement
    public void count(@Element Long amount) {
      Counted.BATCHES_WRITTEN.add(amount);
    }
  }
}
