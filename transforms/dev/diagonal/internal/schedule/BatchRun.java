package dev.diagonal.internal.schedule;

import dev.diagonal.fault.Retry;
import dev.diagonal.grid.Cell;
import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.metrics.GridPlace;
import dev.diagonal.metrics.Changes;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.schedule.RejectedRow;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The state of a submitted batch. One thread at a time changes it; threads hand it over under the
 * scheduler's lock.
 *
 * <p>A batch that waits for a retry keeps its worker and its slots. The cause (a lock of another
 * process, a server that restarts) would hit the next batch of these slots as well. Since batches
 * of a cell never overtake each other, they are committed in the order of their submission.
 */
final class BatchRun<T> {

  private final BatchGroup<T> group;
  private final Batch<T> batch;
  private final int places;
  private final long submittedNanos;
  private final List<RejectedRow<T>> rejected = new ArrayList<>(0);
  private final Map<String, Long> reported = new HashMap<>(0);

  /** The parts that are still to be written, in the order of the batch. */
  private final Deque<Part<T>> parts = new ArrayDeque<>(2);

  private long startedNanos;
  private int transactionsOpen;
  private int attempts;
  private int retries;
  private int lockTimeouts;
  private int rowsWritten;
  private Changes changes = Changes.UNKNOWN;
  private @Nullable Throwable failure;

  /**
   * @param places how many places of the window it occupies
   * @param submittedNanos when it was submitted
   */
  BatchRun(BatchGroup<T> group, Batch<T> batch, int places, long submittedNanos) {
    this.group = group;
    this.batch = batch;
    this.places = places;
    this.submittedNanos = submittedNanos;
    parts.add(new Part<>(batch.rows(), null));
  }

  BatchGroup<T> group() {
    return group;
  }

  int cell() {
    return batch.cell();
  }

  /** Returns where the batch is on the grid. */
  GridPlace placeOn(Schedule schedule, int maxWorkers) {
    Cell cell = schedule.cell(cell());
    return new GridPlace(
        cell.row(),
        cell.column(),
        schedule.rowSlotOf(cell()),
        schedule.columnSlotOf(cell()),
        schedule.isExclusive(),
        maxWorkers);
  }

  int places() {
    return places;
  }

  int rows() {
    return batch.rows().size();
  }

  /** How many rows are committed so far. */
  int rowsWritten() {
    return rowsWritten;
  }

  /** How long it waited for a worker and for its slots. */
  long waitNanos() {
    return startedNanos - submittedNanos;
  }

  int attempts() {
    return attempts;
  }

  /** Returns how many attempts repeated one that had failed with a retryable error. */
  int retries() {
    return retries;
  }

  /** Returns why the batch, or a part of it, was not written; null if it was. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Returns the failure of the first of these batches, with those of the others suppressed. */
  static <T> BatchFailedException failureOf(List<BatchRun<T>> failed, String target) {
    BatchFailedException first = failed.get(0).failureAt(target);
    failed.subList(1, failed.size()).forEach(run -> first.addSuppressed(run.failureAt(target)));
    return first;
  }

  private BatchFailedException failureAt(String target) {
    Throwable cause = cause();
    return new BatchFailedException(
        "cannot write %s of cell %s to %s in %s: %s"
            .formatted(
                count(rows(), "row"),
                cell(),
                target,
                count(attempts, "attempt"),
                BatchFailedException.reason(cause)),
        cause);
  }

  private Throwable cause() {
    Throwable fault = failure;
    if (fault == null) {
      throw new IllegalStateException("a batch of cell " + cell() + " did not fail");
    }
    // The message of an exhausted retry would repeat the number of attempts.
    boolean exhausted = fault instanceof Retry.ExhaustedException;
    return exhausted && fault.getCause() != null ? fault.getCause() : fault;
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  void failed(Throwable fault) {
    failure = fault;
  }

  void started(long nowNanos, int open) {
    startedNanos = nowNanos;
    transactionsOpen = open;
  }

  /**
   * Writes the batch. With dead letters, a batch that fails because of its rows is halved until
   * every bad row is alone: at most 2n - 1 transactions for n bad rows, about 2 log2(n) additional
   * ones for a single bad row.
   *
   * @throws Retry.ExhaustedException if a retryable error persists; the target is at fault, not a
   *     row, so this never becomes a dead letter
   * @throws Exception what the writer threw, if the batch is neither retried nor halved
   */
  void write(BatchWriter<T> writer, SchedulerSettings settings) throws Exception {
    for (List<T> rows = nextRows(); rows != null; rows = nextRows()) {
      try {
        writer.write(new Batch<>(batch.cell(), rows));
        written(writer.changes());
        writer.reported().forEach((name, count) -> reported.merge(name, count, Long::sum));
      } catch (Exception fault) {
        sleep(failed(fault, writer, settings), fault);
      }
    }
  }

  private static void sleep(Duration delay, Exception fault) throws InterruptedException {
    if (delay.isZero()) {
      return;
    }
    try {
      Thread.sleep(delay.toMillis());
    } catch (InterruptedException interrupted) {
      interrupted.addSuppressed(fault);
      throw interrupted;
    }
  }

  /**
   * Returns the rows of the next attempt and counts it; null once all rows are written or rejected.
   *
   * @throws Exception if the group has stopped, so that nothing more is attempted
   */
  @Nullable List<T> nextRows() throws Exception {
    Part<T> part = parts.peek();
    if (part == null) {
      return null;
    }
    if (attempts > 0 && group.isStopped()) { // the group may have stopped during the wait
      throw part.attempted || part.cause == null
          ? new CancellationException("the other batches of the bundle were stopped meanwhile")
          : part.cause;
    }
    attempts++;
    retries += part.attempted ? 1 : 0;
    part.attempted = true;
    return part.rows;
  }

  /** Records that the rows of this attempt are committed. */
  void written() {
    written(Changes.UNKNOWN);
  }

  private void written(Changes committed) {
    rowsWritten += parts.remove().rows.size();
    changes = changes.plus(committed);
  }

  /**
   * Records that this attempt failed and returns how long to wait before the next one.
   *
   * @throws Exception if the batch fails
   */
  Duration failed(Exception fault, BatchWriter<T> writer, SchedulerSettings settings)
      throws Exception {
    lockTimeouts += writer.isLockTimeout(fault) ? 1 : 0;
    if (fault instanceof InterruptedException) {
      throw fault;
    }
    Part<T> part = parts.element();
    // A group that has stopped is not retried.
    if (!group.isStopped() && writer.isRetryable(fault)) {
      return failuresOf(part, settings.retry()).delayAfter(fault, retryable -> true);
    }
    if (!settings.deadLetters() || group.isStopped() || !writer.isCausedByRows(fault)) {
      throw fault;
    }
    parts.remove();
    List<T> rows = part.rows;
    if (rows.size() == 1) {
      rejected.add(new RejectedRow<>(rows.get(0), BatchFailedException.reason(fault)));
    } else {
      int middle = rows.size() / 2;
      parts.push(new Part<>(rows.subList(middle, rows.size()), fault));
      parts.push(new Part<>(rows.subList(0, middle), fault));
    }
    return Duration.ZERO;
  }

  /** Rows that are attempted in one transaction. */
  private static final class Part<T> {
    final List<T> rows;

    /** Why the rows were separated from others; null if they are the whole batch. */
    final @Nullable Exception cause;

    boolean attempted;
    Retry.@Nullable Failures failures;

    Part(List<T> rows, @Nullable Exception cause) {
      this.rows = rows;
      this.cause = cause;
    }
  }

  private Retry.Failures failuresOf(Part<T> part, Retry retry) {
    Retry.Failures known = part.failures;
    if (known == null) {
      known = group.failures(retry);
      part.failures = known;
    }
    return known;
  }

  BatchResult<T> result(long nowNanos) {
    return new BatchResult<>(
        batch.cell(),
        rowsWritten,
        changes,
        attempts,
        retries,
        lockTimeouts,
        waitNanos() / 1_000_000,
        (nowNanos - startedNanos) / 1_000_000,
        transactionsOpen,
        reported,
        rejected);
  }
}
