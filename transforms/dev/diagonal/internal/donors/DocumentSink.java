package dev.diagonal.internal.donors;

import dev.diagonal.files.LineConsumer;
import dev.diagonal.metrics.Written;
import java.io.Serializable;

/** Receives the documents of a shard, one after another. Confined to one thread. */
interface DocumentSink {

  /** Begins a shard. */
  void open(int shard);

  /**
   * Writes a document, which is not kept.
   *
   * @param id contains the id, in UTF-8
   * @param json the document
   */
  void accept(
      byte[] id, int idStart, int idEnd, JsonBytes json, LineConsumer.Output<Written> output);

  /** Ends the shard: emits the result once all its documents are written. */
  void finish(LineConsumer.Output<Written> output);

  /** Releases resources, including after a shard that failed. */
  default void close() {}

  /** Creates a sink for each worker. */
  @FunctionalInterface
  interface Factory extends Serializable {
    DocumentSink create();
  }
}
