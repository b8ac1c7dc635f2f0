package dev.diagonal.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.metrics.RecordedBatch;
import dev.diagonal.internal.metrics.RunRecorder;
import dev.diagonal.schedule.Batch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchThreadTest {

  private static final TinySchedule GRID = TinySchedule.bipartite(3);
  private static final SchedulerSettings SETTINGS =
      SchedulerSettings.defaults().withRetry(new Retry(3, Duration.ZERO, Duration.ZERO));

  @Test
  void reportHasWrittenAndFailedBatches() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    WatchedTarget target =
        new WatchedTarget(
            GRID,
            batch -> {
              if (batch.cell() == 0) {
                throw new IllegalStateException("no");
              } else if (tries.incrementAndGet() == 1) {
                throw new WatchedTarget.PassingFault("once");
              }
            });
    try (RunRecorder recorder = RunRecorder.start();
        ConflictScheduler<Integer> scheduler = new ConflictScheduler<>(GRID, target, SETTINGS)) {
      write(scheduler, new Batch<>(5, List.of(1, 2, 3)));
      assertThatThrownBy(() -> write(scheduler, new Batch<>(0, List.of(4))))
          .isInstanceOf(BatchFailedException.class);
      assertThat(recorder.batches())
          .extracting(
              RecordedBatch::target,
              RecordedBatch::row,
              RecordedBatch::column,
              RecordedBatch::rows,
              RecordedBatch::attempts,
              RecordedBatch::failed)
          .containsExactly(
              tuple("the watched target", 1, 5, 3L, 2, false),
              tuple("the watched target", 0, 3, 0L, 1, true));
    }
  }

  @Test
  void openFailureCountsAsOneAttemptInReport() throws Exception {
    AtomicBoolean opens = new AtomicBoolean();
    WatchedTarget target =
        new WatchedTarget(GRID, batch -> {})
            .opening(
                () -> {
                  if (!opens.get()) {
                    throw new IllegalStateException("no licence");
                  }
                });
    try (RunRecorder recorder = RunRecorder.start();
        ConflictScheduler<Integer> scheduler = new ConflictScheduler<>(GRID, target, SETTINGS)) {
      assertThatThrownBy(() -> write(scheduler, new Batch<>(0, List.of(1))))
          .isInstanceOf(BatchFailedException.class);
      opens.set(true);
      write(scheduler, new Batch<>(0, List.of(1)));
      assertThat(recorder.batches())
          .extracting(RecordedBatch::attempts, RecordedBatch::failed)
          .containsExactly(tuple(1, true), tuple(1, false));
    }
  }

  private static void write(ConflictScheduler<Integer> scheduler, Batch<Integer> batch)
      throws Exception {
    BatchGroup<Integer> group = scheduler.newGroup();
    group.submit(batch);
    assertThat(group.await()).hasSize(1);
  }
}
