package dev.diagonal.internal.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.block.Block;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.values.KV;
import org.jspecify.annotations.Nullable;

/** The join of a shard is what two nested loops find, whatever order the blocks come in. */
final class HashJoinTest {

  /** The key -1 means no key. */
  private static final int NONE = -1;

  private static final Coder<Block<KV<Integer, String>>> CODER =
      Block.coder(KvCoder.of(VarIntCoder.of(), StringUtf8Coder.of()));

  @Property
  void aLeftJoinIsThatOfNestedLoops(
      @ForAll("rows") List<KV<Integer, String>> build,
      @ForAll("rows") List<KV<Integer, String>> probe,
      @ForAll long order,
      @ForAll("budgets") int budget)
      throws IOException {
    assertThat(joined(build, probe, order, budget, true))
        .containsExactlyInAnyOrderElementsOf(naive(build, probe, true));
  }

  @Property
  void anInnerJoinIsThatOfNestedLoops(
      @ForAll("rows") List<KV<Integer, String>> build,
      @ForAll("rows") List<KV<Integer, String>> probe,
      @ForAll long order,
      @ForAll("budgets") int budget)
      throws IOException {
    assertThat(joined(build, probe, order, budget, false))
        .containsExactlyInAnyOrderElementsOf(naive(build, probe, false));
  }

  /**
   * Few keys, so that they meet, are missing and are there several times; one of them more often.
   */
  @Provide
  Arbitrary<List<KV<Integer, String>>> rows() {
    Arbitrary<Integer> key =
        Arbitraries.oneOf(
            Arbitraries.integers().between(NONE, 12), Arbitraries.just(3), Arbitraries.just(3));
    Arbitrary<String> value = Arbitraries.strings().alpha().ofLength(3);
    return key.flatMap(k -> value.map(v -> KV.of(k, v))).list().ofMaxSize(40);
  }

  @Provide
  Arbitrary<Integer> budgets() {
    return Arbitraries.of(0, 20, 1 << 20);
  }

  /** 20,000 probe blocks of 10 kB come before the one of the build side. */
  @Example
  void skewedShardSpillsProbeSideToFile() throws IOException {
    int blocks = 20_000;
    byte[] payload = new byte[10_000];
    AtomicInteger probed = new AtomicInteger();
    ShardJoin<Integer, byte[], Integer> join =
        new ShardJoin<>() {
          private int built;

          @Override
          public void open(int shard) {}

          @Override
          public void build(Integer block, LineConsumer.Output<Integer> output) {
            built += block;
          }

          @Override
          public void probe(byte[] block, LineConsumer.Output<Integer> output) {
            assertThat(built).isEqualTo(7);
            assertThat(block).hasSize(payload.length);
            probed.incrementAndGet();
          }

          @Override
          public void finish(LineConsumer.Output<Integer> output) {}
        };
    // The build side comes last, and the blocks are made as they are asked for.
    Iterable<JoinSide<Integer, byte[]>> sides =
        () ->
            IntStream.rangeClosed(0, blocks)
                .mapToObj(
                    i ->
                        i < blocks
                            ? JoinSide.<Integer, byte[]>ofProbe(payload.clone())
                            : JoinSide.<Integer, byte[]>ofBuild(7))
                .iterator();
    try (WaitingBlocks<byte[]> early = new WaitingBlocks<>(ByteArrayCoder.of(), 1 << 20)) {
      JoinShardFn.join(join, 0, sides, early, new Kept<>());
      assertThat(early.blocksInFile()).isEqualTo(blocks - (1 << 20) / (payload.length + 2));
    }
    assertThat(probed).hasValue(blocks);
  }

  private static List<String> joined(
      List<KV<Integer, String>> build,
      List<KV<Integer, String>> probe,
      long order,
      int budget,
      boolean left)
      throws IOException {
    HashJoin<Integer, KV<Integer, String>, KV<Integer, String>, String> join =
        new HashJoin<>(HashJoinTest::key, HashJoinTest::key, HashJoinTest::pair, left, 7);
    Kept<Block<String>> kept = new Kept<>();
    // The second shard must know nothing of the first.
    for (int shard = 0; shard < 2; shard++) {
      kept.emitted.clear();
      try (WaitingBlocks<Block<KV<Integer, String>>> early = new WaitingBlocks<>(CODER, budget)) {
        JoinShardFn.join(join, shard, shuffled(build, probe, new Random(order)), early, kept);
      }
    }
    List<String> rows = new ArrayList<>();
    for (Block<String> block : kept.emitted) {
      assertThat(block.size()).isBetween(1, 7);
      rows.addAll(block.records());
    }
    return rows;
  }

  private static List<JoinSide<Block<KV<Integer, String>>, Block<KV<Integer, String>>>> shuffled(
      List<KV<Integer, String>> build, List<KV<Integer, String>> probe, Random random) {
    List<JoinSide<Block<KV<Integer, String>>, Block<KV<Integer, String>>>> sides =
        new ArrayList<>();
    blocks(build, random).forEach(block -> sides.add(JoinSide.ofBuild(block)));
    blocks(probe, random).forEach(block -> sides.add(JoinSide.ofProbe(block)));
    Collections.shuffle(sides, random);
    return sides;
  }

  private static List<Block<KV<Integer, String>>> blocks(
      List<KV<Integer, String>> rows, Random random) {
    List<Block<KV<Integer, String>>> blocks = new ArrayList<>();
    for (int from = 0; from < rows.size(); ) {
      int to = Math.min(rows.size(), from + 1 + random.nextInt(5));
      blocks.add(new Block<>(rows.subList(from, to)));
      from = to;
    }
    return blocks;
  }

  private static List<String> naive(
      List<KV<Integer, String>> build, List<KV<Integer, String>> probe, boolean left) {
    List<String> rows = new ArrayList<>();
    for (KV<Integer, String> p : probe) {
      boolean met = false;
      for (KV<Integer, String> b : build) {
        if (p.getKey() != NONE && p.getKey().equals(b.getKey())) {
          rows.add(pair(p, b));
          met = true;
        }
      }
      if (!met && left) {
        rows.add(pair(p, null));
      }
    }
    return rows;
  }

  private static @Nullable Integer key(KV<Integer, String> row) {
    return row.getKey() == NONE ? null : row.getKey();
  }

  private static String pair(KV<Integer, String> probe, @Nullable KV<Integer, String> build) {
    return probe + (build == null ? " alone" : " with " + build);
  }

  /** Keeps the outputs; nothing may be rejected. */
  private static final class Kept<T> implements LineConsumer.Output<T> {
    private final List<T> emitted = new ArrayList<>();

    @Override
    public void emit(T element) {
      emitted.add(element);
    }

    @Override
    public void reject(DeadLetter line) {
      throw new AssertionError(line.describe());
    }
  }
}
