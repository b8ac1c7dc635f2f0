package dev.diagonal.conflictfree;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.grid.Grid;
import dev.diagonal.internal.metrics.BatchTotals;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.metrics.HotIds;
import dev.diagonal.internal.metrics.HotIds.HotId;
import dev.diagonal.internal.metrics.RunRecorder;
import dev.diagonal.internal.schedule.WatchedTarget;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.metrics.MetricName;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** What a report says of the ids at the ends of rows. */
class EndCountsTest {

  private static final long HUB = -1;

  private static final int NODES = 50_000;

  @Test
  void countsEachRowOfSmallLoad() {
    BatchTotals totals = reported(20_000, 4);
    assertThat(totals.sources().isEstimate()).isFalse();
    assertThat(totals.sources().hottest(1)).containsExactly(new HotId(HUB, 5_000));
  }

  @Test
  void estimatesRowsOfLargeLoad() {
    // The hub is in each eighth row: a sample with a period would miss it, or have nothing else.
    BatchTotals totals = reported(800_000, 8);
    assertThat(totals.sources().isEstimate()).isTrue();
    List<HotId> hottest = totals.sources().hottest(10);
    assertThat(hottest).extracting(HotId::id).containsExactly(HUB);
    assertThat(hottest.get(0).rows()).isCloseTo(100_000, Offset.offset(5_000L));
  }

  @Test
  void namesNoIdOfLargeLoadWithoutHubs() {
    HotIds targets = reported(800_000, 8).targets(); // 16 rows of each, one of them in the sample
    assertThat(targets.isEstimate()).isTrue();
    assertThat(targets.withRows(64)).isNotEmpty();
    assertThat(targets.hottest(10)).isEmpty();
  }

  @Test
  void countsHotIdInCounterExactly() throws IOException {
    MetricsContainerImpl counters = new MetricsContainerImpl("write");
    try (Closeable unused = MetricsEnvironment.scopedMetricsContainer(counters)) {
      var unusedTotals = reported(800_000, 8);
    }
    MetricName hub = MetricName.named(Counted.NAMESPACE, "rows_of_source_" + HUB);
    assertThat(counters.getCounter(hub).getCumulative()).isEqualTo(100_000);
  }

  /**
   * Counts rows, of which each with a number that {@code hubOneIn} divides has the hub as source.
   */
  private static BatchTotals reported(int rows, int hubOneIn) {
    Grid<Integer> grid =
        Grid.bipartite(8)
            .byLongs(row -> row % hubOneIn == 0 ? HUB : node(row), row -> node(row + rows));
    WatchedTarget target = new WatchedTarget(grid.schedule(), batch -> {});
    try (RunRecorder recorder = RunRecorder.start()) {
      EndCounts<Integer> counts = new EndCounts<>(ConflictFreeSettings.of(grid, target));
      for (int row = 0; row < rows; row++) {
        counts.add(row);
      }
      counts.flush();
      return requireNonNull(recorder.totals().get(target.target()));
    }
  }

  private static long node(int row) {
    return new SplittableRandom(row).nextLong(NODES);
  }
}
