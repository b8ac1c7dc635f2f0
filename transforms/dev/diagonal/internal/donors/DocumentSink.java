package dev.diagonal.internal.donors;

import dev.diagonal.files.LineConsumer;
import dev.diagonal.metrics.Written;
import java.io.Serializable;

/** Where the documents of a shard go, one after another. Used by one thread. */
interface DocumentSink {

  /** A shard begins. */
  void open(int shard);

  /**
   * Takes in a document, which is not kept.
   *
   * @param id where its id stands, UTF-8
   * @param json the document
   */
  void accept(
      byte[] id, int idStart, int idEnd, JsonBytes json, LineConsumer.Output<Written> output);

  /** The shard is over: when all its documents are there, puts out the account of them. */
  void finish(LineConsumer.Output<Written> output);

  /** Lets go of what is held, after a shard that failed, too. */
  default void close() {}

  /** Makes a sink for each worker. */
  @FunctionalInterface
  interface Factory extends Serializable {
    DocumentSink create();
  }
}
