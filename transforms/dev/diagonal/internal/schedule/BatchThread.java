package dev.diagonal.internal.schedule;

import dev.diagonal.internal.metrics.RunRecorder;
import dev.diagonal.schedule.BatchWriter;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * One worker: writes the batches it is given, one after the other, over a writer of its own, which
 * it opens for the first of them and closes at its end. An {@link Error} ends it; the scheduler
 * starts another one when there is work. A writer that cannot be opened is tried again for the next
 * batch.
 */
final class BatchThread<T> implements Runnable {

  private final ConflictScheduler<T> scheduler;
  private final BatchWriter.Factory<T> factory;
  private final SchedulerSettings settings;
  private final Condition called;
  private @Nullable BatchRun<T> given;
  private @Nullable BatchWriter<T> writer;

  BatchThread(
      ConflictScheduler<T> scheduler,
      BatchWriter.Factory<T> factory,
      SchedulerSettings settings,
      Condition called) {
    this.scheduler = scheduler;
    this.factory = factory;
    this.settings = settings;
    this.called = called;
  }

  /** Gives the thread its next batch. Called under the scheduler's lock. */
  void give(BatchRun<T> run) {
    given = run;
    called.signal();
  }

  /** Wakes the thread without a batch, so that it ends. Called under the scheduler's lock. */
  void dismiss() {
    called.signal();
  }

  /**
   * Waits until it is given a batch, the time is over or the scheduler is closed. Called under the
   * scheduler's lock.
   */
  void awaitBatch(long nanos) {
    long leftNanos = nanos;
    while (isWaiting() && leftNanos > 0) {
      try {
        leftNanos = called.awaitNanos(leftNanos);
      } catch (InterruptedException leave) {
        return;
      }
    }
  }

  /** Whether it has no batch and may still be given one. Called under the scheduler's lock. */
  boolean isWaiting() {
    return !hasBatch() && !scheduler.isClosed();
  }

  /** Whether it was given a batch that it has not taken. Called under the scheduler's lock. */
  boolean hasBatch() {
    return given != null;
  }

  /** Returns what is signalled when it should look again. */
  Condition called() {
    return called;
  }

  /** Returns the batch it was given, once; null if there is none. */
  @Nullable BatchRun<T> takeGiven() {
    BatchRun<T> next = given;
    given = null;
    return next;
  }

  @Override
  public void run() {
    try {
      BatchRun<T> next = takeGiven(); // it was given one before it was started
      while (next != null) {
        boolean goesOn = write(next);
        next = scheduler.next(this, next, goesOn);
      }
    } finally {
      end();
    }
  }

  /** Closes the writer and reports the end of this thread. */
  void end() {
    try {
      closeWriter();
    } finally {
      scheduler.threadEnded(this);
    }
  }

  /** Returns the writer, which it opens for the first batch. */
  BatchWriter<T> writer() {
    BatchWriter<T> open = writer;
    if (open == null) {
      open = factory.open();
      writer = open;
    }
    return open;
  }

  /** Returns whether the thread can go on; what failed is noted in the batch. */
  private boolean write(BatchRun<T> run) {
    RunRecorder.Open open =
        RunRecorder.open(factory.target(), scheduler.placeOf(run.cell()), run.waitNanos());
    try {
      run.write(writer(), settings);
      return true;
    } catch (Exception fault) {
      run.failed(fault);
      return true;
    } catch (Throwable error) { // its group must hear of it, or would wait for ever
      run.failed(error);
      return false;
    } finally {
      open.close(run.rowsWritten(), Math.max(1, run.attempts()), run.failure() != null);
      // Were it left set, the next batch would fail for an interrupt that was not meant for it.
      Thread.interrupted();
    }
  }

  private void closeWriter() {
    BatchWriter<T> open = writer;
    if (open != null) {
      try {
        open.close();
      } catch (RuntimeException harmless) {
        // All its transactions have ended: nothing is lost, and nobody waits for this.
      }
    }
  }
}
