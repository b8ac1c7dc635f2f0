package dev.diagonal.internal.rows;

import dev.diagonal.rows.Rejects;
import dev.diagonal.rows.RowBlock;

/** Takes refused rows with their values, for those that count what was written. */
public interface RowRejects extends Rejects {

  /** Takes a row of a block. */
  void reject(RowBlock block, int row, String reason) throws InterruptedException;
}
