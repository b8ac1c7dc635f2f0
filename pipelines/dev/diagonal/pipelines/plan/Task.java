package dev.diagonal.pipelines.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One step of a plan: a pipeline or a statement of its own. */
public interface Task {

  /** Returns what it would do, a line each. */
  List<String> describe();

  /** Returns what it has counted so far while it runs, by any thread; null if that is not known. */
  default @Nullable Counts running() {
    return null;
  }

  /** Does it, on whichever thread calls, and returns what it counted. */
  Counts run() throws Exception;

  /**
   * What was counted.
   *
   * @param rowsRead the good rows
   * @param rowsWritten in all sinks together
   * @param badRows those that could not be read, converted or written
   */
  record Counts(long rowsRead, long rowsWritten, long badRows) {

    /** Nothing. */
    public static final Counts NONE = new Counts(0, 0, 0);

    Counts plus(Counts other) {
      return new Counts(
          rowsRead + other.rowsRead, rowsWritten + other.rowsWritten, badRows + other.badRows);
    }
  }
}
