package dev.diagonal.internal.transfer.mapping;

import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;

/** Converts rows. Confined to one thread. */
public interface BlockConverter {

  /** Receives finished blocks. */
  @FunctionalInterface
  interface Output {
    void put(RowBlock block) throws InterruptedException;
  }

  /** Converts a block; its rows may be held back and joined with the next ones. */
  void convert(RowBlock block, Output output, Rejects rejects) throws Exception;

  /** Emits the rows that are held back. */
  void finish(Output output, Rejects rejects) throws Exception;
}
