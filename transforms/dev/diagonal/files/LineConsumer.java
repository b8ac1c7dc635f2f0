package dev.diagonal.files;

import dev.diagonal.fault.DeadLetter;
import java.io.Serializable;

/**
 * Consumes blocks of text inside one DoFn, without Beam, and emits only small results. One instance
 * serves many bundles, on one thread. After a failed bundle it is not used again.
 *
 * @param <T> what it emits
 */
public interface LineConsumer<T> {

  /** Starts a file; the following blocks come from it. */
  void open(TextFile file);

  /** Returns whether the consumer reads a column of the current file, by its position from 0. */
  default boolean reads(int column) {
    return true;
  }

  /**
   * Processes one block. Neither the block nor its bytes may be kept.
   *
   * @return how many good records it contained
   */
  long accept(TextBlock block, Output<T> output);

  /** Ends the bundle: emits everything that is still held. */
  void finish(Output<T> output);

  /** Releases external resources, including after a failed bundle. */
  default void close() {}

  /** Receives the results of a consumer. Valid only during the call it is passed to. */
  interface Output<T> {
    void emit(T element);

    /** Makes a line a dead letter, or fails the run, as the user has chosen. */
    void reject(DeadLetter line);
  }

  /** Creates a consumer for each reader. */
  @FunctionalInterface
  interface Factory<T> extends Serializable {
    LineConsumer<T> create();
  }
}
