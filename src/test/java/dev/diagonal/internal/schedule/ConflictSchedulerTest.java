package dev.diagonal.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.schedule.WatchedTarget.BadRowsFault;
import dev.diagonal.internal.schedule.WatchedTarget.PassingFault;
import dev.diagonal.schedule.Batch;
import dev.diagonal.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a grid of 3 x 3: the cells 0, 4 and 8 share no slot; 0, 1 and 2 share a row. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConflictSchedulerTest {

  private static final TinySchedule GRID = TinySchedule.bipartite(3);
  private static final SchedulerSettings SETTINGS =
      SchedulerSettings.defaults().withRetry(new Retry(3, Duration.ZERO, Duration.ZERO));
  private static final Duration LONG = Duration.ofMinutes(2);

  /** For idle threads: one that ends looks for work for others, and would hide who forgot to. */
  private static final Duration NEVER = Duration.ofDays(1);

  private final CountDownLatch gate = new CountDownLatch(1);
  private final CountDownLatch entered = new CountDownLatch(1);
  private final List<ConflictScheduler<Integer>> schedulers = new ArrayList<>();

  @AfterEach
  void close() {
    gate.countDown();
    schedulers.forEach(ConflictScheduler::close);
  }

  // Parallel writing

  @Test
  void slowBatchBlocksOnlyItsOwnSlots() throws Exception {
    CountDownLatch others = new CountDownLatch(20);
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (batch.rows().get(0) == 0) {
                entered.countDown();
                pass(gate);
              } else {
                others.countDown();
              }
            });
    BatchGroup<Integer> group = scheduler(target, SETTINGS).newGroup();
    group.submit(batch(0, 0));
    pass(entered);
    group.submit(batch(1, -1));
    group.submit(batch(3, -2));
    for (int row = 1; row <= 20; row++) {
      group.submit(batch(row % 2 == 0 ? 4 : 8, row));
    }
    pass(others);
    assertThat(target.commits).doesNotContainKeys(0, -1, -2);
    gate.countDown();
    group.await();
    assertThat(target.commits).hasSize(23).containsKeys(0, -1, -2);
    assertThat(target.overlaps).isEmpty();
  }

  @Test
  void usesAllWorkersAndFreeSlots() throws Exception {
    CyclicBarrier three = new CyclicBarrier(3);
    WatchedTarget target = new WatchedTarget(GRID, batch -> three.await(120, TimeUnit.SECONDS));
    ConflictScheduler<Integer> scheduler = scheduler(target, SETTINGS.withMaxWorkers(3));
    BatchGroup<Integer> group = scheduler.newGroup();
    for (int row = 0; row < 30; row++) {
      group.submit(batch(4 * (row % 3), row));
    }
    assertThat(group.await()).hasSize(30);
    assertThat(target.maxOpen).hasValue(3);
    assertThat(scheduler.stats().maxOpen()).isEqualTo(3);
    assertThat(target.writersOpened).hasValue(3);
  }

  @Test
  void commitsBatchesOfCellInOrder() throws Exception {
    AtomicBoolean failed = new AtomicBoolean();
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (batch.rows().get(0) == 20 && failed.compareAndSet(false, true)) {
                throw new PassingFault("once");
              }
            });
    BatchGroup<Integer> group = scheduler(target, SETTINGS).newGroup();
    for (int row = 0; row < 90; row++) {
      group.submit(batch(row % 9, row));
    }
    group.await();
    for (int cell = 0; cell < 9; cell++) {
      int first = cell;
      assertThat(target.commitsOfCell.get(cell))
          .isEqualTo(IntStream.range(0, 10).map(i -> first + 9 * i).boxed().toList());
    }
  }

  @Test
  void aResultSaysWhatWasWritten() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              switch (tries.incrementAndGet()) {
                case 1 -> throw new PassingFault("not yet");
                case 2 -> throw new PassingFault(WatchedTarget.LOCK_TIMED_OUT);
                default -> {}
              }
            });
    ConflictScheduler<Integer> scheduler = scheduler(target, SETTINGS);
    BatchGroup<Integer> group = scheduler.newGroup();
    group.submit(batch(5, 1, 2, 3));
    assertThat(group.await())
        .extracting(
            BatchResult::cell,
            BatchResult::rowsWritten,
            BatchResult::attempts,
            BatchResult::lockTimeouts,
            BatchResult::transactionsOpen,
            BatchResult::rejected)
        .containsExactly(tuple(5, 3, 3, 1, 1, List.of()));
    assertThat(group.drain()).isEmpty();
    assertThat(scheduler.stats().retries()).isEqualTo(2);
  }

  @Test
  void resultsCanBeDrainedWhileOthersAreWritten() throws Exception {
    BatchGroup<Integer> group = scheduler(gated(0), SETTINGS).newGroup();
    group.submit(batch(0, 0));
    group.submit(batch(4, 1));
    List<BatchResult<Integer>> drained = new ArrayList<>();
    assertThat(Eventually.within(LONG, () -> drained.addAll(group.drain()))).isTrue();
    assertThat(drained).extracting(BatchResult::cell).containsExactly(4);
    gate.countDown();
    assertThat(group.await()).extracting(BatchResult::cell).containsExactly(0);
  }

  // The window

  @Test
  void fullWindowBlocksSubmitters() throws Exception {
    WatchedTarget target = gated(0);
    ConflictScheduler<Integer> scheduler =
        scheduler(target, SETTINGS.withMaxWorkers(1).withPrefetch(3));
    BatchGroup<Integer> full = scheduler.newGroup();
    for (int row = 0; row < 3; row++) {
      full.submit(batch(0, row));
    }
    BatchGroup<Integer> other = scheduler.newGroup();
    Waiting submitting = Waiting.startAndWait(() -> other.submit(batch(4, 3)));
    // The first group's thread does nothing more; its batches end all the same.
    gate.countDown();
    submitting.join();
    assertThat(other.await()).hasSize(1);
    assertThat(full.await()).hasSize(3);
  }

  @Test
  void interruptedSubmitChangesNothingElse() throws Exception {
    WatchedTarget target = gated(0);
    ConflictScheduler<Integer> scheduler =
        scheduler(target, SETTINGS.withMaxWorkers(1).withPrefetch(1));
    BatchGroup<Integer> group = scheduler.newGroup();
    group.submit(batch(0, 0));
    Waiting interrupted = Waiting.startAndWait(() -> group.submit(batch(4, 1)));
    Waiting behind = Waiting.startAndWait(() -> group.submit(batch(4, 2)));
    interrupted.thread.interrupt();
    assertThatThrownBy(interrupted::join).hasCauseInstanceOf(InterruptedException.class);
    gate.countDown();
    behind.join();
    assertThat(group.await()).hasSize(2);
    assertThat(target.commits).containsOnlyKeys(0, 2);
  }

  @Test
  void interruptedAwaitChangesNothingElse() throws Exception {
    BatchGroup<Integer> group = scheduler(gated(0), SETTINGS).newGroup();
    group.submit(batch(0, 0));
    Waiting waiting = Waiting.startAndWait(group::await);
    waiting.thread.interrupt();
    assertThatThrownBy(waiting::join).hasCauseInstanceOf(InterruptedException.class);
    gate.countDown();
    assertThat(group.await()).hasSize(1);
  }

  @Test
  void refusesMissingCell() {
    BatchGroup<Integer> group = scheduler(gated(0), SETTINGS).newGroup();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> group.submit(batch(9, 0)))
        .withMessage("cell must be < 9, got 9");
  }

  // Failures

  @Test
  void firstFailureDropsPendingBatchesAndAwaitsOthers() throws Exception {
    CountDownLatch bothIn = new CountDownLatch(2);
    CountDownLatch failNow = new CountDownLatch(1);
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              bothIn.countDown();
              pass(batch.cell() == 0 ? failNow : gate);
              throw new IllegalStateException("no table for cell " + batch.cell());
            });
    ConflictScheduler<Integer> scheduler = scheduler(target, SETTINGS);
    BatchGroup<Integer> group = scheduler.newGroup();
    group.submit(batch(0, 11, 12));
    group.submit(batch(4, 13));
    group.submit(batch(0, 14));
    pass(bothIn);
    Waiting await = Waiting.startAndWait(group::await);
    failNow.countDown();
    assertThat(Eventually.within(LONG, group::isStopped)).isTrue();
    assertThatThrownBy(() -> group.submit(batch(8, 15)))
        .isInstanceOf(BatchFailedException.class)
        .hasMessage(
            "cannot write 2 rows of cell 0 to the watched target in 1 attempt: no table for cell 0")
        .hasNoSuppressedExceptions();
    Waiting later = Waiting.startAndWait(group::await);
    assertThat(await.task.isDone() || later.task.isDone()).isFalse();
    gate.countDown();
    assertThatThrownBy(await::join)
        .cause()
        .hasMessageContaining("2 rows of cell 0")
        .hasCauseInstanceOf(IllegalStateException.class)
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly(
                        "cannot write 1 row of cell 4 to the watched target in 1 attempt:"
                            + " no table for cell 4"));
    assertThat(target.commits).isEmpty();
  }

  @Test
  void failureWakesOnlyWaitersOfItsGroup() throws Exception {
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (batch.cell() == 0) {
                pass(gate);
                throw new IllegalStateException("no");
              }
            });
    ConflictScheduler<Integer> scheduler =
        scheduler(target, SETTINGS.withMaxWorkers(1).withPrefetch(2));
    BatchGroup<Integer> failing = scheduler.newGroup();
    BatchGroup<Integer> other = scheduler.newGroup();
    failing.submit(batch(0, 0));
    other.submit(batch(4, 1));
    Waiting first = Waiting.startAndWait(() -> failing.submit(batch(8, 2)));
    Waiting second = Waiting.startAndWait(() -> other.submit(batch(8, 3)));
    gate.countDown();
    assertThatThrownBy(first::join).hasCauseInstanceOf(BatchFailedException.class);
    second.join();
    other.await();
    assertThat(target.commits).containsOnlyKeys(1, 3);
  }

  @Test
  void persistentTransientFaultsFailGroupsWithDeadLetters() throws Exception {
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              throw new PassingFault("server is away", new BadRowsFault("and the rows are bad"));
            });
    BatchGroup<Integer> group = scheduler(target, SETTINGS.withDeadLetters(true)).newGroup();
    group.submit(batch(0, 1, 2));
    assertThatThrownBy(group::await)
        .isInstanceOf(BatchFailedException.class)
        .hasMessage(
            "cannot write 2 rows of cell 0 to the watched target in 3 attempts: server is away")
        .hasCauseInstanceOf(PassingFault.class);
  }

  @Test
  void badRecordFailsGroupWithoutDeadLetters() throws Exception {
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              throw new BadRowsFault("duplicate");
            });
    BatchGroup<Integer> group = scheduler(target, SETTINGS).newGroup();
    group.submit(batch(0, 1, 2));
    assertThatThrownBy(group::await).hasCauseInstanceOf(BadRowsFault.class);
  }

  @Test
  void errorEndsThreadAndFailsOnlyItsGroup() throws Exception {
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (batch.rows().get(0) == 0) {
                throw new StackOverflowError();
              }
            });
    ConflictScheduler<Integer> scheduler = scheduler(target, SETTINGS.withMaxWorkers(1));
    BatchGroup<Integer> failing = scheduler.newGroup();
    BatchGroup<Integer> other = scheduler.newGroup();
    failing.submit(batch(0, 0));
    other.submit(batch(0, 1));
    assertThatThrownBy(failing::await)
        .isInstanceOf(BatchFailedException.class)
        .hasMessageEndingWith("in 1 attempt: java.lang.StackOverflowError")
        .hasCauseInstanceOf(StackOverflowError.class);
    assertThat(other.await()).hasSize(1);
    assertThat(target.writersOpened).hasValue(2);
    scheduler.close();
    assertThat(target.writersClosed).hasValue(2);
  }

  @Test
  void threadThatCannotStartFailsOnlyItsGroup() throws Exception {
    SchedulerPlatform jvm = SchedulerPlatform.jvm();
    AtomicInteger starts = new AtomicInteger();
    SchedulerPlatform full =
        new SchedulerPlatform(
            jvm.lock(),
            jvm.nanoTime(),
            jvm.jitter(),
            work -> {
              if (starts.incrementAndGet() == 1) {
                throw new OutOfMemoryError("no more threads");
              }
              return jvm.start(work);
            });
    ConflictScheduler<Integer> scheduler =
        new ConflictScheduler<>(
            GRID,
            new WatchedTarget(GRID, batch -> {}),
            SETTINGS.withMaxWorkers(1).withPrefetch(1),
            NEVER,
            LONG,
            full);
    schedulers.add(scheduler);
    BatchGroup<Integer> failing = scheduler.newGroup();
    failing.submit(batch(0, 0));
    assertThatThrownBy(failing::await)
        .hasMessageEndingWith("in 0 attempts: java.lang.OutOfMemoryError: no more threads");
    BatchGroup<Integer> other = scheduler.newGroup();
    other.submit(batch(0, 1));
    assertThat(other.await()).hasSize(1);
  }

  @Test
  void interruptOfBatchDoesNotAffectNext() throws Exception {
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (batch.rows().get(0) == 0) {
                Thread.currentThread().interrupt();
              } else if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("still interrupted");
              }
            });
    BatchGroup<Integer> group = scheduler(target, SETTINGS.withMaxWorkers(1)).newGroup();
    group.submit(batch(0, 0));
    group.submit(batch(0, 1));
    assertThat(group.await()).hasSize(2);
  }

  @Test
  void failedOpenFailsGroupAndIsRetriedLater() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    WatchedTarget target =
        new WatchedTarget(GRID, batch -> {})
            .opening(
                () -> {
                  int times = opened.incrementAndGet();
                  if (times == 1) {
                    throw new NoClassDefFoundError("Driver");
                  } else if (times == 2) {
                    throw new IllegalStateException("no licence");
                  }
                });
    ConflictScheduler<Integer> scheduler = scheduler(target, SETTINGS);
    for (String message :
        List.of("in 0 attempts: java.lang.NoClassDefFoundError: Driver", "no licence")) {
      BatchGroup<Integer> group = scheduler.newGroup();
      group.submit(batch(0, 0));
      assertThatThrownBy(group::await).hasMessageEndingWith(message);
    }
    BatchGroup<Integer> group = scheduler.newGroup();
    group.submit(batch(0, 0));
    assertThat(group.await()).hasSize(1);
  }

  // Cancellation

  @Test
  void cancelDropsPendingBatchesAndAwaitsOthers() throws Exception {
    WatchedTarget target = gated(0);
    ConflictScheduler<Integer> scheduler = scheduler(target, SETTINGS);
    BatchGroup<Integer> group = scheduler.newGroup();
    BatchGroup<Integer> other = scheduler.newGroup();
    group.submit(batch(0, 0));
    group.submit(batch(1, 1));
    other.submit(batch(1, 2));
    Waiting awaiting = Waiting.startAndWait(group::await);
    Waiting cancelling = Waiting.startAndWait(() -> assertThat(group.cancel()).isTrue());
    gate.countDown();
    cancelling.join();
    assertThatThrownBy(awaiting::join).hasCauseInstanceOf(CancellationException.class);
    assertThat(group.cancel()).isTrue();
    assertThatThrownBy(() -> group.submit(batch(8, 3))).isInstanceOf(CancellationException.class);
    assertThat(other.await()).hasSize(1);
    assertThat(target.commits).containsOnlyKeys(0, 2);
  }

  @Test
  void largeBatchesOccupySeveralPlaces() throws Exception {
    ConflictScheduler<Integer> scheduler =
        scheduler(gated(0), SETTINGS.withMaxWorkers(1).withPrefetch(8));
    BatchGroup<Integer> group = scheduler.newGroup();
    group.submit(batch(0, 0), 40L << 20);
    group.submit(batch(0, 1), 16L << 20);
    group.submit(batch(0, 2), 0);
    Waiting waiting = Waiting.startAndWait(() -> group.submit(batch(0, 3), 200L << 20));
    gate.countDown();
    waiting.join();
    group.submit(batch(0, 4), 64L << 20);
    assertThat(group.await()).hasSize(5);
  }

  @Test
  void windowBoundsTheBytesOfItsBatches() throws Exception {
    ConflictScheduler<Integer> scheduler =
        scheduler(gated(0), SETTINGS.withMaxWorkers(1).withPrefetch(8));
    BatchGroup<Integer> group = scheduler.newGroup();
    for (int row = 0; row < 4; row++) {
      group.submit(batch(0, row), 15L << 20);
    }
    // The fifth would make 75 MiB, where 64 are allowed.
    Waiting waiting = Waiting.startAndWait(() -> group.submit(batch(0, 4), 15L << 20));
    assertThat(waiting.task.isDone()).isFalse();
    gate.countDown();
    waiting.join();
    assertThat(group.await()).hasSize(5);
  }

  @Test
  void cancellingWakesThreadsWaitingToSubmit() throws Exception {
    ConflictScheduler<Integer> scheduler =
        scheduler(gated(0), SETTINGS.withMaxWorkers(1).withPrefetch(1));
    BatchGroup<Integer> full = scheduler.newGroup();
    BatchGroup<Integer> cancelled = scheduler.newGroup();
    full.submit(batch(0, 0));
    Waiting first = Waiting.startAndWait(() -> full.submit(batch(4, 1)));
    Waiting behind = Waiting.startAndWait(() -> cancelled.submit(batch(4, 2)));
    assertThat(cancelled.cancel()).isTrue();
    assertThatThrownBy(behind::join).hasCauseInstanceOf(CancellationException.class);
    gate.countDown();
    first.join();
    assertThat(full.await()).hasSize(2);
  }

  @Test
  void cancellingWaitsThoughInterruptedButNotForEver() throws Exception {
    WatchedTarget target = gated(0);
    ConflictScheduler<Integer> scheduler = scheduler(target, SETTINGS, NEVER, Duration.ofMillis(1));
    BatchGroup<Integer> group = scheduler.newGroup();
    BatchGroup<Integer> other = scheduler.newGroup();
    group.submit(batch(0, 0));
    Thread.currentThread().interrupt();
    assertThat(group.cancel()).isFalse();
    assertThat(Thread.interrupted()).isTrue();
    other.submit(batch(1, 1));
    other.submit(batch(4, 2));
    // What is still in flight keeps its slots.
    assertThat(Eventually.within(LONG, () -> target.commits.containsKey(2))).isTrue();
    assertThat(target.commits).containsOnlyKeys(2);
    gate.countDown();
    other.await();
    assertThat(target.overlaps).isEmpty();
    assertThat(group.cancel()).isTrue();
  }

  @Test
  void aCancelledBatchIsNotTriedAgain() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              tries.incrementAndGet();
              pass(gate);
              throw new PassingFault("always");
            });
    BatchGroup<Integer> group = scheduler(target, SETTINGS).newGroup();
    group.submit(batch(0, 0));
    Waiting cancelling = Waiting.startAndWait(group::cancel);
    gate.countDown();
    cancelling.join();
    assertThat(tries).hasValue(1);
  }

  @Test
  void droppedBatchReleasesReservedSlots() throws Exception {
    // A window of 3: once 7 have come after a batch, its slots are kept for it.
    WatchedTarget target = gated(0);
    ConflictScheduler<Integer> scheduler =
        scheduler(target, SETTINGS.withMaxWorkers(3).withPrefetch(1));
    BatchGroup<Integer> slow = scheduler.newGroup();
    BatchGroup<Integer> cold = scheduler.newGroup();
    BatchGroup<Integer> hot = scheduler.newGroup();
    slow.submit(batch(0, 0)); // keeps row 0
    cold.submit(batch(1, 1)); // waits for row 0; column 1 is free
    for (int row = 2; row < 9; row++) {
      hot.submit(batch(4, row)); // column 1
      if (row < 8) {
        hot.await();
      }
    }
    assertThat(target.commits).containsOnlyKeys(2, 3, 4, 5, 6, 7);
    cold.cancel();
    hot.await();
    assertThat(target.commits).containsKey(8).doesNotContainKey(0);
    gate.countDown();
    assertThat(slow.await()).hasSize(1);
  }

  // Threads and closing

  @Test
  void idleThreadsCloseWritersAndNewOnesStart() throws Exception {
    WatchedTarget target = new WatchedTarget(GRID, batch -> {});
    BatchGroup<Integer> group = scheduler(target, SETTINGS, Duration.ofMillis(1), LONG).newGroup();
    for (int times = 1; times <= 3; times++) {
      int expected = times;
      group.submit(batch(0, times));
      group.await();
      assertThat(Eventually.within(LONG, () -> target.writersClosed.get() == expected)).isTrue();
    }
  }

  @Test
  void closeFailsPendingBatchesAndAwaitsOthers() throws Exception {
    WatchedTarget target = gated(0);
    ConflictScheduler<Integer> scheduler = scheduler(target, SETTINGS.withMaxWorkers(1));
    BatchGroup<Integer> committing = scheduler.newGroup();
    BatchGroup<Integer> waiting = scheduler.newGroup();
    committing.submit(batch(0, 0));
    pass(entered);
    waiting.submit(batch(4, 1, 2));
    waiting.submit(batch(4, 3));
    Waiting closing = Waiting.startAndWait(scheduler::close);
    assertThatThrownBy(waiting::await)
        .hasMessage(
            "cannot write 2 rows of cell 4 to the watched target in 0 attempts:"
                + " the writer was closed before the batch started")
        .hasNoSuppressedExceptions();
    assertThatIllegalStateException()
        .isThrownBy(() -> scheduler.newGroup().submit(batch(0, 4)))
        .withMessage("the writer to the watched target has been closed");
    gate.countDown();
    closing.join();
    assertThat(committing.await()).hasSize(1);
    assertThat(target.commits).containsOnlyKeys(0);
    assertThat(target.writersClosed).hasValue(1);
    scheduler.close();
  }

  @Test
  void closingWakesWhoeverWaitsToSubmit() throws Exception {
    ConflictScheduler<Integer> scheduler =
        scheduler(gated(0), SETTINGS.withMaxWorkers(1).withPrefetch(1));
    BatchGroup<Integer> group = scheduler.newGroup();
    group.submit(batch(0, 0));
    Waiting submitting = Waiting.startAndWait(() -> group.submit(batch(4, 1)));
    Waiting closing = Waiting.startAndWait(scheduler::close);
    assertThatThrownBy(submitting::join).hasCauseInstanceOf(IllegalStateException.class);
    gate.countDown();
    closing.join();
  }

  @Test
  void closingInterruptsWhatDoesNotEnd() throws Exception {
    ConflictScheduler<Integer> scheduler =
        scheduler(gated(0), SETTINGS, NEVER, Duration.ofMillis(1));
    BatchGroup<Integer> group = scheduler.newGroup();
    group.submit(batch(0, 0));
    pass(entered);
    scheduler.close();
    assertThatThrownBy(group::await).hasCauseInstanceOf(InterruptedException.class);
  }

  /** A target at which the batch that starts with this row waits for the gate. */
  private WatchedTarget gated(int row) {
    return new WatchedTarget(
        GRID,
        batch -> {
          if (batch.rows().get(0) == row) {
            entered.countDown();
            pass(gate);
          }
        });
  }

  private ConflictScheduler<Integer> scheduler(WatchedTarget target, SchedulerSettings settings) {
    return scheduler(target, settings, NEVER, LONG);
  }

  private ConflictScheduler<Integer> scheduler(
      WatchedTarget target, SchedulerSettings settings, Duration idle, Duration patience) {
    ConflictScheduler<Integer> scheduler =
        new ConflictScheduler<>(GRID, target, settings, idle, patience, SchedulerPlatform.jvm());
    schedulers.add(scheduler);
    return scheduler;
  }

  private static void pass(CountDownLatch latch) throws InterruptedException {
    // Longer than a test may take: a batch that gave up would set others free, and hide a hang.
    if (!latch.await(5, TimeUnit.MINUTES)) {
      throw new IllegalStateException("waited in vain");
    }
  }

  private static Batch<Integer> batch(int cell, Integer... rows) {
    return new Batch<>(cell, List.of(rows));
  }

  /** What waits in a thread of its own. */
  private record Waiting(FutureTask<?> task, Thread thread) {

    interface Action {
      void run() throws Exception;
    }

    /** Starts the action and returns once it waits for something. */
    static Waiting startAndWait(Action action) {
      FutureTask<?> task =
          new FutureTask<>(
              () -> {
                action.run();
                return true;
              });
      Thread thread = new Thread(task);
      thread.start();
      assertThat(
              Eventually.within(
                  LONG,
                  () ->
                      thread.getState() == Thread.State.WAITING
                          || thread.getState() == Thread.State.TIMED_WAITING
                          || thread.getState() == Thread.State.TERMINATED))
          .isTrue();
      return new Waiting(task, thread);
    }

    void join() throws Exception {
      task.get(120, TimeUnit.SECONDS);
    }
  }
}
