package dev.diagonal.block;

import java.util.List;
import org.apache.beam.sdk.coders.Coder;

/**
 * Records that are passed between steps as one element. An element costs a runner microseconds,
 * whether it has one record or a thousand.
 *
 * @param records the records, in order; may be empty
 */
public record Block<T>(List<T> records) {

  public Block {
    records = List.copyOf(records);
  }

  /** Returns the coder of blocks whose records {@code recordCoder} encodes. */
  public static <T> Coder<Block<T>> coder(Coder<T> recordCoder) {
    return new BlockCoder<>(recordCoder);
  }

  public int size() {
    return records.size();
  }
}
