package dev.diagonal.internal.schedule;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.fault.Retry;
import dev.diagonal.schedule.Batch;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SchedulerTallyTest {

  private static final TinySchedule GRID = TinySchedule.monopartite(3);
  private final SchedulerTally tally = new SchedulerTally(GRID);

  @Test
  void nothingIsZero() {
    assertThat(tally.stats(5)).isEqualTo(new SchedulerStats(0, 0, 0, 0, 0, 0));
  }

  @Test
  void averagesByTimeWithoutIdlePeriods() throws Exception {
    assertThat(tally.opened(1_000)).isEqualTo(1);
    assertThat(tally.opened(1_100)).isEqualTo(2);
    tally.ended(written(0, 1), 1_400);
    tally.ended(written(1, 1), 1_500);
    assertThat(tally.opened(9_000)).isEqualTo(1);
    // 100 ns of one, 300 of two, 100 of one; then, after a pause, 300 of one.
    assertThat(tally.stats(9_300).averageOpen()).isEqualTo(1100 / 800.0);
    assertThat(tally.stats(9_300).maxOpen()).isEqualTo(2);
  }

  @Test
  void hottestSlotHasTheMostRows() throws Exception {
    tally.opened(0);
    tally.ended(written(0, 20), 1); // slot 0 alone
    tally.opened(1);
    tally.ended(written(1, 20), 2); // slots 0 and 1
    tally.opened(2);
    tally.ended(written(4, 30), 3); // slots 1 and 2
    assertThat(tally.stats(3).hottestSlotShare()).isEqualTo(50 / 70.0);
    assertThat(tally.stats(3).rows()).isEqualTo(70);
    assertThat(tally.stats(3).batches()).isEqualTo(3);
  }

  @Test
  void whatFailedIsNotCountedAsWritten() throws Exception {
    BatchRun<Integer> failed = written(0, 10);
    failed.failed(new IllegalStateException("no"));
    tally.opened(0);
    tally.ended(failed, 1);
    assertThat(tally.stats(1)).isEqualTo(new SchedulerStats(0, 0, 0, 1, 1, 0));
  }

  @Test
  void countsRetriesOfAllBatches() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    WatchedTarget twiceRefusing =
        new WatchedTarget(
            GRID,
            batch -> {
              if (attempts.incrementAndGet() <= 2) {
                throw new WatchedTarget.PassingFault("not now");
              }
            });
    tally.opened(0);
    tally.ended(written(twiceRefusing, 0, 1, Retry.defaults().withDelays(ZERO, ZERO)), 1);
    tally.opened(2);
    tally.ended(written(0, 1), 3);
    assertThat(tally.stats(3).retries()).isEqualTo(2);
  }

  private static BatchRun<Integer> written(int cell, int rows) throws Exception {
    return written(new WatchedTarget(GRID, batch -> {}), cell, rows, Retry.never());
  }

  private static BatchRun<Integer> written(WatchedTarget target, int cell, int rows, Retry retry)
      throws Exception {
    try (ConflictScheduler<Integer> scheduler =
        new ConflictScheduler<>(GRID, target, SchedulerSettings.defaults())) {
      BatchRun<Integer> run =
          new BatchRun<>(
              scheduler.newGroup(),
              new Batch<>(cell, Collections.nCopies(rows, 7)),
              1,
              System.nanoTime());
      run.write(target.open(), SchedulerSettings.defaults().withRetry(retry));
      return run;
    }
  }
}
