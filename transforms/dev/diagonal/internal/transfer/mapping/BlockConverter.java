package dev.diagonal.internal.transfer.mapping;

import dev.diagonal.rows.Rejects;
import dev.diagonal.rows.RowBlock;

/** Makes rows of other rows. Used by one thread. */
public interface BlockConverter {

  /** Where finished blocks go. */
  @FunctionalInterface
  interface Output {
    void put(RowBlock block) throws InterruptedException;
  }

  /** Converts a block; what becomes of it may wait to be joined with the next. */
  void convert(RowBlock block, Output output, Rejects rejects) throws Exception;

  /** Puts out what has waited. */
  void finish(Output output, Rejects rejects) throws Exception;
}
