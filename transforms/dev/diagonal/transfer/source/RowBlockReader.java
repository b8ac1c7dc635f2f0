package dev.diagonal.transfer.source;

import dev.diagonal.rows.Rejects;
import dev.diagonal.rows.RowBlock;
import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads the rows of a range block by block. Used by one thread, but for {@link #abort}. */
public interface RowBlockReader extends AutoCloseable {

  /**
   * Returns the next block, or null at the end.
   *
   * @param rejects gets what stands there and is no row
   */
  @Nullable RowBlock next(Rejects rejects) throws Exception;

  /** Returns how many bytes were read so far, as they are stored; 0 where that is not known. */
  default long bytesRead() {
    return 0;
  }

  /** Makes a {@link #next} that waits for a server fail soon. May be called by any thread. */
  default void abort() {}

  @Override
  void close() throws IOException, SQLException;
}
