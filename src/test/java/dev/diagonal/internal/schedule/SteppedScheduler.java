package dev.diagonal.internal.schedule;

import dev.diagonal.grid.Schedule;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * A {@link ConflictScheduler} without threads: all its decisions, one step at a time. Where the
 * scheduler would make its caller wait, a step returns, and runs again after the same signal.
 */
public final class SteppedScheduler<T> {

  private final SchedulerSettings settings;
  private final ConflictScheduler<T> scheduler;

  /**
   * @param idleTime how long a thread without work stays
   * @param nanoTime the clock
   * @param jitter random numbers for the waits between attempts
   * @param wakes runs what a signal wakes
   * @param started takes each thread that the scheduler starts
   */
  public SteppedScheduler(
      Schedule schedule,
      BatchWriter.Factory<T> factory,
      SchedulerSettings settings,
      Duration idleTime,
      LongSupplier nanoTime,
      DoubleSupplier jitter,
      Executor wakes,
      Consumer<SteppedThread<T>> started) {
    this.settings = settings;
    this.scheduler =
        new ConflictScheduler<>(
            schedule,
            factory,
            settings,
            idleTime,
            Duration.ZERO,
            new SchedulerPlatform(
                new SteppedLock(wakes),
                nanoTime,
                jitter,
                work -> {
                  started.accept(threadOf(work));
                  return () -> {};
                }));
  }

  @SuppressWarnings("unchecked") // the scheduler starts nothing else
  private SteppedThread<T> threadOf(Runnable work) {
    return new SteppedThread<>(scheduler(), (BatchThread<T>) work);
  }

  ConflictScheduler<T> scheduler() {
    return scheduler;
  }

  public BatchGroup<T> newGroup() {
    return scheduler.newGroup();
  }

  /** Begins to submit a batch: it is in the queue for the window now. */
  public Submission ask(BatchGroup<T> group, Batch<T> batch, long bytes) {
    return new Submission(group, batch, bytes);
  }

  /** A batch on its way into the window. */
  public final class Submission {
    private final BatchGroup<T> group;
    private final Batch<T> batch;
    private final long bytes;
    private final FairPermits.Turn turn;
    private final int places;

    private Submission(BatchGroup<T> group, Batch<T> batch, long bytes) {
      this.group = group;
      this.batch = batch;
      this.bytes = bytes;
      this.places = settings.placesOf(bytes);
      this.turn = scheduler.window().ask(places);
    }

    /**
     * Returns whether the batch is in the window now; otherwise it waits.
     *
     * @param entering runs before the batch enters
     * @throws RuntimeException if the scheduler refuses the batch
     */
    public boolean enters(Runnable entering) throws InterruptedException {
      if (scheduler.refuses(group)) {
        withdraw();
        scheduler.submit(group, batch, bytes); // throws
        throw new IllegalStateException("a refused batch was taken");
      }
      if (!scheduler.window().takes(turn)) {
        return false;
      }
      scheduler.window().leaveQueue(turn);
      entering.run();
      scheduler.entered(group, batch, places);
      return true;
    }

    /** Whether it is first in the queue and its places are free. */
    public boolean couldEnter() {
      return scheduler.window().isNext(turn);
    }

    public int places() {
      return places;
    }

    public void whenCalled(Runnable work) {
      SteppedLock.whenSignalled(turn.called(), work);
    }

    /** Leaves the queue, as a thread does that is interrupted while it waits. */
    public void withdraw() {
      scheduler.window().leaveQueue(turn);
    }
  }

  /** Cancels a group, without waiting for its batches in flight. */
  public void cancel(BatchGroup<T> group) {
    group.stop();
  }

  public boolean isStopped(BatchGroup<T> group) {
    return group.isStopped();
  }

  public boolean isFinished(BatchGroup<T> group) {
    return group.unfinished() == 0;
  }

  public void whenFinished(BatchGroup<T> group, Runnable work) {
    SteppedLock.whenSignalled(group.ended(), work);
  }

  public boolean isClosed() {
    return scheduler.isClosed();
  }

  public boolean isAtRest() {
    return scheduler.isAtRest();
  }

  public int takenPlaces() {
    return scheduler.window().taken();
  }

  /** Returns the maximum number of batches in flight. */
  public int maxOpen() {
    return scheduler.stats().maxOpen();
  }
}
