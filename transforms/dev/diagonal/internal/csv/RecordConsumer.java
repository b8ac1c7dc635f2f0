package dev.diagonal.internal.csv;

import dev.diagonal.files.LineConsumer;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Plain Java that is driven over the records of files inside one DoFn, as a {@link LineConsumer} is
 * over blocks of lines. One instance serves bundle after bundle, on one thread; when a bundle
 * fails, it is not used again.
 *
 * @param <T> what it puts out
 */
public interface RecordConsumer<T> {

  /** The records that follow come from this file. */
  void open(String file);

  /**
   * Takes in the record that the reader stands at, which can be read: it has no {@linkplain
   * CsvReader#problem problem}.
   *
   * @return what else is wrong with it, so that it is rejected, or null
   */
  @Nullable String accept(CsvReader record, LineConsumer.Output<T> output);

  /** The bundle is over: puts out what is still held, and holds nothing afterwards. */
  void finish(LineConsumer.Output<T> output);

  /** Makes a consumer for each reader. */
  @FunctionalInterface
  interface Factory<T> extends Serializable {
    RecordConsumer<T> create();
  }
}
