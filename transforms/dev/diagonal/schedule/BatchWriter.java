package dev.diagonal.schedule;

import dev.diagonal.metrics.Changes;
import java.io.Serializable;
import java.util.Map;

/**
 * Writes batches, one after another, each in its own transaction. An instance is confined to one
 * thread and holds one connection.
 */
public interface BatchWriter<T> extends AutoCloseable {

  /**
   * Writes all rows of a batch or none, and returns when they are committed. Its exceptions name
   * the first key and the reason, but never a row; the caller adds target, cell, rows and attempts.
   * Takes the slot locks of the batch's cell in the same transaction, if the target has such locks.
   * Idempotent. After an exception, the next call opens a new connection.
   */
  void write(Batch<T> batch) throws Exception;

  /**
   * Returns whether the same batch may succeed if it is written again, for example after a lost
   * connection.
   */
  boolean isRetryable(Exception fault);

  /**
   * Returns whether the rows are at fault, so that a part of the batch may succeed without the
   * rest.
   */
  boolean isCausedByRows(Exception fault);

  /**
   * Returns whether a lock was not available in time; counted in {@code lock_timeouts}. Default:
   * false.
   */
  default boolean isLockTimeout(Exception fault) {
    return false;
  }

  /**
   * Returns what the last successful {@link #write} has changed in the target, by name, as far as
   * the target reports it. Default: nothing.
   */
  default Map<String, Long> reported() {
    return Map.of();
  }

  /** Returns what the last written batch changed. Default: unknown. */
  default Changes changes() {
    return Changes.UNKNOWN;
  }

  @Override
  void close();

  /** Opens writers to one target. */
  interface Factory<T> extends Serializable {

    /** Returns a writer for the calling thread; it connects on its first write. */
    BatchWriter<T> open();

    /** Returns the name of the target for messages, without a password. */
    String target();

    /**
     * Returns whether writers lock the slots of a cell in the target itself, so that several
     * processes may write concurrently. If not, all batches must go through one process.
     */
    boolean locksSlots();
  }
}
