package dev.diagonal.internal.join;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.block.Block;
import dev.diagonal.files.LineConsumer;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Joins the records of a shard on a key, as SQL does: a probe record is paired with every build
 * record of an equal key. A probe record without one is dropped by an {@linkplain #inner inner}
 * join, and emitted alone by a {@linkplain #left left} join. A null key equals no other.
 *
 * <p>Holds the build records of a shard in a hash table, and no probe records. Emits blocks of
 * 1,000 records. Build records of one key are paired in the order of their arrival, which is
 * arbitrary.
 */
public final class HashJoin<K, B, P, O> implements ShardJoin<Block<B>, Block<P>, Block<O>> {

  private static final int BLOCK_ROWS = 1_000;

  /** The key of a record; equal keys have equal {@code hashCode}s. */
  @FunctionalInterface
  public interface KeyOf<T, K> extends Serializable {
    @Nullable K of(T record);
  }

  /** Combines two records into one. */
  @FunctionalInterface
  public interface Pair<P, B, O> extends Serializable {
    /**
     * Returns the combined record.
     *
     * @param build null in a left join if there is none
     */
    O of(P probe, @Nullable B build);
  }

  private final KeyOf<B, K> buildKey;
  private final KeyOf<P, K> probeKey;
  private final Pair<P, B, O> pair;
  private final boolean left;
  private final int blockRows;

  private final Map<K, List<B>> table = new HashMap<>();
  private List<O> joined = new ArrayList<>();

  HashJoin(
      KeyOf<B, K> buildKey, KeyOf<P, K> probeKey, Pair<P, B, O> pair, boolean left, int blockRows) {
    checkArgument(blockRows > 0, "blockRows must be > 0, got %s", blockRows);
    this.buildKey = buildKey;
    this.probeKey = probeKey;
    this.pair = pair;
    this.left = left;
    this.blockRows = blockRows;
  }

  /** Returns joins that emit every probe record, with its build records or alone. */
  public static <K, B, P, O> ShardJoin.Factory<Block<B>, Block<P>, Block<O>> left(
      KeyOf<B, K> buildKey, KeyOf<P, K> probeKey, Pair<P, B, O> pair) {
    return () -> new HashJoin<>(buildKey, probeKey, pair, true, BLOCK_ROWS);
  }

  /** Returns joins that emit only probe records with a build record. */
  public static <K, B, P, O> ShardJoin.Factory<Block<B>, Block<P>, Block<O>> inner(
      KeyOf<B, K> buildKey, KeyOf<P, K> probeKey, Pair<P, B, O> pair) {
    return () -> new HashJoin<>(buildKey, probeKey, pair, false, BLOCK_ROWS);
  }

  @Override
  public void open(int shard) {
    table.clear();
  }

  @Override
  public void build(Block<B> block, LineConsumer.Output<Block<O>> output) {
    for (B record : block.records()) {
      K key = buildKey.of(record);
      if (key != null) {
        table.computeIfAbsent(key, k -> new ArrayList<>(1)).add(record);
      }
    }
  }

  @Override
  public void probe(Block<P> block, LineConsumer.Output<Block<O>> output) {
    for (P record : block.records()) {
      K key = probeKey.of(record);
      List<B> matches = key == null ? List.of() : table.getOrDefault(key, List.of());
      for (B match : matches) {
        add(pair.of(record, match), output);
      }
      if (matches.isEmpty() && left) {
        add(pair.of(record, null), output);
      }
    }
  }

  @Override
  public void finish(LineConsumer.Output<Block<O>> output) {
    leave(output);
    table.clear();
  }

  private void add(O record, LineConsumer.Output<Block<O>> output) {
    joined.add(record);
    if (joined.size() == blockRows) {
      leave(output);
    }
  }

  private void leave(LineConsumer.Output<Block<O>> output) {
    if (!joined.isEmpty()) {
      output.emit(new Block<>(joined));
      joined = new ArrayList<>();
    }
  }
}
