package dev.diagonal.elasticsearch;

import dev.diagonal.internal.metrics.Counted;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;

/** Reads the counters and distributions of a pipeline that is over. */
final class Measures {

  private Measures() {}

  static long counter(PipelineResult result, String name) {
    return valueOf(named(result, name).getCounters().iterator().next());
  }

  /** Returns the sum of a distribution. */
  static long sum(PipelineResult result, String name) {
    return valueOf(named(result, name).getDistributions().iterator().next()).getSum();
  }

  private static MetricQueryResults named(PipelineResult result, String name) {
    return result
        .metrics()
        .queryMetrics(
            MetricsFilter.builder()
                .addNameFilter(MetricNameFilter.named(Counted.NAMESPACE, name))
                .build());
  }

  private static <T> T valueOf(MetricResult<T> metric) {
    // The DirectRunner adds up the attempted ones a while after the end, Flink has no others.
    T committed = metric.getCommittedOrNull();
    return committed == null ? metric.getAttempted() : committed;
  }
}
