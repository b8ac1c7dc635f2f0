package dev.diagonal.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.block.Block;
import dev.diagonal.testing.Runner;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithTimestamps;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PackBlocksTest implements Serializable {

  private static final int RECORDS = 2_000;

  @ParameterizedTest
  @EnumSource
  void recordsAreInOneBlockOfBoundedSize(Runner runner) {
    TestPipeline pipeline = runner.pipeline();
    PCollection<KV<Integer, Block<Integer>>> blocks =
        numbers(pipeline).apply(PackBlocks.by((Integer n) -> n % 7).withBlockRows(10));
    assertThat(blocks.getCoder())
        .isEqualTo(KvCoder.of(VarIntCoder.of(), Block.coder(VarIntCoder.of())));
    PAssert.that(unpacked(blocks)).containsInAnyOrder(IntStream.range(0, RECORDS).boxed().toList());
    PAssert.that(blocks).satisfies(all -> areBlocksOfSevenKeys(all, 10));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void limitOfHeldRowsEmitsBlocksEarly() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<KV<Integer, Block<Integer>>> blocks =
        pipeline
            .apply(Create.of(0))
            .apply(
                "one bundle",
                FlatMapElements.into(TypeDescriptors.integers())
                    .via(zero -> IntStream.range(0, RECORDS).boxed().toList()))
            .setCoder(VarIntCoder.of())
            .apply(PackBlocks.by((Integer n) -> n % 7).withMaxHeldRows(14).withBlockRows(10));
    PAssert.that(unpacked(blocks)).containsInAnyOrder(IntStream.range(0, RECORDS).boxed().toList());
    PAssert.that(blocks).satisfies(all -> areBlocksOfSevenKeys(all, 5));
    pipeline.run().waitUntilFinish();
  }

  @ParameterizedTest
  @EnumSource
  void recordsStayInTheirWindows(Runner runner) {
    TestPipeline pipeline = runner.pipeline();
    PCollection<KV<Integer, Block<Integer>>> blocks =
        numbers(pipeline)
            .apply(WithTimestamps.of(n -> new Instant((long) n)))
            .apply(Window.into(FixedWindows.of(Duration.millis(500))))
            .apply(PackBlocks.by((Integer n) -> n % 3).withBlockRows(10));
    PAssert.that(unpacked(blocks))
        .inWindow(new IntervalWindow(new Instant(500), new Instant(1_000)))
        .containsInAnyOrder(IntStream.range(500, 1_000).boxed().toList());
    PAssert.that(blocks.apply(ParDo.of(new MisplacedFn()))).empty();
    pipeline.run().waitUntilFinish();
  }

  @Test
  void refusesBoundsThatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PackBlocks.by((Integer n) -> n).withBlockRows(0))
        .withMessage("blockRows must be > 0, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PackBlocks.by((Integer n) -> n).withMaxHeldRows(0))
        .withMessage("maxHeldRows must be > 0, got 0");
  }

  private static PCollection<Integer> numbers(TestPipeline pipeline) {
    return pipeline.apply(Create.of(IntStream.range(0, RECORDS).boxed().toList()));
  }

  private static PCollection<Integer> unpacked(PCollection<KV<Integer, Block<Integer>>> blocks) {
    return blocks.apply(
        FlatMapElements.into(TypeDescriptors.integers()).via(block -> block.getValue().records()));
  }

  private static Void areBlocksOfSevenKeys(
      Iterable<KV<Integer, Block<Integer>>> blocks, int largest) {
    int most = 0;
    List<Integer> astray = new ArrayList<>();
    for (KV<Integer, Block<Integer>> block : blocks) {
      most = Math.max(most, block.getValue().size());
      block.getValue().records().stream().filter(n -> n % 7 != block.getKey()).forEach(astray::add);
    }
    assertThat(most).isEqualTo(largest);
    assertThat(astray).isEmpty();
    return null;
  }

  /** Emits records of another window than their block's, and blocks without its last timestamp. */
  private static final class MisplacedFn extends DoFn<KV<Integer, Block<Integer>>, String> {
    @ProcessElement
    public void process(
        @Element KV<Integer, Block<Integer>> block,
        BoundedWindow window,
        @Timestamp Instant timestamp,
        OutputReceiver<String> output) {
      for (int record : block.getValue().records()) {
        if (record / 500 != window.maxTimestamp().getMillis() / 500) {
          output.output(record + " is in " + window);
        }
      }
      if (!timestamp.equals(window.maxTimestamp())) {
        output.output("a block at " + timestamp + " in " + window);
      }
    }
  }
}
