package dev.diagonal.internal.rows;

/** Receives refused rows with their values, so that written rows can be counted. */
public interface RowRejects extends Rejects {

  /** Rejects a row of a block. */
  void reject(RowBlock block, int row, String reason) throws InterruptedException;
}
