package dev.diagonal.conflictfree;

import dev.diagonal.files.LineConsumer.Output;
import java.io.Serializable;

/**
 * A source of rows other than files. It pushes rows into their consumer, so that they never become
 * elements, and a slow target slows it down.
 */
@FunctionalInterface
public interface RowSource<T> extends Serializable {

  /** Emits every row once, and rejects bad ones. */
  void drive(Output<T> rows) throws Exception;
}
