package dev.diagonal.internal.transfer.write;

import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.rows.RowType;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Writes one file. Every attempt at a range writes its own hidden part, a complete file, beside the
 * target. {@code RowTransfer} joins those of the successful attempts, and the file appears
 * atomically and replaces an earlier one.
 */
public interface FileSink extends BlockSink {

  /** Returns the path as the user wrote it. */
  String path();

  /** Returns the run that the part files belong to. */
  OutputRun run();

  /**
   * Returns whether finished parts are kept until the file is complete, so that a later run can use
   * them. The rows of a range must then be the same in both runs.
   */
  default boolean keepsParts() {
    return false;
  }

  /**
   * Writes a file with the rows of the parts, in order; without parts, a file without rows.
   *
   * @param out the target stream, which stays open
   */
  void join(List<String> parts, RowType type, OutputStream out) throws IOException;
}
