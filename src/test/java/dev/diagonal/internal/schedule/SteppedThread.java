package dev.diagonal.internal.schedule;

import dev.diagonal.schedule.BatchWriter;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link BatchThread} that runs one step at a time: between {@link #nextRows} and {@link
 * #written} or {@link #failed} lies one transaction, which the caller makes.
 */
public final class SteppedThread<T> {

  private final ConflictScheduler<T> scheduler;
  private final BatchThread<T> thread;
  private @Nullable BatchRun<T> run;

  SteppedThread(ConflictScheduler<T> scheduler, BatchThread<T> thread) {
    this.scheduler = scheduler;
    this.thread = thread;
  }

  /** Takes the batch the thread was started for. */
  public void begin() {
    run = thread.takeGiven();
  }

  public int cell() {
    return current().cell();
  }

  public BatchGroup<T> group() {
    return current().group();
  }

  public int places() {
    return current().places();
  }

  /** Returns the rows of the next transaction; null if the batch has ended. */
  public @Nullable List<T> nextRows() {
    try {
      BatchWriter<T> unused = thread.writer();
      return current().nextRows();
    } catch (Exception fault) {
      current().failed(fault);
      return null;
    }
  }

  /** Takes note that the transaction is committed. */
  public void written() {
    current().written();
  }

  /** Takes note that the transaction failed; returns how long to wait, null if the batch failed. */
  public @Nullable Duration failed(Exception fault, SchedulerSettings settings) {
    try {
      return current().failed(fault, thread.writer(), settings);
    } catch (Exception failure) {
      current().failed(failure);
      return null;
    }
  }

  /** Takes note of an error, after which the thread ends. */
  public void failed(Error error) {
    current().failed(error);
  }

  public boolean isFailed() {
    return current().failure() != null;
  }

  /** Reports the end of the batch. */
  public void ended(boolean goesOn) {
    BatchRun<T> done = current();
    run = null;
    scheduler.ended(thread, done, goesOn);
  }

  /** Whether it waits for a batch and may still be given one. */
  public boolean isWaiting() {
    return thread.isWaiting();
  }

  /** Whether it was given a batch that it has not taken. */
  public boolean hasBatch() {
    return thread.hasBatch();
  }

  public void whenCalled(Runnable work) {
    SteppedLock.whenSignalled(thread.called(), work);
  }

  public void forgetCall(Runnable work) {
    SteppedLock.forget(thread.called(), work);
  }

  /** Stops waiting; returns whether there is a batch, or else the thread is to end. */
  public boolean takes() {
    run = scheduler.awaited(thread);
    return run != null;
  }

  /** Closes the writer and ends. */
  public void end() {
    thread.end();
  }

  private BatchRun<T> current() {
    BatchRun<T> now = run;
    if (now == null) {
      throw new IllegalStateException("the thread has no batch");
    }
    return now;
  }
}
