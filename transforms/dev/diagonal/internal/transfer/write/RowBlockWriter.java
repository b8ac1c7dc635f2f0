package dev.diagonal.internal.transfer.write;

import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.metrics.Changes;
import java.io.IOException;
import java.sql.SQLException;

/** Writes blocks of rows. Confined to one thread, except for {@link #abort}. */
public interface RowBlockWriter extends AutoCloseable {

  /**
   * Writes a block, now or later; waits while the target is slow.
   *
   * @param rejects receives the rows that the target refuses
   */
  void write(RowBlock block, Rejects rejects) throws Exception;

  /**
   * Writes the remaining rows, and waits until all rows are written.
   *
   * @return how many rows were written in all
   */
  long finish(Rejects rejects) throws Exception;

  /**
   * Returns how many rows are known to be visible to others. Rows of a file are not, because the
   * file appears later.
   */
  default long written() {
    return 0;
  }

  /**
   * Returns what identifies the rows of this attempt, once finished: their part file or their
   * stage; empty if they need no further step.
   */
  default String part() {
    return "";
  }

  /** Returns how many rows were not written because the target has newer versions. */
  default long superseded() {
    return 0;
  }

  /** Returns how many of the rows an interrupted attempt had written, once finished. */
  default long repeated() {
    return 0;
  }

  /** Returns what the written rows changed in the target, once finished. */
  default Changes changes() {
    return Changes.UNKNOWN;
  }

  /** Makes a call that waits for a server fail soon. May be called on any thread. */
  default void abort() {}

  /** Closes the writer, finished or not; abandons unfinished rows if possible. */
  @Override
  void close() throws IOException, SQLException;
}
