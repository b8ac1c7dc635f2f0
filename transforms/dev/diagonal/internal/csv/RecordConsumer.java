package dev.diagonal.internal.csv;

import dev.diagonal.files.LineConsumer;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Consumes the records of files inside one DoFn, without Beam, as a {@link LineConsumer} consumes
 * blocks of lines. One instance serves many bundles, on one thread. After a failed bundle it is not
 * used again.
 *
 * @param <T> what it emits
 */
public interface RecordConsumer<T> {

  /** Starts a file; the following records come from it. */
  void open(String file);

  /**
   * Processes the current record of the reader, which has no {@linkplain CsvReader#problem
   * problem}.
   *
   * @return another error of the record, so that it is rejected, or null
   */
  @Nullable String accept(CsvReader record, LineConsumer.Output<T> output);

  /** Ends the bundle: emits everything that is still held. */
  void finish(LineConsumer.Output<T> output);

  /** Makes a consumer for each reader. */
  @FunctionalInterface
  interface Factory<T> extends Serializable {
    RecordConsumer<T> create();
  }
}
