package dev.diagonal.internal.rows;

import dev.diagonal.rows.Rejects;
import dev.diagonal.rows.RowBlock;

/** Receives refused rows with their values, so that written rows can be counted. */
public interface RowRejects extends Rejects {

  /** Rejects a row of a block. */
  void reject(RowBlock block, int row, String reason) throws InterruptedException;
}
