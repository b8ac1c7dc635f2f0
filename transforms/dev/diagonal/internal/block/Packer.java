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
 * Packs records into blocks, one buffer a key: a key's block leaves when it is full; when all
 * buffers together hold too many records, the largest leave early until half of that is left, so
 * that memory is bounded however many keys there are and however unevenly they are hit. Not
 * thread-safe.
 */
public final class Packer<T> {

  /** Where full blocks go. */
  @FunctionalInterface
  public interface Output<T> {
    void block(int key, Block<T> block);
  }

  private final int blockRows;
  private final LongSupplier maxHeldRows;
  private final Map<Integer, List<T>> buffers = new HashMap<>();
  private long heldRows;

  /**
   * @param blockRows how many records a full block holds
   * @param maxHeldRows how many records all buffers may hold together
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
   * @param blockRows how many records a full block holds
   * @param maxHeldRows how many records all buffers may hold together; asked at each record, and
   *     may change as it is learned how large they are
   */
  public Packer(int blockRows, LongSupplier maxHeldRows) {
    checkArgument(blockRows > 0, "blockRows must be > 0, got %s", blockRows);
    this.blockRows = blockRows;
    this.maxHeldRows = maxHeldRows;
  }

  /** Takes in a record; puts out the block that it fills, or those for which room was made. */
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

  /** Returns how many records all buffers hold together. */
  public long heldRows() {
    return heldRows;
  }

  /** Puts out all that is held. */
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

  /** The keys as they are now: those whose buffers hold most come first. */
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
