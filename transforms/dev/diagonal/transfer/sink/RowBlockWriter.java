package dev.diagonal.transfer.sink;

import dev.diagonal.metrics.Changes;
import dev.diagonal.rows.Rejects;
import dev.diagonal.rows.RowBlock;
import java.io.IOException;
import java.sql.SQLException;

/** Writes blocks of rows somewhere. Used by one thread, but for {@link #abort}. */
public interface RowBlockWriter extends AutoCloseable {

  /**
   * Writes a block, now or later; blocks while the target is slow.
   *
   * @param rejects gets the rows that the target refuses
   */
  void write(RowBlock block, Rejects rejects) throws Exception;

  /**
   * Writes what is left and waits for all of it.
   *
   * @return how many rows were written in all
   */
  long finish(Rejects rejects) throws Exception;

  /**
   * Returns how many rows others can see already, as far as it is noticed: those of a file none
   * before it appears, which is not by this.
   */
  default long written() {
    return 0;
  }

  /**
   * Returns the {@linkplain dev.diagonal.internal.transfer.sink.RangeWritten#part part} that holds
   * the rows, once finished.
   */
  default String part() {
    return "";
  }

  /** Returns how many rows the target has in newer versions, which stay. */
  default long superseded() {
    return 0;
  }

  /** Returns what the rows that were written changed in the target, once finished. */
  default Changes changes() {
    return Changes.UNKNOWN;
  }

  /** Makes a call that waits for a server fail soon. May be called by any thread. */
  default void abort() {}

  /** Closes it, finished or not; what was not finished is given up where that can be. */
  @Override
  void close() throws IOException, SQLException;
}
