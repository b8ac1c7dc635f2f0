package dev.diagonal.schedule;

import dev.diagonal.metrics.Changes;
import java.io.Serializable;
import java.util.Map;

/**
 * Writes batches, one after the other, each in a transaction of its own. One instance belongs to
 * one thread, and holds one connection.
 */
public interface BatchWriter<T> extends AutoCloseable {

  /**
   * Writes all rows of a batch, or none, and returns when they are committed. What it throws says
   * the first key and the reason, and never a row: target, cell, rows and attempts are told by who
   * called it. Takes the slot locks of the batch's cell in the same transaction, if the target has
   * such locks. Writing the same rows again changes nothing. When it throws, the next call starts
   * on a fresh connection.
   */
  void write(Batch<T> batch) throws Exception;

  /** Whether the same batch may succeed if it is written again, as after a lost connection. */
  boolean isRetryable(Exception fault);

  /**
   * Whether the fault lies in the rows, so that a part of the batch may succeed without the rest.
   */
  boolean isCausedByRows(Exception fault);

  /**
   * Whether the fault is that a lock was not to be had in time; counted in {@code lock_timeouts}.
   * Default: no fault is.
   */
  default boolean isLockTimeout(Exception fault) {
    return false;
  }

  /**
   * Returns what the last {@link #write} that returned has changed in the target, by name, as far
   * as the target reports it. Default: nothing.
   */
  default Map<String, Long> reported() {
    return Map.of();
  }

  /** Returns what the batch that was written last changed. Default: nobody knows. */
  default Changes changes() {
    return Changes.UNKNOWN;
  }

  @Override
  void close();

  /** Opens writers to one target. */
  interface Factory<T> extends Serializable {

    /** Returns a writer for the calling thread; it connects when it first writes. */
    BatchWriter<T> open();

    /** Returns what is written to, as it is shown to users: never a password. */
    String target();

    /**
     * Whether writers lock the slots of a cell in the target itself, so that several processes may
     * write at once. If not, all batches must go through one process.
     */
    boolean locksSlots();
  }
}
