package dev.diagonal.internal.block;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.block.Block;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Packs records into blocks, with one buffer per key. Emits the block of a key when it is full.
 * When all buffers together hold too many records, emits the largest early until half is left, so
 * memory is bounded for any number and distribution of keys. Not thread-safe.
 */
public final class Packer<T> {

  /** Receives full blocks. */
  @FunctionalInterface
  public interface Output<T> {
    void block(int key, Block<T> block);
  }

  private final int blockRows;
  private final LongSupplier maxHeldRows;
  private final Map<Integer, List<T>> buffers = new HashMap<>();
  private long heldRows;

  /**
   * @param blockRows the number of records in a full block
   * @param maxHeldRows the maximum number of records in all buffers
   */
  public Packer(int blockRows, long maxHeldRows) {
    this(blockRows, () -> maxHeldRows);
    checkArgument(
        maxHeldRows >= blockRows,
        "maxHeldRows must be >= blockRows %s, got %s",
        blockRows,
        maxHeldRows);
  }

  /**
   * @param blockRows the number of records in a full block
   * @param maxHeldRows the maximum number of records in all buffers; queried per record, since it
   *     may change as their size becomes known
   */
  public Packer(int blockRows, LongSupplier maxHeldRows) {
    checkArgument(blockRows > 0, "blockRows must be > 0, got %s", blockRows);
    this.blockRows = blockRows;
    this.maxHeldRows = maxHeldRows;
  }

  /** Adds a record. Emits the block that it fills, or those that are emitted to free memory. */
  public void add(int key, T record, Output<T> output) {
    List<T> buffer = buffers.computeIfAbsent(key, k -> new ArrayList<>());
    buffer.add(record);
    heldRows++;
    if (buffer.size() == blockRows) {
      leave(key, output);
    } else {
      long most = maxHeldRows.getAsLong();
      if (heldRows > most) {
        leaveUntil(most / 2, output);
      }
    }
  }

  /** Returns how many records all buffers hold. */
  public long heldRows() {
    return heldRows;
  }

  /** Emits all held records. */
  public void flush(Output<T> output) {
    List.copyOf(buffers.keySet()).forEach(key -> leave(key, output));
  }

  private void leaveUntil(long rows, Output<T> output) {
    for (int largest : largestFirst()) {
      if (heldRows <= rows) {
        return;
      }
      leave(largest, output);
    }
  }

  /** Returns the current keys, those with the largest buffers first. */
  private List<Integer> largestFirst() {
    List<Integer> keys = new ArrayList<>(buffers.keySet());
    keys.sort(Comparator.comparing(key -> -buffers.getOrDefault(key, List.of()).size()));
    return keys;
  }

  private void leave(int key, Output<T> output) {
    List<T> buffer = buffers.remove(key);
    if (buffer != null) {
      heldRows -= buffer.size();
      output.block(key, new Block<>(buffer));
    }
  }
}
