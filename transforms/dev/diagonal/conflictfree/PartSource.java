package dev.diagonal.conflictfree;

import dev.diagonal.files.LineConsumer.Output;
import java.io.Serializable;

/**
 * Reads the rows of one part of a source after another. It drives what takes them, so that they
 * never become elements, and a slow target holds it back.
 *
 * @param <P> what names a part, such as a range of a file
 * @param <T> the rows
 */
@FunctionalInterface
public interface PartSource<P, T> extends Serializable {

  /** Emits every row of {@code part} once; rows of no use are rejected. */
  void drive(P part, Output<T> rows) throws Exception;
}
