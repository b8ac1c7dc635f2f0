package dev.diagonal.files;

import dev.diagonal.fault.DeadLetter;
import java.io.Serializable;

/**
 * Plain Java that is driven over blocks of text inside one DoFn: what it is handed stays there
 * until it is small. One instance serves bundle after bundle, on one thread; when a bundle fails,
 * it is not used again.
 *
 * @param <T> what it puts out
 */
public interface LineConsumer<T> {

  /** The blocks that follow come from this file. */
  void open(TextFile file);

  /**
   * Takes in one block. Neither the block nor its bytes may be kept.
   *
   * @return how many good records it held
   */
  long accept(TextBlock block, Output<T> output);

  /** The bundle is over: puts out what is still held, and holds nothing afterwards. */
  void finish(Output<T> output);

  /** Lets go of what is held outside this object, after a bundle that failed, too. */
  default void close() {}

  /** Where a consumer's results go. Valid only during the call it was handed to. */
  interface Output<T> {
    void emit(T element);

    /** Turns a line into a dead letter, or fails the run, as the user chose. */
    void reject(DeadLetter line);
  }

  /** Makes a consumer for each reader. */
  @FunctionalInterface
  interface Factory<T> extends Serializable {
    LineConsumer<T> create();
  }
}
