package dev.diagonal.conflictfree;

import dev.diagonal.files.LineConsumer.Output;
import java.io.Serializable;

/**
 * Where rows come from that are not read from files. It drives what takes them, so that they never
 * become elements, and a slow target holds it back.
 */
@FunctionalInterface
public interface RowSource<T> extends Serializable {

  /** Puts out every row once; rows of no use are rejected. */
  void drive(Output<T> rows) throws Exception;
}
