package dev.diagonal.internal.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.block.Block;
import dev.diagonal.testing.Runner;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MergeSmallBlocksTest implements Serializable {

  private static final Coder<KV<Integer, Block<Long>>> CODER =
      KvCoder.of(VarIntCoder.of(), Block.coder(VarLongCoder.of()));
  private static final Duration MINUTE = Duration.standardMinutes(1);

  @ParameterizedTest
  @EnumSource
  void mergesEachRecordOnceIntoFullBlocks(Runner runner) {
    TestPipeline pipeline = runner.pipeline();
    List<KV<Integer, Block<Long>>> single = new ArrayList<>();
    for (long record = 0; record < 600; record++) {
      single.add(KV.of((int) (record % 2), new Block<>(List.of(record))));
    }
    PCollection<Block<Long>> joined =
        pipeline.apply(Create.of(single).withCoder(CODER)).apply(MergeSmallBlocks.of(100, MINUTE));
    PAssert.that(joined)
        .satisfies(
            blocks -> {
              List<Long> records = new ArrayList<>();
              int count = 0;
              for (Block<Long> block : blocks) {
                assertThat(block.size()).isLessThanOrEqualTo(100);
                assertThat(block.records().stream().map(record -> record % 2).distinct())
                    .hasSize(1);
                records.addAll(block.records());
                count++;
              }
              assertThat(records)
                  .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 600).boxed().toList());
              assertThat(count).isLessThanOrEqualTo(8);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void emitsOversizedBlockUnchanged() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    List<Long> large = LongStream.range(0, 250).boxed().toList();
    PCollection<Block<Long>> joined =
        pipeline
            .apply(Create.of(KV.of(1, new Block<>(large))).withCoder(CODER))
            .apply(MergeSmallBlocks.of(100, MINUTE));
    PAssert.thatSingleton(joined).isEqualTo(new Block<>(large));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void emitsRecordsOfUnboundedInputAfterMaxWait() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    TestStream<KV<Integer, Block<Long>>> stream =
        TestStream.create(CODER)
            .addElements(KV.of(1, new Block<>(List.of(1L))), KV.of(1, new Block<>(List.of(2L))))
            .advanceProcessingTime(MINUTE)
            .advanceProcessingTime(MINUTE)
            .addElements(KV.of(1, new Block<>(List.of(3L))))
            .advanceWatermarkToInfinity();
    PCollection<Block<Long>> joined =
        pipeline.apply(stream).apply(MergeSmallBlocks.of(100, MINUTE));
    PAssert.that(joined)
        .satisfies(
            blocks -> {
              assertThat(blocks)
                  .extracting(block -> List.copyOf(block.records().stream().sorted().toList()))
                  .containsExactlyInAnyOrder(List.of(1L, 2L), List.of(3L));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MergeSmallBlocks.of(0, MINUTE))
        .withMessage("rows must be >= 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MergeSmallBlocks.of(1, Duration.ZERO))
        .withMessage("maxBuffering must be >= 1 ms, got PT0S");
  }
}
