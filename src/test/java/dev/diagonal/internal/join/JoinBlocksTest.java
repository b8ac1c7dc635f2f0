package dev.diagonal.internal.join;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.block.Block;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.shard.PackBlocks;
import dev.diagonal.testing.Runner;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class JoinBlocksTest {

  private static final Shards SHARDS = new Shards(8);

  /** Keys 0 to 99, those divisible by three twice. */
  private static final List<KV<Integer, String>> CUSTOMERS =
      IntStream.range(0, 100)
          .boxed()
          .flatMap(
              key ->
                  IntStream.range(0, key % 3 == 0 ? 2 : 1)
                      .mapToObj(i -> KV.of(key, "c" + key + "-" + i)))
          .toList();

  /** Two of three have key 7; the others are spread over 0 to 149, so that some match nothing. */
  private static final List<KV<Integer, String>> ORDERS =
      IntStream.range(0, 3_000)
          .mapToObj(i -> KV.of(i % 3 == 0 ? i / 3 % 150 : 7, "o" + i))
          .toList();

  @ParameterizedTest
  @EnumSource(Runner.class)
  void everyOrderMeetsItsCustomers(Runner runner) {
    TestPipeline pipeline = runner.pipeline();
    PCollection<String> joined =
        orders(pipeline)
            .apply(
                JoinBlocks.with(
                        customers(pipeline),
                        HashJoin.left(
                            JoinBlocksTest::key, JoinBlocksTest::key, JoinBlocksTest::pair),
                        Block.coder(StringUtf8Coder.of()))
                    .withMaxWaitingBytes(2_000))
            .apply(FlatMapElements.into(TypeDescriptors.strings()).via(Block::records));
    List<String> expected = new ArrayList<>();
    for (KV<Integer, String> order : ORDERS) {
      List<KV<Integer, String>> theirs =
          CUSTOMERS.stream().filter(c -> c.getKey().equals(order.getKey())).toList();
      theirs.forEach(customer -> expected.add(pair(order, customer)));
      if (theirs.isEmpty()) {
        expected.add(pair(order, null));
      }
    }
    PAssert.that(joined).containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void anInnerJoinLeavesOutWhoIsAlone(Runner runner) {
    TestPipeline pipeline = runner.pipeline();
    PCollection<String> joined =
        orders(pipeline)
            .apply(
                JoinBlocks.with(
                    customers(pipeline),
                    HashJoin.inner(JoinBlocksTest::key, JoinBlocksTest::key, JoinBlocksTest::pair),
                    Block.coder(StringUtf8Coder.of())))
            .apply(FlatMapElements.into(TypeDescriptors.strings()).via(Block::records));
    PAssert.that(joined)
        .containsInAnyOrder(
            ORDERS.stream()
                .flatMap(
                    order ->
                        CUSTOMERS.stream()
                            .filter(c -> c.getKey().equals(order.getKey()))
                            .map(customer -> pair(order, customer)))
                .toList());
    pipeline.run().waitUntilFinish();
  }

  @Test
  void aNegativeBudgetIsRefused() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    assertThatThrownBy(
            () ->
                JoinBlocks.with(
                        customers(pipeline),
                        HashJoin.left(
                            JoinBlocksTest::key, JoinBlocksTest::key, JoinBlocksTest::pair),
                        Block.coder(StringUtf8Coder.of()))
                    .withMaxWaitingBytes(-1))
        .hasMessageContaining("maxWaitingBytes must be >= 0, got -1");
  }

  private static PCollection<KV<Integer, Block<KV<Integer, String>>>> customers(
      TestPipeline pipeline) {
    return packed("customers", CUSTOMERS, pipeline);
  }

  private static PCollection<KV<Integer, Block<KV<Integer, String>>>> orders(
      TestPipeline pipeline) {
    return packed("orders", ORDERS, pipeline);
  }

  private static PCollection<KV<Integer, Block<KV<Integer, String>>>> packed(
      String name, List<KV<Integer, String>> rows, TestPipeline pipeline) {
    return pipeline
        .apply(name, Create.of(rows).withCoder(KvCoder.of(VarIntCoder.of(), StringUtf8Coder.of())))
        .apply(
            "Pack " + name,
            PackBlocks.<KV<Integer, String>>by(row -> SHARDS.of(row.getKey())).withBlockRows(50));
  }

  private static Integer key(KV<Integer, String> row) {
    return row.getKey();
  }

  private static String pair(KV<Integer, String> order, @Nullable KV<Integer, String> customer) {
    return order.getValue() + " " + (customer == null ? "nobody" : customer.getValue());
  }
}
