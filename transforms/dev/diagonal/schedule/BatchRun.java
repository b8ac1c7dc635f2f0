package dev.diagonal.schedule;

import dev.diagonal.fault.Retry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A batch on its way: submitted, started, written. Changed by one thread at a time, handed over
 * under the scheduler's lock.
 *
 * <p>While a batch waits to be tried again it keeps its worker and its slots. What passes by
 * waiting (a lock held by another process, a server that restarts) would hit the next batch of
 * these slots just the same; and since nothing of a cell overtakes, batches of one cell are
 * committed in the order in which they were submitted.
 */
final class BatchRun<T> {

  private final BatchGroup<T> group;
  private final Batch<T> batch;
  private final int places;
  private final long submittedNanos = System.nanoTime();
  private final List<RejectedRow<T>> rejected = new ArrayList<>(0);
  private final Map<String, Long> changes = new HashMap<>(0);
  private long startedNanos;
  private int transactionsOpen;
  private int attempts;
  private int retries;
  private int lockTimeouts;
  private int rowsWritten;
  private @Nullable Throwable failure;

  /**
   * @param places what it takes of the window
   */
  BatchRun(BatchGroup<T> group, Batch<T> batch, int places) {
    this.group = group;
    this.batch = batch;
    this.places = places;
  }

  BatchGroup<T> group() {
    return group;
  }

  int cell() {
    return batch.cell();
  }

  int places() {
    return places;
  }

  int rows() {
    return batch.rows().size();
  }

  int attempts() {
    return attempts;
  }

  /** How many of the attempts repeated one that had failed for a passing reason. */
  int retries() {
    return retries;
  }

  /** Why the batch, or a part of it, was not written; null if it was. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Returns the failure of the first of these batches; those of the others are suppressed. */
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
   * Writes the batch. With dead letters, a batch that fails because of its rows is halved until the
   * bad rows stand alone: at most 2n - 1 transactions for n rows that are all bad, about 2 log2(n)
   * more for a single bad one.
   *
   * @throws Retry.ExhaustedException if a fault that may pass did not: the target is to blame, not
   *     a row, so this is never made a dead letter
   * @throws Exception what the writer threw, if that is neither to be tried again nor halved
   */
  void write(BatchWriter<T> writer, SchedulerSettings settings) throws Exception {
    write(batch.rows(), writer, settings);
  }

  private void write(List<T> rows, BatchWriter<T> writer, SchedulerSettings settings)
      throws Exception {
    int before = attempts;
    try {
      settings
          .retry()
          .call(
              () -> attempt(rows, writer),
              // Nobody waits for a group that has stopped: it is not tried again.
              fault -> !group.isStopped() && writer.isRetryable(fault));
      repeated(attempts - before);
    } catch (InterruptedException | Retry.ExhaustedException fault) {
      throw fault;
    } catch (Exception fault) {
      repeated(attempts - before);
      if (!settings.deadLetters() || group.isStopped() || !writer.isCausedByRows(fault)) {
        throw fault;
      }
      if (rows.size() == 1) {
        rejected.add(new RejectedRow<>(rows.get(0), BatchFailedException.reason(fault)));
        return;
      }
      int middle = rows.size() / 2;
      for (List<T> half : List.of(rows.subList(0, middle), rows.subList(middle, rows.size()))) {
        if (group.isStopped()) {
          throw fault;
        }
        write(half, writer, settings);
      }
    }
  }

  /** Takes note of the attempts at the same rows: the first of them repeats nothing. */
  private void repeated(int made) {
    retries += Math.max(0, made - 1);
  }

  private boolean attempt(List<T> rows, BatchWriter<T> writer) throws Exception {
    if (attempts > 0 && group.isStopped()) { // it may have stopped during the wait
      throw new CancellationException("the other batches of the bundle were stopped meanwhile");
    }
    attempts++;
    try {
      writer.write(new Batch<>(batch.cell(), rows));
    } catch (Exception fault) {
      lockTimeouts += writer.isLockTimeout(fault) ? 1 : 0;
      throw fault;
    }
    rowsWritten += rows.size();
    writer.changes().forEach((name, count) -> changes.merge(name, count, Long::sum));
    return true;
  }

  BatchResult<T> result(long nowNanos) {
    return new BatchResult<>(
        batch.cell(),
        rowsWritten,
        attempts,
        retries,
        lockTimeouts,
        (startedNanos - submittedNanos) / 1_000_000,
        (nowNanos - startedNanos) / 1_000_000,
        transactionsOpen,
        changes,
        rejected);
  }
}
