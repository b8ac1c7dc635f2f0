package dev.diagonal.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.block.BlockConsumer;
import dev.diagonal.block.BlockConsumer.Output;
import dev.diagonal.block.TextBlock;
import dev.diagonal.block.TextFile;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.BadLine;
import dev.diagonal.grid.Grid;
import dev.diagonal.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a DoFn instance holds, from its setup to its teardown. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DealersTest {

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
            if (!gate.await(30, TimeUnit.SECONDS)) {
              throw new IllegalStateException("waited in vain");
            }
          });
  private final ConflictFree<Integer> write =
      ConflictFree.of(GRID, target).withBatchSize(BATCH_ROWS);

  @Test
  void teardownAfterAFailedBundleWaitsForWhatIsInFlightAndDropsTheRest() throws Exception {
    Dealers<Integer> dealers = dealers();
    Dealer<Integer> dealer = dealers.in(GlobalWindow.INSTANCE);
    Kept output = new Kept();
    rows(2 * BATCH_ROWS + 1).forEach(row -> dealer.add(row, output));
    assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> dealer.add(-1, output)).isInstanceOf(BadInputException.class);

    Thread teardown = new Thread(dealers::close);
    teardown.start();
    assertThat(
            Eventually.within(
                Duration.ofSeconds(30), () -> teardown.getState() == Thread.State.TIMED_WAITING))
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
  void teardownOfOneInstanceLeavesTheBatchesOfOthersAlone() {
    gate.countDown();
    Dealers<Integer> failed = dealers();
    Dealers<Integer> other = dealers();
    Kept output = new Kept();
    rows(BATCH_ROWS).forEach(row -> other.in(GlobalWindow.INSTANCE).add(row, output));
    failed.close();
    rows(BATCH_ROWS).forEach(row -> other.in(GlobalWindow.INSTANCE).add(row, output));
    other.finish((window, dealer) -> dealer.finish(output));
    assertThat(output.dealt).hasSize(2);
    other.close();
    assertThat(target.commits.values()).containsOnly(2);
  }

  @Test
  void aParserThatCannotBeClosedDoesNotKeepTheScheduler() {
    DealingConsumer<Integer> consumer = new DealingConsumer<>(new Unclosable(), dealers());
    assertThatThrownBy(consumer::close).hasMessage("cannot be closed");
    assertThatIllegalStateException()
        .isThrownBy(() -> SchedulerRegistry.JVM.release(write.id()))
        .withMessageEndingWith(" is not acquired");
  }

  @Test
  void teardownWithoutASetupHidesNoFault() {
    VarIntCoder coder = VarIntCoder.of();
    Dealer.Leaving leaving = Dealer.Leaving.WRITES_WHAT_IS_FULL;
    assertThatCode(() -> new DealFn<>(write, coder, leaving, false).teardown())
        .doesNotThrowAnyException();
    assertThatCode(() -> new DealSourceFn<>(rows -> {}, write, coder, leaving, false).teardown())
        .doesNotThrowAnyException();
    assertThatCode(() -> new WriteLeftoversFn<>(write, coder, false).teardown())
        .doesNotThrowAnyException();
  }

  private Dealers<Integer> dealers() {
    return new Dealers<>(write, VarIntCoder.of(), Dealer.Leaving.WRITES_WHAT_IS_FULL);
  }

  private static List<Integer> rows(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  /** Keeps what comes out, and fails on the first bad row. */
  private static final class Kept implements Output<Dealt<Integer>> {
    private final List<Dealt<Integer>> dealt = new ArrayList<>();

    @Override
    public void emit(Dealt<Integer> element) {
      dealt.add(element);
    }

    @Override
    public void reject(BadLine line) {
      throw new BadInputException(line.describe());
    }
  }

  private static final class Unclosable implements BlockConsumer<Integer> {
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
