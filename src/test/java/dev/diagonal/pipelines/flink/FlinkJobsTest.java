package dev.diagonal.pipelines.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.metrics.Counted;
import java.util.EnumMap;
import java.util.Map;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.sdk.metrics.MetricName;
import org.junit.jupiter.api.Test;

final class FlinkJobsTest {

  private final Map<Counted, Long> counts = new EnumMap<>(Counted.class);

  @Test
  void sumsCountersOfAllSteps() {
    MetricsContainerStepMap steps = new MetricsContainerStepMap();
    count(steps, "Read", Counted.NAMESPACE, "rows_read", 300);
    count(steps, "Read more", Counted.NAMESPACE, "rows_read", 5_000_000_000L);
    count(steps, "Read", "of others", "rows_read", 7);
    count(steps, "Read", Counted.NAMESPACE, "rows", 11);
    steps
        .getContainer("Read")
        .getDistribution(MetricName.named(Counted.NAMESPACE, "bytes_read"))
        .update(13);
    count(steps, "Write", Counted.NAMESPACE, "batches_written", 17);
    FlinkJobs.addTo(counts, steps.toString());
    assertThat(counts)
        .isEqualTo(Map.of(Counted.ROWS_READ, 5_000_000_300L, Counted.BATCHES_WRITTEN, 17L));
  }

  @Test
  void whatIsNoMetricsOfBeamCountsNothing() {
    FlinkJobs.addTo(counts, "no JSON");
    FlinkJobs.addTo(counts, "{\"metrics\":{\"attempted\":[{\"labels\":{}}]}}");
    assertThat(counts).isEmpty();
  }

  @Test
  void aClusterThatDoesNotAnswerSaysNothing() {
    FlinkJobs jobs = new FlinkJobs("localhost:1");
    assertThat(jobs.idOf("any")).isEmpty();
    assertThat(jobs.counts("0123")).isEmpty();
    assertThat(jobs.knows("0123")).isEmpty();
  }

  private static void count(
      MetricsContainerStepMap steps, String step, String namespace, String name, long amount) {
    MetricsContainerImpl container = steps.getContainer(step);
    container.getCounter(MetricName.named(namespace, name)).inc(amount);
  }
}
