package dev.diagonal.conflictfree;

import dev.diagonal.files.LineConsumer.Output;
import java.io.Serializable;

/**
 * A source of rows that is read part by part. It pushes rows into their consumer, so that they
 * never become elements, and a slow target slows it down.
 *
 * @param <P> identifies a part, such as a range of a file or the text of a query
 * @param <T> the rows
 */
@FunctionalInterface
public interface PartSource<P, T> extends Serializable {

  /** Emits every row of {@code part} once, and rejects bad ones. */
  void drive(P part, Output<T> rows) throws Exception;
}
