package dev.diagonal.pipelines.plan;

import dev.diagonal.pipelines.dryrun.Findings;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A step of a plan: a pipeline or a statement. */
public interface Task {

  /** Returns what it would do, one line each. */
  List<String> describe();

  /**
   * Looks at what it would read, create and write, and changes nothing.
   *
   * @param findings receives what exists and the faults that would fail the task
   */
  default void dryRun(Findings findings) throws Exception {}

  /** Returns its counts so far while it runs, on any thread; null if they are unknown. */
  default @Nullable Counts running() {
    return null;
  }

  /** Returns what it does once it has read all rows, on any thread; null before, or if unknown. */
  default @Nullable String phase() {
    return null;
  }

  /**
   * Returns what rewrites messages of the task.
   *
   * @param ofTransfers what rewrites those of transfers
   */
  default UnaryOperator<String> words(UnaryOperator<String> ofTransfers) {
    return ofTransfers;
  }

  /** Runs the task on the calling thread, and returns its counts. */
  Counts run() throws Exception;

  /**
   * The counts of a task.
   *
   * @param rowsRead the good rows
   * @param rowsWritten in all sinks together
   * @param badRows those that could not be read, converted or written
   * @param remarks what the user should know, a line each
   */
  record Counts(long rowsRead, long rowsWritten, long badRows, List<String> remarks) {

    /** No rows. */
    public static final Counts NONE = of(0, 0, 0);

    public Counts {
      remarks = List.copyOf(remarks);
    }

    /** Returns counts without remarks. */
    public static Counts of(long rowsRead, long rowsWritten, long badRows) {
      return new Counts(rowsRead, rowsWritten, badRows, List.of());
    }

    /** Returns the sums, without remarks. */
    Counts plus(Counts other) {
      return of(
          rowsRead + other.rowsRead, rowsWritten + other.rowsWritten, badRows + other.badRows);
    }
  }
}
