package dev.diagonal.pipelines.run;

import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.metrics.Changes;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.jspecify.annotations.Nullable;

/** The values of our counters in the steps of a pipeline. */
final class RunMetrics {

  private RunMetrics() {}

  static long sum(MetricQueryResults metrics, Counted counted, String step) {
    return sum(metrics, counted.metricName(), step);
  }

  /**
   * Returns what rows changed, or null if that is unknown for some. If a trigger or a rule may have
   * dropped some, all others are uncertain then.
   */
  static @Nullable Changes changes(MetricQueryResults metrics, String step, long rows) {
    Changes changes =
        new Changes(
            sum(metrics, Counted.ROWS_NEW, step),
            sum(metrics, Counted.ROWS_CHANGED, step),
            sum(metrics, Counted.ROWS_UNCHANGED, step),
            sum(metrics, Counted.ROWS_REPLACED, step),
            sum(metrics, Counted.ROWS_DROPPED, step),
            sum(metrics, Counted.ROWS_UNCERTAIN, step),
            sum(metrics, Counted.ROWS_UNMATCHED, step),
            sum(metrics, Counted.ROWS_UNCONFIRMED, step));
    if (changes.total() == rows) {
      return rows > 0 ? changes : null;
    }
    long dropped = changes.dropped();
    return dropped + changes.uncertain() == 0
        ? null
        : new Changes(0, 0, 0, 0, dropped, Math.max(0, rows - dropped));
  }

  /** Returns all metrics of a pipeline. */
  static MetricQueryResults of(PipelineResult result) {
    return result.metrics().queryMetrics(MetricsFilter.builder().build());
  }

  /** Sums a counter over the steps whose names start with {@code step}. */
  static long sum(MetricQueryResults metrics, String name, String step) {
    long sum = 0;
    for (MetricResult<Long> counter : metrics.getCounters()) {
      if (counter.getName().getNamespace().equals(Counted.NAMESPACE)
          && counter.getName().getName().equals(name)
          && counter.getKey().stepName() != null
          && counter.getKey().stepName().startsWith(step)) {
        Long committed = counter.getCommittedOrNull();
        sum += committed == null ? counter.getAttempted() : committed;
      }
    }
    return sum;
  }
}
