package dev.diagonal.conflictfree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.Retry;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.schedule.WatchedTarget;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.Runner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.metrics.DistributionResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What each setting of a write does, and what is counted; rows come from one source. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriteConflictFreeSettingsTest {

  private static final int BATCH_ROWS = 10;

  @Test
  void opensOneTransactionPerWorker() {
    // One batch for each cell of the diagonal; with fewer workers all would wait in vain.
    CyclicBarrier five = new CyclicBarrier(5);
    Grid<Integer> grid = Grid.bipartite(5).bySlots("five", n -> n % 5, n -> n % 5);
    WatchedTarget target =
        new WatchedTarget(grid.schedule(), batch -> five.await(120, TimeUnit.SECONDS));
    run(write(grid, target).withMaxWorkers(5), numbers(5 * BATCH_ROWS));
    assertThat(target.maxOpen).hasValue(5);
    assertThat(target.commits).hasSize(5 * BATCH_ROWS);
  }

  @Test
  void sourceWaitsWhileWindowIsFull() {
    AtomicInteger emitted = new AtomicInteger();
    AtomicInteger emittedAtFirst = new AtomicInteger();
    Thread[] reader = new Thread[1];
    Grid<Integer> grid = Grid.monopartite(1).bySlots("one", n -> 0, n -> 0);
    WatchedTarget target =
        new WatchedTarget(
            grid.schedule(),
            batch -> {
              if (batch.rows().contains(0)) {
                assertThat(
                        Eventually.within(
                            Duration.ofSeconds(30),
                            () -> reader[0].getState() == Thread.State.WAITING))
                    .isTrue();
                emittedAtFirst.set(emitted.get());
              }
            });
    Source.ACTIONS.put(
        "heldBack",
        rows -> {
          reader[0] = Thread.currentThread();
          for (int n = 0; n < 100 * BATCH_ROWS; n++) {
            emitted.incrementAndGet();
            rows.accept(n);
          }
        });
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    pipeline.apply(
        write(grid, target)
            .withMaxWorkers(1)
            .withPrefetch(2)
            .from(Create.of(0), new Source("heldBack"), VarIntCoder.of()));
    pipeline.run().waitUntilFinish();
    // Two batches have a place, and the last row of the third waits for one.
    assertThat(emittedAtFirst).hasValue(3 * BATCH_ROWS);
    assertThat(target.commits).hasSize(100 * BATCH_ROWS);
  }

  @Test
  void largestBuffersAreEmittedBeyondTheBurst() {
    // Eight rows of each of 16 cells, and then one more of each: no batch is ever full.
    Grid<Integer> grid = Grid.bipartite(4).bySlots("burst", n -> n % 16 / 4, n -> n % 4);
    List<Integer> rows =
        IntStream.concat(
                IntStream.range(0, 16 * 8).map(i -> i / 8 + 16 * (i % 8)),
                IntStream.range(0, 16).map(i -> i + 16 * 8))
            .boxed()
            .toList();
    WatchedTarget patient = new WatchedTarget(grid.schedule(), batch -> {});
    AtomicInteger batches = new AtomicInteger();
    WatchedTarget hasty = new WatchedTarget(grid.schedule(), batch -> batches.incrementAndGet());
    assertThat(batches(run(write(grid, patient), rows))).isEqualTo(16);
    run(write(grid, hasty).withBurstFactor(1), rows);
    assertThat(batches).hasValueGreaterThan(16);
    assertThat(hasty.commits).hasSize(rows.size()).isEqualTo(patient.commits);
  }

  @Test
  void retriesTransientErrorUpToLimit() {
    Grid<Integer> grid = Grid.monopartite(1).bySlots("one", n -> 0, n -> 0);
    WatchedTarget target =
        new WatchedTarget(
            grid.schedule(),
            batch -> {
              throw new WatchedTarget.PassingFault("not yet");
            });
    Retry twice = new Retry(2, Duration.ZERO, Duration.ZERO);
    assertThatThrownBy(() -> run(write(grid, target).withRetry(twice), numbers(3)))
        .hasStackTraceContaining("3 rows of cell 0")
        .hasStackTraceContaining("in 2 attempts: not yet");
  }

  @Test
  void everyBatchIsCounted() {
    // Numbers to their squares: 750 rows in each of the cells 0-0, 1-1, 2-0 and 3-1.
    Grid<Integer> grid = Grid.monopartite(4).bySlots("squares", n -> n % 4, n -> n * n % 4);
    AtomicInteger tries = new AtomicInteger();
    WatchedTarget target =
        new WatchedTarget(
            grid.schedule(),
            batch -> {
              if (tries.incrementAndGet() == 1) {
                throw new WatchedTarget.PassingFault(WatchedTarget.LOCK_TIMED_OUT);
              }
            });
    Retry twice = new Retry(2, Duration.ZERO, Duration.ZERO);
    MetricQueryResults metrics =
        run(write(grid, target).withRetry(twice).withBatchSize(100), numbers(3_000));
    assertThat(batches(metrics)).isEqualTo(32);
    assertThat(counter(metrics, "rows_written")).isEqualTo(3_000);
    assertThat(counter(metrics, "retries")).isEqualTo(1);
    assertThat(counter(metrics, "lock_timeouts")).isEqualTo(1);
    assertThat(counter(metrics, "rows_of_slot_0")).isEqualTo(1_500);
    assertThat(counter(metrics, "rows_of_slot_1")).isEqualTo(1_500);
    assertThat(counter(metrics, "rows_of_slot_2")).isEqualTo(750);
    assertThat(counter(metrics, "rows_of_slot_3")).isEqualTo(750);
    IntStream.of(0, 1, 2, 3)
        .map(n -> grid.cellOf(n))
        .forEach(cell -> assertThat(counter(metrics, "rows_of_cell_" + cell)).isEqualTo(750));
    assertThat(distribution(metrics, "batch_rows"))
        .isEqualTo(DistributionResult.create(3_000, 32, 50, 100));
    assertThat(distribution(metrics, "wait_millis").getCount()).isEqualTo(32);
    DistributionResult open = distribution(metrics, "transactions_open");
    assertThat(open.getCount()).isEqualTo(32);
    assertThat(open.getMin()).isEqualTo(1);
    assertThat(open.getMax()).isBetween(1L, 2L); // four slots: no more than two pairs of them
  }

  private static WriteConflictFree<Integer> write(Grid<Integer> grid, WatchedTarget target) {
    String name = "target " + Shared.TARGETS.size();
    Shared.TARGETS.put(name, target);
    return WriteConflictFree.by(grid, new Shared(name)).withBatchSize(BATCH_ROWS);
  }

  private static MetricQueryResults run(WriteConflictFree<Integer> write, List<Integer> rows) {
    String name = "source " + Source.ACTIONS.size();
    Source.ACTIONS.put(name, output -> rows.forEach(output::accept));
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    pipeline.apply(write.from(Create.of(0), new Source(name), VarIntCoder.of()));
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    return result
        .metrics()
        .queryMetrics(
            MetricsFilter.builder()
                .addNameFilter(MetricNameFilter.inNamespace(Counted.NAMESPACE))
                .build());
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private static long batches(MetricQueryResults metrics) {
    return counter(metrics, "batches_written");
  }

  private static long counter(MetricQueryResults metrics, String name) {
    long sum = 0;
    for (MetricResult<Long> counter : metrics.getCounters()) {
      sum += counter.getName().getName().equals(name) ? counter.getCommitted() : 0;
    }
    return sum;
  }

  /** Of the one step that has it: nothing is left over here. */
  private static DistributionResult distribution(MetricQueryResults metrics, String name) {
    DistributionResult found = DistributionResult.IDENTITY_ELEMENT;
    for (MetricResult<DistributionResult> each : metrics.getDistributions()) {
      if (each.getName().getName().equals(name) && each.getCommitted().getCount() > 0) {
        assertThat(found.getCount()).as(name).isZero();
        found = each.getCommitted();
      }
    }
    return found;
  }

  /** Runners write through copies of it, all to the target of its name. */
  private record Shared(String name) implements BatchWriter.Factory<Integer> {
    private static final Map<String, WatchedTarget> TARGETS = new ConcurrentHashMap<>();

    @Override
    public BatchWriter<Integer> open() {
      return target(name).open();
    }

    @Override
    public String target() {
      return name;
    }

    @Override
    public boolean locksSlots() {
      return true;
    }

    private static WatchedTarget target(String name) {
      WatchedTarget target = TARGETS.get(name);
      if (target == null) {
        throw new IllegalStateException("no " + name);
      }
      return target;
    }
  }

  /** Runners read from copies of it. */
  private record Source(String name) implements PartSource<Integer, Integer> {
    private static final Map<String, Action> ACTIONS = new ConcurrentHashMap<>();

    @FunctionalInterface
    interface Action {
      void into(java.util.function.IntConsumer rows);
    }

    @Override
    public void drive(Integer part, dev.diagonal.files.LineConsumer.Output<Integer> rows) {
      Action action = ACTIONS.get(name);
      if (action == null) {
        throw new IllegalStateException("no " + name);
      }
      action.into(rows::emit);
    }
  }
}
