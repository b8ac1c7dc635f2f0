package dev.diagonal.transfer.sink;

import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.rows.RowType;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Writes one file. Every attempt at a range writes a hidden part of its own beside it, which is a
 * file that could stand alone; {@link dev.diagonal.internal.transfer.sink.JoinPartsFn} joins those
 * of the attempts that succeeded, and the file appears atomically, in place of an earlier one.
 */
public interface FileSink extends TransferSink {

  /** Returns the path as the user wrote it. */
  String path();

  /** Returns the run that the part files belong to. */
  OutputRun run();

  /**
   * Writes a file with the rows of parts, in their order; without a part, one without rows.
   *
   * @param out where to; stays open
   */
  void join(List<String> parts, RowType type, OutputStream out) throws IOException;
}
