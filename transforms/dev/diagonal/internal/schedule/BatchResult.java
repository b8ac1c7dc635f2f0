package dev.diagonal.internal.schedule;

import dev.diagonal.metrics.Changes;
import dev.diagonal.schedule.RejectedRow;
import java.util.List;
import java.util.Map;

/**
 * The result of a written batch.
 *
 * @param cell the number of its cell
 * @param rowsWritten how many of its rows are committed
 * @param changes what they changed in the target
 * @param attempts how many transactions were tried, including those of halves of the batch; at
 *     least 1
 * @param retries how many of them repeated one that had failed with a retryable error
 * @param lockTimeouts how many attempts did not get their slot locks in time
 * @param waitMillis the time from submission until a worker took the batch
 * @param writeMillis the time from then to its end, including waits between attempts
 * @param transactionsOpen how many batches were in flight when this one started, including itself
 * @param reported what its committed transactions have changed, by name, as the target reports it
 * @param rejected the other rows, in the order of the batch; empty without dead letters
 */
public record BatchResult<T>(
    int cell,
    int rowsWritten,
    Changes changes,
    int attempts,
    int retries,
    int lockTimeouts,
    long waitMillis,
    long writeMillis,
    int transactionsOpen,
    Map<String, Long> reported,
    List<RejectedRow<T>> rejected) {

  public BatchResult {
    reported = Map.copyOf(reported);
    rejected = List.copyOf(rejected);
  }
}
