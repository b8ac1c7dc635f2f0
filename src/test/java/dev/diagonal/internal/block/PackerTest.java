package dev.diagonal.internal.block;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import dev.diagonal.block.Block;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.beam.sdk.values.KV;

class PackerTest {

  @Property(seed = "1")
  void keepsEachRecordOnceInOrderPerKey(
      @ForAll @Size(max = 300) List<@IntRange(max = 9) Integer> keys,
      @ForAll @IntRange(min = 1, max = 20) int blockRows,
      @ForAll @IntRange(max = 40) int more) {
    Packer<KV<Integer, Integer>> packer = new Packer<>(blockRows, blockRows + more);
    List<KV<Integer, Integer>> records = new ArrayList<>();
    Map<Integer, List<KV<Integer, Integer>>> out = new HashMap<>();
    Packer.Output<KV<Integer, Integer>> output =
        (key, block) -> {
          assertThat(block.size()).isBetween(1, blockRows);
          out.computeIfAbsent(key, k -> new ArrayList<>()).addAll(block.records());
        };
    for (int key : keys) {
      records.add(KV.of(key, records.size()));
      packer.add(key, records.get(records.size() - 1), output);
    }
    packer.flush(output);
    assertThat(out).isEqualTo(records.stream().collect(groupingBy(KV::getKey)));
  }

  @Property(seed = "2")
  void neverHoldsMoreThanItsBound(
      @ForAll @Size(max = 300) List<@IntRange(max = 99) Integer> keys,
      @ForAll @IntRange(min = 1, max = 10) int blockRows,
      @ForAll @IntRange(max = 40) int more) {
    Packer<Integer> packer = new Packer<>(blockRows, blockRows + more);
    int[] left = {0};
    int in = 0;
    for (int key : keys) {
      packer.add(key, key, (k, block) -> left[0] += block.size());
      in++;
      assertThat(in - left[0]).isLessThanOrEqualTo(blockRows + more);
    }
  }

  @Example
  void aBlockLeavesWhenItIsFull() {
    List<KV<Integer, Block<String>>> out = new ArrayList<>();
    Packer<String> packer = new Packer<>(2, 100);
    packer.add(1, "a", collectInto(out));
    packer.add(2, "b", collectInto(out));
    assertThat(out).isEmpty();
    packer.add(1, "c", collectInto(out));
    assertThat(out).containsExactly(KV.of(1, new Block<>(List.of("a", "c"))));
  }

  @Example
  void largestBuffersAreEmittedUntilHalfIsLeft() {
    List<KV<Integer, Block<String>>> out = new ArrayList<>();
    Packer<String> packer = new Packer<>(8, 10);
    add(packer, out, 1, 2);
    add(packer, out, 2, 5);
    add(packer, out, 3, 3);
    assertThat(out).isEmpty();
    packer.add(4, "x", collectInto(out));
    // 11 are held: 5 leave, then 3, and then no more than 5 are left.
    assertThat(out)
        .extracting(KV::getKey, block -> block.getValue().size())
        .containsExactly(tuple(2, 5), tuple(3, 3));
    out.clear();
    packer.flush(collectInto(out));
    assertThat(out).extracting(KV::getKey).containsExactlyInAnyOrder(1, 4);
  }

  @Example
  void howMuchIsTooMuchMayBecomeLess() {
    List<KV<Integer, Block<String>>> out = new ArrayList<>();
    AtomicLong most = new AtomicLong(100);
    Packer<String> packer = new Packer<>(8, most::get);
    add(packer, out, 1, 5);
    add(packer, out, 2, 3);
    assertThat(out).isEmpty();
    most.set(0);
    packer.add(2, "x", collectInto(out));
    assertThat(out)
        .extracting(KV::getKey, block -> block.getValue().size())
        .containsExactly(tuple(1, 5), tuple(2, 4));
  }

  @Example
  void aFlushedPackerIsEmpty() {
    List<KV<Integer, Block<String>>> out = new ArrayList<>();
    Packer<String> packer = new Packer<>(8, 10);
    add(packer, out, 1, 2);
    packer.flush(collectInto(out));
    out.clear();
    packer.flush(collectInto(out));
    assertThat(out).isEmpty();
  }

  @Example
  void refusesBoundsThatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Packer<>(0, 1))
        .withMessage("blockRows must be > 0, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Packer<>(5, 4))
        .withMessage("maxHeldRows must be >= blockRows 5, got 4");
  }

  private static void add(
      Packer<String> packer, List<KV<Integer, Block<String>>> out, int key, int records) {
    for (int i = 0; i < records; i++) {
      packer.add(key, "x", collectInto(out));
    }
  }

  private static Packer.Output<String> collectInto(List<KV<Integer, Block<String>>> out) {
    return (key, block) -> out.add(KV.of(key, block));
  }
}
