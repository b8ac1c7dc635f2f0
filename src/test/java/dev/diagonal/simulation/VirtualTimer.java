package dev.diagonal.simulation;

import dev.diagonal.internal.jdbc.schema.Session;
import java.time.Duration;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The timer of a worker's heartbeat: an executor that runs its one periodic task by the virtual
 * clock, over a connection of its own. As the worker's code is replayed it schedules the same task
 * again and again: the last one counts.
 */
final class VirtualTimer extends ScheduledThreadPoolExecutor {

  private final JobWorkerSteps worker;
  private final JobClient client;
  private final Replay replay;
  private @Nullable Runnable task;
  private long delayNanos;
  private int generation;
  private boolean beats;

  VirtualTimer(JobWorkerSteps worker, Duration lease) {
    super(0);
    this.worker = worker;
    this.client =
        new JobClient(worker.world, worker.server(), worker.name, true, lease.toNanos() / 3);
    this.replay = new Replay(client::now);
  }

  Session connection() {
    return new SteppedJdbc(replay);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    task = command;
    delayNanos = unit.toNanos(delay);
    if (!beats) {
      beats = true;
      int begun = ++generation;
      worker.after(unit.toNanos(initialDelay), () -> beat(begun));
    }
    return new Beats();
  }

  private void beat(int begun) {
    if (beats && begun == generation) {
      step(begun);
    }
  }

  private void step(int begun) {
    Runnable now = task;
    if (now == null || begun != generation) {
      replay.clear();
      return;
    }
    Object question;
    try {
      question =
          replay.run(
              () -> {
                now.run();
                return null;
              });
    } catch (Exception fault) {
      throw new IllegalStateException(fault);
    }
    if (question == null) {
      replay.clear();
      worker.after(delayNanos, () -> beat(begun));
    } else {
      client.later(
          question,
          value ->
              worker.after(
                  0,
                  () -> {
                    replay.answer(value);
                    step(begun);
                  }));
    }
  }

  void abandon() {
    client.abandon();
  }

  /** What the worker cancels at the end of a batch. */
  private final class Beats extends FutureTask<Object> implements RunnableScheduledFuture<Object> {

    Beats() {
      super(() -> null);
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      if (!worker.isReplaying()) {
        beats = false;
        generation++;
      }
      return true;
    }

    @Override
    public boolean isPeriodic() {
      return true;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return 0;
    }
  }
}
