package dev.diagonal.jdbc.write;

import dev.diagonal.metrics.Changes;
import java.util.List;

/**
 * The result of writing the rows of a transaction.
 *
 * @param rejected the rows that the database refused even on their own; all others are written
 * @param attempts how many transactions it took; 0 if an earlier attempt at the part had committed
 *     the rows
 * @param millis how long it took, including waits
 * @param changes what the written rows changed
 * @param undone whether no row is written, because some were rejected
 */
record BatchOutcome(
    List<Rejected> rejected, int attempts, long millis, Changes changes, boolean undone) {

  /**
   * A row that the database refused.
   *
   * @param row the number of the row in its batch
   * @param reason the database's message
   */
  record Rejected(int row, String reason) {}
}
