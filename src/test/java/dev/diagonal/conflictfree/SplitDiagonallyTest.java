package dev.diagonal.conflictfree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.grid.Grid;
import dev.diagonal.testing.Runner;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SplitDiagonallyTest implements Serializable {

  /** The edge from a number to the square of it. */
  private static final Grid<Integer> GRID = Grid.monopartite(4).byLongs(n -> n, n -> (long) n * n);

  @ParameterizedTest
  @EnumSource
  void assignsRecordToOneBatchOfItsCell(Runner runner) {
    TestPipeline pipeline = runner.pipeline();
    List<Integer> numbers = IntStream.range(0, 3_000).boxed().toList();
    PCollection<DiagonalBatch<Integer>> batches =
        pipeline
            .apply(Create.of(numbers))
            .apply(SplitDiagonally.by(GRID).withBatchSize(100).withBurstFactor(1));
    PAssert.that(batches)
        .satisfies(
            all -> {
              Set<Integer> seen = new HashSet<>();
              for (DiagonalBatch<Integer> batch : all) {
                assertThat(batch.rows().size()).isBetween(1, 100);
                for (int n : batch.rows().records()) {
                  assertThat(GRID.schedule().cell(GRID.cellOf(n))).isEqualTo(batch.cell());
                  assertThat(GRID.schedule().waveOf(GRID.cellOf(n))).isEqualTo(batch.wave());
                  assertThat(seen.add(n)).isTrue();
                }
              }
              assertThat(seen).hasSize(3_000);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void windowsDoNotMix() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    TestStream.Builder<Integer> stream = TestStream.create(VarIntCoder.of());
    for (int n = 0; n < 40; n++) {
      stream = stream.addElements(TimestampedValue.of(n, new Instant(n * 100L)));
    }
    PCollection<DiagonalBatch<Integer>> batches =
        pipeline
            .apply(stream.advanceWatermarkToInfinity())
            .apply(Window.into(FixedWindows.of(Duration.standardSeconds(1))))
            .apply(SplitDiagonally.by(GRID));
    PAssert.that(batches)
        .satisfies(
            all -> {
              Set<Integer> seen = new HashSet<>();
              for (DiagonalBatch<Integer> batch : all) {
                assertThat(batch.rows().records().stream().map(n -> n / 10).distinct()).hasSize(1);
                seen.addAll(batch.rows().records());
              }
              assertThat(seen).hasSize(40);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void recordOfUnboundedInputDoesNotWaitForever() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    Instant start = new Instant(0);
    PCollection<DiagonalBatch<Integer>> batches =
        pipeline
            .apply(
                TestStream.create(VarIntCoder.of())
                    .addElements(TimestampedValue.of(1, start))
                    .advanceProcessingTime(Duration.standardSeconds(6))
                    .addElements(TimestampedValue.of(1, start))
                    .advanceWatermarkToInfinity())
            .apply(SplitDiagonally.by(GRID).withMaxBufferingDuration(Duration.standardSeconds(5)));
    // Without the limit the second joins the first.
    PAssert.that(batches.apply(sizes())).containsInAnyOrder(1, 1);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void keepsLateRecordsWithinAllowedLateness() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<DiagonalBatch<Integer>> batches =
        pipeline
            .apply(
                TestStream.create(VarIntCoder.of())
                    .addElements(TimestampedValue.of(1, new Instant(0)))
                    .advanceWatermarkTo(new Instant(5_000))
                    .addElements(TimestampedValue.of(2, new Instant(1)))
                    .advanceWatermarkToInfinity())
            .apply(
                Window.<Integer>into(FixedWindows.of(Duration.standardSeconds(1)))
                    .withAllowedLateness(Duration.standardMinutes(1))
                    .discardingFiredPanes())
            .apply(SplitDiagonally.by(GRID));
    PAssert.that(batches.apply(sizes()))
        .satisfies(
            sizes -> {
              assertThat(StreamSupport.stream(sizes.spliterator(), false).mapToInt(n -> n).sum())
                  .isEqualTo(2);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void recordWithoutCellFailsRunAndIsNamed() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    pipeline
        .apply(Create.of(1, 17))
        .apply(SplitDiagonally.by(Grid.bipartite(4).bySlots("own", n -> n, n -> n)));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasStackTraceContaining("a slot must be 0 to 3, got 17; the row is: 17");
  }

  @Test
  void recordWithoutCellBecomesDeadLetter() throws Exception {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<DiagonalBatch<Integer>> batches;
    try (BadRecordErrorHandler<PCollection<BadRecord>> handler =
        pipeline.registerBadRecordErrorHandler(new CheckOneNull())) {
      batches =
          pipeline
              .apply(Create.of(1, null, 2).withCoder(NullableCoder.of(VarIntCoder.of())))
              .apply(
                  SplitDiagonally.by(Grid.<Integer>components(2, n -> n))
                      .withBadRecordErrorHandler(handler));
    }
    PAssert.that(batches)
        .satisfies(
            all -> {
              assertThat(all)
                  .flatMap(batch -> batch.rows().records())
                  .containsExactlyInAnyOrder(1, 2);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  private static final class CheckOneNull
      extends PTransform<PCollection<BadRecord>, PCollection<BadRecord>> {
    @Override
    public PCollection<BadRecord> expand(PCollection<BadRecord> bad) {
      PAssert.that(bad)
          .satisfies(
              all -> {
                assertThat(all)
                    .map(DeadLetter::of)
                    .containsExactly(DeadLetter.ofRow("the id is null", "null"));
                return null;
              });
      return bad;
    }
  }

  private static MapElements<DiagonalBatch<Integer>, Integer> sizes() {
    return MapElements.into(TypeDescriptors.integers()).via(batch -> batch.rows().size());
  }
}
