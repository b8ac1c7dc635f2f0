package dev.diagonal.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.schedule.WatchedTarget.BadRowsFault;
import dev.diagonal.internal.schedule.WatchedTarget.PassingFault;
import dev.diagonal.metrics.Changes;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.schedule.RejectedRow;
import dev.diagonal.testing.ForwardingBatchWriter;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BatchRunTest {

  private static final TinySchedule GRID = TinySchedule.bipartite(1);
  private static final SchedulerSettings HALVING =
      SchedulerSettings.defaults()
          .withDeadLetters(true)
          .withRetry(new Retry(2, Duration.ZERO, Duration.ZERO));

  @Property(seed = "1", tries = 500)
  void halvingFindsExactlyTheBadRows(
      @ForAll @IntRange(min = 1, max = 64) int rows,
      @ForAll @Size(max = 8) Set<@IntRange(max = 63) Integer> bad)
      throws Exception {
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              for (int row : batch.rows()) {
                if (bad.contains(row)) {
                  throw new BadRowsFault("row " + row + " is bad");
                }
              }
            });
    List<Integer> all = IntStream.range(0, rows).boxed().toList();
    BatchResult<Integer> result = write(target, all);
    List<Integer> badHere = all.stream().filter(bad::contains).toList();
    assertThat(result.rejected())
        .isEqualTo(
            badHere.stream().map(row -> new RejectedRow<>(row, "row " + row + " is bad")).toList());
    Set<Integer> good = new HashSet<>(all);
    good.removeAll(bad);
    assertThat(target.commits.keySet()).isEqualTo(good);
    assertThat(target.commits.values()).allMatch(commits -> commits == 1);
    assertThat(result.rowsWritten()).isEqualTo(good.size());
    assertThat(result.attempts()).isEqualTo(transactions(all, bad));
  }

  /** One for these rows, and, if any of them is bad, those for its halves. */
  private static int transactions(List<Integer> rows, Set<Integer> bad) {
    if (rows.size() == 1 || rows.stream().noneMatch(bad::contains)) {
      return 1;
    }
    int middle = rows.size() / 2;
    return 1
        + transactions(rows.subList(0, middle), bad)
        + transactions(rows.subList(middle, rows.size()), bad);
  }

  @Example
  void writesRowsSeparatelyIfTheyFailOnlyTogether() throws Exception {
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (batch.rows().containsAll(List.of(1, 4))) {
                throw new BadRowsFault("1 and 4 do not go together");
              }
            });
    BatchResult<Integer> result = write(target, List.of(1, 2, 3, 4));
    assertThat(result.rejected()).isEmpty();
    assertThat(result.attempts()).isEqualTo(3);
    assertThat(target.commits).containsOnlyKeys(1, 2, 3, 4);
  }

  @Example
  void halvesAreTriedAgainToo() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (batch.rows().contains(2)) {
                throw new BadRowsFault("2 is bad");
              } else if (tries.incrementAndGet() == 1) {
                throw new PassingFault("once");
              }
            });
    BatchResult<Integer> result = write(target, List.of(1, 2));
    assertThat(result.rejected()).containsExactly(new RejectedRow<>(2, "2 is bad"));
    assertThat(result.attempts()).isEqualTo(4);
  }

  @Example
  void halfThatFailsForOtherReasonFailsBatch() {
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (batch.rows().size() > 1) {
                throw new BadRowsFault("some are bad");
              }
              throw new PassingFault("server is away");
            });
    assertThatThrownBy(() -> write(target, List.of(1, 2)))
        .isInstanceOf(Retry.ExhaustedException.class)
        .hasCauseInstanceOf(PassingFault.class);
  }

  @Example
  void aStoppedGroupIsNotHalved() {
    AtomicInteger tries = new AtomicInteger();
    BatchGroup<Integer> group = group();
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (tries.incrementAndGet() == 2) {
                group.cancel();
                return;
              }
              throw new BadRowsFault("bad");
            });
    BatchRun<Integer> run =
        new BatchRun<>(group, new Batch<>(0, List.of(1, 2)), 1, System.nanoTime());
    assertThatThrownBy(() -> run.write(target.open(), HALVING)).isInstanceOf(BadRowsFault.class);
    assertThat(tries).hasValue(2);
    assertThat(target.commits).containsOnlyKeys(1);
  }

  @Example
  void groupsCancelledDuringBackOffAreNotRetried() {
    AtomicInteger tries = new AtomicInteger();
    BatchGroup<Integer> group = group();
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              tries.incrementAndGet();
              throw new PassingFault("not yet");
            });
    BatchWriter<Integer> writer = new CancellingBeforeTheWait(target.open(), group);
    BatchRun<Integer> run = new BatchRun<>(group, new Batch<>(0, List.of(1)), 1, System.nanoTime());
    assertThatThrownBy(() -> run.write(writer, HALVING)).isInstanceOf(CancellationException.class);
    assertThat(tries).hasValue(1);
    assertThat(run.retries()).isZero();
  }

  @Example
  void halvesAreNotRetries() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (batch.rows().contains(2)) {
                throw new BadRowsFault("2 is bad");
              } else if (tries.incrementAndGet() == 1) {
                throw new PassingFault("once");
              }
            });
    BatchResult<Integer> result = write(target, List.of(1, 2, 3, 4));
    // 1-4, 1-2, 1 (twice), 2, 3-4
    assertThat(result.attempts()).isEqualTo(6);
    assertThat(result.retries()).isEqualTo(1);
  }

  @Example
  void resultAddsUpWhatPartsChanged() throws Exception {
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (batch.rows().contains(2)) {
                throw new BadRowsFault("2 is bad");
              }
            });
    BatchRun<Integer> run =
        new BatchRun<>(group(), new Batch<>(0, List.of(1, 2, 3, 4)), 1, System.nanoTime());
    run.write(new Reporting(target.open(), new Changes(1, 2, 3, 4), Map.of("nodes", 5L)), HALVING);
    BatchResult<Integer> result = run.result(System.nanoTime());
    // The parts that are written: 1, and 3 and 4 together.
    assertThat(result.changes()).isEqualTo(new Changes(2, 4, 6, 8));
    assertThat(result.reported()).isEqualTo(Map.of("nodes", 10L));
    assertThat(result.rowsWritten()).isEqualTo(3);
    assertThat(run.rowsWritten()).isEqualTo(3);
  }

  @Example
  void interruptEndsWaitBetweenAttempts() {
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              Thread.currentThread().interrupt();
              throw new PassingFault("not yet");
            });
    BatchRun<Integer> run =
        new BatchRun<>(group(), new Batch<>(0, List.of(1)), 1, System.nanoTime());
    Duration hour = Duration.ofHours(1);
    SchedulerSettings patient = HALVING.withRetry(new Retry(2, hour, hour));
    assertThatThrownBy(() -> run.write(target.open(), patient))
        .isInstanceOf(InterruptedException.class)
        .satisfies(
            interrupted ->
                assertThat(interrupted.getSuppressed())
                    .singleElement()
                    .isInstanceOf(PassingFault.class));
    assertThat(run.attempts()).isEqualTo(1);
  }

  @Example
  void timesAreInMilliseconds() throws Exception {
    BatchRun<Integer> run =
        new BatchRun<>(group(), new Batch<>(0, List.of(1)), 1, System.nanoTime());
    long startNanos = System.nanoTime() + 3_600_000_000_000L;
    run.started(startNanos, 3);
    BatchResult<Integer> result = run.result(startNanos + 2_999_999);
    assertThat(result.waitMillis()).isBetween(3_600_000L, 3_700_000L);
    assertThat(result.writeMillis()).isEqualTo(2);
    assertThat(result.transactionsOpen()).isEqualTo(3);
  }

  /**
   * Cancels the group when it is asked whether a fault may pass: the last moment before the wait.
   */
  private static final class CancellingBeforeTheWait extends ForwardingBatchWriter<Integer> {
    private final BatchGroup<Integer> group;

    CancellingBeforeTheWait(BatchWriter<Integer> writer, BatchGroup<Integer> group) {
      super(writer);
      this.group = group;
    }

    @Override
    public boolean isRetryable(Exception fault) {
      group.cancel();
      return super.isRetryable(fault);
    }
  }

  /** Reports the same changes after each batch. */
  private static final class Reporting extends ForwardingBatchWriter<Integer> {
    private final Changes changes;
    private final Map<String, Long> reported;

    Reporting(BatchWriter<Integer> writer, Changes changes, Map<String, Long> reported) {
      super(writer);
      this.changes = changes;
      this.reported = reported;
    }

    @Override
    public Changes changes() {
      return changes;
    }

    @Override
    public Map<String, Long> reported() {
      return reported;
    }
  }

  private static BatchResult<Integer> write(WatchedTarget target, List<Integer> rows)
      throws Exception {
    BatchRun<Integer> run = new BatchRun<>(group(), new Batch<>(0, rows), 1, System.nanoTime());
    run.write(target.open(), HALVING);
    return run.result(System.nanoTime());
  }

  private static BatchGroup<Integer> group() {
    return new ConflictScheduler<>(
            GRID, new WatchedTarget(GRID, batch -> {}), SchedulerSettings.defaults())
        .newGroup();
  }
}
