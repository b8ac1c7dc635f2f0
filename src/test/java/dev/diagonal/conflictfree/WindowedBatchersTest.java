package dev.diagonal.conflictfree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.schedule.SchedulerRegistry;
import dev.diagonal.internal.schedule.WatchedTarget;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.Eventually;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a DoFn instance holds, from its setup to its teardown. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WindowedBatchersTest {

  private static final int BATCH_ROWS = 10;

  /** One slot: all rows but the negative ones are in one cell. */
  private static final Grid<Integer> GRID =
      Grid.monopartite(1).bySlots("one", n -> n < 0 ? n : 0, n -> 0);

  private final CountDownLatch gate = new CountDownLatch(1);
  private final CountDownLatch entered = new CountDownLatch(1);
  private final WatchedTarget target =
      new WatchedTarget(
          GRID.schedule(),
          batch -> {
            entered.countDown();
            if (!gate.await(120, TimeUnit.SECONDS)) {
              throw new IllegalStateException("waited in vain");
            }
          });
  private final ConflictFreeSettings<Integer> write =
      ConflictFreeSettings.of(GRID, target).withBatchSize(BATCH_ROWS);

  @Test
  void teardownAwaitsBatchesInFlightAndDropsOthers() throws Exception {
    WindowedBatchers<Integer> batchers = batchers();
    CellBatcher<Integer> batcher = batchers.in(GlobalWindow.INSTANCE);
    Kept output = new Kept();
    rows(2 * BATCH_ROWS + 1).forEach(row -> batcher.add(row, output));
    assertThat(entered.await(120, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> batcher.add(-1, output)).isInstanceOf(BadInputException.class);

    Thread teardown = new Thread(batchers::close);
    teardown.start();
    assertThat(
            Eventually.within(
                java.time.Duration.ofSeconds(30),
                () -> teardown.getState() == Thread.State.TIMED_WAITING))
        .isTrue();
    assertThat(target.commits).isEmpty();
    gate.countDown();
    teardown.join();
    assertThat(target.commits).containsOnlyKeys(rows(BATCH_ROWS).toArray(Integer[]::new));
    assertThat(target.writersClosed).hasValue(target.writersOpened.get());
    assertThatIllegalStateException()
        .isThrownBy(() -> SchedulerRegistry.JVM.release(write.id()))
        .withMessageEndingWith(" is not acquired");
  }

  @Test
  void teardownKeepsBatchesOfOtherInstances() {
    gate.countDown();
    WindowedBatchers<Integer> failed = batchers();
    WindowedBatchers<Integer> other = batchers();
    Kept output = new Kept();
    rows(BATCH_ROWS).forEach(row -> other.in(GlobalWindow.INSTANCE).add(row, output));
    failed.close();
    rows(BATCH_ROWS).forEach(row -> other.in(GlobalWindow.INSTANCE).add(row, output));
    other.finish((window, batcher) -> batcher.finish(output));
    assertThat(output.outcome).hasSize(2);
    other.close();
    assertThat(target.commits.values()).containsOnly(2);
  }

  @Test
  void windowsOfABundleShareTheBound() {
    String wide = "x".repeat(1 << 16); // taken for 128 KiB in memory: 511 of them are 64 MiB
    Grid<String> grid = Grid.monopartite(1).bySlots("one", text -> 0, text -> 0);
    ConflictFreeSettings<String> patient =
        ConflictFreeSettings.of(grid, KeptTexts.NOWHERE)
            .withBatchSize(1_000_000)
            .withBurstFactor(10_000);
    WindowedBatchers<String> batchers =
        new WindowedBatchers<>(patient, StringUtf8Coder.of(), CellBatcher.EmitPolicy.EMIT_ALL);
    Map<BoundedWindow, Integer> held = new HashMap<>();
    WindowedBatchers.Outputs<String> outputs =
        of -> new KeptTexts(rows -> held.merge(of, -rows, Integer::sum));
    int most = 0;
    for (int row = 0; row < 2_000; row++) {
      // The first window has most of the rows at first, and then none.
      BoundedWindow window = window(row < 400 ? 0 : 1 + row % 7);
      held.merge(window, 1, Integer::sum);
      batchers.add(window, wide, outputs);
      most = Math.max(most, held.values().stream().mapToInt(Integer::intValue).sum());
    }
    assertThat(most).isEqualTo(511);
    assertThat(held.get(window(0))).as("those that hold the most emit first").isZero();
    batchers.finish((window, batcher) -> batcher.finish(outputs.of(window)));
    assertThat(held.values()).containsOnly(0);
    batchers.close();
  }

  private static BoundedWindow window(int second) {
    return new IntervalWindow(new Instant(1_000L * second), Duration.millis(1_000));
  }

  @Test
  void releasesSchedulerWhenParserCannotBeClosed() {
    BatchLines<Integer> consumer = new BatchLines<>(new Unclosable(), batchers());
    assertThatThrownBy(consumer::close).hasMessage("cannot be closed");
    assertThatIllegalStateException()
        .isThrownBy(() -> SchedulerRegistry.JVM.release(write.id()))
        .withMessageEndingWith(" is not acquired");
  }

  @Test
  void teardownWithoutASetupHidesNoFault() {
    VarIntCoder coder = VarIntCoder.of();
    CellBatcher.EmitPolicy emitPolicy = CellBatcher.EmitPolicy.WRITE_FULL_BATCHES;
    assertThatCode(() -> new AssignCellsFn<>(write, coder, emitPolicy, false).teardown())
        .doesNotThrowAnyException();
    assertThatCode(
            () ->
                new BatchSourceFn<Integer, Integer>(
                        (part, rows) -> {}, write, coder, emitPolicy, false)
                    .teardown())
        .doesNotThrowAnyException();
    assertThatCode(() -> new WriteLeftoversFn<>(write, coder, false).teardown())
        .doesNotThrowAnyException();
  }

  private WindowedBatchers<Integer> batchers() {
    return new WindowedBatchers<>(
        write, VarIntCoder.of(), CellBatcher.EmitPolicy.WRITE_FULL_BATCHES);
  }

  private static List<Integer> rows(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  /** Keeps the outputs, and fails on the first bad row. */
  private static final class Kept implements Output<CellOutput<Integer>> {
    private final List<CellOutput<Integer>> outcome = new ArrayList<>();

    @Override
    public void emit(CellOutput<Integer> element) {
      outcome.add(element);
    }

    @Override
    public void reject(DeadLetter line) {
      throw new BadInputException(line.describe());
    }
  }

  /** Reports how many rows are emitted. */
  private record KeptTexts(IntConsumer rows) implements Output<CellOutput<String>> {

    static final BatchWriter.Factory<String> NOWHERE =
        new BatchWriter.Factory<>() {
          @Override
          public BatchWriter<String> open() {
            throw new IllegalStateException("nothing is written");
          }

          @Override
          public String target() {
            return "nowhere";
          }

          @Override
          public boolean locksSlots() {
            return false;
          }
        };

    @Override
    public void emit(CellOutput<String> element) {
      rows.accept(((CellOutput.Leftover<String>) element).rows().size());
    }

    @Override
    public void reject(DeadLetter line) {
      throw new BadInputException(line.describe());
    }
  }

  private static final class Unclosable implements LineConsumer<Integer> {
    @Override
    public void open(TextFile file) {}

    @Override
    public long accept(TextBlock block, Output<Integer> output) {
      return 0;
    }

    @Override
    public void finish(Output<Integer> output) {}

    @Override
    public void close() {
      throw new IllegalStateException("cannot be closed");
    }
  }
}
