package dev.diagonal.internal.transfer.source;

import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads the rows of a range in blocks. Confined to one thread, except for {@link #abort}. */
public interface RowBlockReader extends AutoCloseable {

  /**
   * Returns the next block, or null at the end.
   *
   * @param rejects receives records that are not valid rows
   */
  @Nullable RowBlock next(Rejects rejects) throws Exception;

  /** Returns how many stored bytes were read so far; 0 if that is unknown. */
  default long bytesRead() {
    return 0;
  }

  /** Returns how many records so far equal the header of their file; after the last block. */
  default long repeatedHeaders() {
    return 0;
  }

  /** Makes a {@link #next} that waits for a server fail soon. May be called on any thread. */
  default void abort() {}

  @Override
  void close() throws IOException, SQLException;
}
