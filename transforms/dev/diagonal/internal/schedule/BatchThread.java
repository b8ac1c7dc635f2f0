package dev.diagonal.internal.schedule;

import dev.diagonal.internal.metrics.RunRecorder;
import dev.diagonal.schedule.BatchWriter;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * A worker thread. Writes the batches that it is given, one after another, through its own writer,
 * which it opens for the first batch and closes at its end. An {@link Error} ends the thread; the
 * scheduler starts another one when there is work. A writer that cannot be opened is opened again
 * for the next batch.
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
   * Waits until the thread has a batch, the time is over or the scheduler is closed. Called under
   * the scheduler's lock.
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

  /**
   * Returns whether the thread has no batch but can be given one. Called under the scheduler's
   * lock.
   */
  boolean isWaiting() {
    return !hasBatch() && !scheduler.isClosed();
  }

  /**
   * Returns whether the thread was given a batch that it has not yet taken. Called under the
   * scheduler's lock.
   */
  boolean hasBatch() {
    return given != null;
  }

  /** Returns the condition that is signalled when the thread should check its state. */
  Condition called() {
    return called;
  }

  /** Takes the batch that the thread was given; null if there is none. */
  @Nullable BatchRun<T> takeGiven() {
    BatchRun<T> next = given;
    given = null;
    return next;
  }

  @Override
  public void run() {
    try {
      BatchRun<T> next = takeGiven(); // given before the thread started
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

  /** Writes a batch and records its failure, if any. Returns whether the thread can continue. */
  private boolean write(BatchRun<T> run) {
    RunRecorder.Open open =
        RunRecorder.open(factory::target, () -> scheduler.placeOf(run), run.waitNanos());
    try {
      run.write(writer(), settings);
      return true;
    } catch (Exception fault) {
      run.failed(fault);
      return true;
    } catch (Throwable error) { // otherwise its group would wait forever
      run.failed(error);
      return false;
    } finally {
      open.close(run.rowsWritten(), Math.max(1, run.attempts()), run.failure() != null);
      // If it remained set, the next batch would fail for an interrupt that was not meant for it.
      Thread.interrupted();
    }
  }

  private void closeWriter() {
    BatchWriter<T> open = writer;
    if (open != null) {
      try {
        open.close();
      } catch (RuntimeException harmless) {
        // All its transactions have ended: nothing is lost, and no thread waits for this.
      }
    }
  }
}
