package dev.diagonal.elasticsearch;

import dev.diagonal.progress.Counted;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;

/** Reads the counters of a pipeline that is over. */
final class Measures {

  private Measures() {}

  static long counter(PipelineResult result, String name) {
    MetricResult<Long> counter =
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.named(Counted.NAMESPACE, name))
                    .build())
            .getCounters()
            .iterator()
            .next();
    // The DirectRunner adds up the attempted ones a while after the end, Flink has no others.
    Long committed = counter.getCommittedOrNull();
    return committed == null ? counter.getAttempted() : committed;
  }
}
