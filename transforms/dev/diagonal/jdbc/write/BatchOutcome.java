package dev.diagonal.jdbc.write;

import dev.diagonal.metrics.Changes;
import java.util.List;

/**
 * What became of a transaction's rows.
 *
 * @param rejected the rows that the database refused when they stood alone; all others are written
 * @param attempts how many transactions it took
 * @param millis how long it took, waits included
 * @param changes what the written rows changed
 */
record BatchOutcome(List<Rejected> rejected, int attempts, long millis, Changes changes) {

  /**
   * @param row the number of the row in its batch
   * @param reason what the database said
   */
  record Rejected(int row, String reason) {}
}
