package dev.diagonal.conflictfree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.grid.Grid;
import dev.diagonal.schedule.Batch;
import dev.diagonal.testing.Runner;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Keys;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windowed and unbounded input, and how leftovers meet. */
final class WriteConflictFreeStreamTest implements Serializable {

  private static final Grid<Integer> GRID = Grid.monopartite(4).byLongs(n -> n, n -> (long) n * n);
  private static final Instant START = new Instant(0);
  private static final Duration SECOND = Duration.standardSeconds(1);

  private transient KeptBatches target;
  private transient TestPipeline pipeline;

  @BeforeEach
  void nameTarget(TestInfo test) {
    target = KeptBatches.named(test.getTestMethod().orElseThrow().getName());
    pipeline = Runner.DIRECT.pipeline();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void resultsAreTimestampedAtEndOfRowWindow(boolean locks) {
    TestStream.Builder<Integer> stream = TestStream.create(VarIntCoder.of());
    for (int n = 0; n < 40; n++) {
      stream = stream.addElements(TimestampedValue.of(n, new Instant(n * 100L)));
    }
    PCollection<BatchWritten> written =
        pipeline
            .apply(stream.advanceWatermarkToInfinity())
            .apply(Window.into(FixedWindows.of(SECOND)))
            .apply(writeTo(locks ? target : target.withoutLocks()));
    PCollection<Long> rows =
        written.apply(ParDo.of(new RowsAtTheEndFn())).apply(Sum.longsGlobally().withoutDefaults());
    for (int second = 0; second < 4; second++) {
      PAssert.that(rows)
          .inWindow(new IntervalWindow(START.plus(SECOND.multipliedBy(second)), SECOND))
          .containsInAnyOrder(10L);
    }
    pipeline.run().waitUntilFinish();
    assertThat(target.rows()).containsExactlyInAnyOrderElementsOf(numbers(40));
    assertThat(target.batches())
        .allMatch(
            batch -> batch.rows().stream().map(n -> n / 10).distinct().count() == 1,
            "of one window");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void batchesEmittedEarlyStayInTheirWindow(boolean locks) {
    // Taken for 1 MiB each: a bundle holds 63 of them, and its windows have 40 and 30.
    PCollection<BatchWritten> written =
        pipeline
            .apply(Create.of(70))
            .apply(ParDo.of(new CountToFn()))
            .setCoder(new WideCoder())
            .apply(Window.into(FixedWindows.of(SECOND)))
            .apply(writeTo(locks ? target : target.withoutLocks()));
    PCollection<Long> rows =
        written.apply(ParDo.of(new RowsAtTheEndFn())).apply(Sum.longsGlobally().withoutDefaults());
    PAssert.that(rows).inWindow(new IntervalWindow(START, SECOND)).containsInAnyOrder(40L);
    PAssert.that(rows)
        .inWindow(new IntervalWindow(START.plus(SECOND), SECOND))
        .containsInAnyOrder(30L);
    pipeline.run().waitUntilFinish();
    assertThat(target.rows()).containsExactlyInAnyOrderElementsOf(numbers(70));
    assertThat(target.batches())
        .allMatch(
            batch -> batch.rows().stream().map(n -> n < 40).distinct().count() == 1,
            "of one window");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void limitsBufferingTimeOfUnboundedInput(boolean short5) {
    pipeline
        .apply(
            TestStream.create(VarIntCoder.of())
                .addElements(TimestampedValue.of(1, START))
                .advanceProcessingTime(Duration.standardSeconds(6))
                .addElements(TimestampedValue.of(1, START))
                .advanceWatermarkToInfinity())
        .apply(writeTo(target).withMaxBufferingDuration(Duration.standardSeconds(short5 ? 5 : 60)));
    pipeline.run().waitUntilFinish();
    List<List<Integer>> expected =
        short5 ? List.of(List.of(1), List.of(1)) : List.of(List.of(1, 1));
    assertThat(target.batches().stream().map(Batch::rows)).containsExactlyElementsOf(expected);
  }

  @Test
  void fullBatchesOfUnboundedInputDoNotWait() {
    Integer[] same = new Integer[100];
    java.util.Arrays.fill(same, 1);
    pipeline
        .apply(
            TestStream.create(VarIntCoder.of()).addElements(1, same).advanceWatermarkToInfinity())
        .apply(
            writeTo(target).withBatchSize(10).withMaxBufferingDuration(Duration.standardDays(1)));
    pipeline.run().waitUntilFinish();
    assertThat(target.batches().stream().map(batch -> batch.rows().size()))
        .containsExactly(10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void writesLateRowsOnlyWithinAllowedLateness(boolean locks) {
    pipeline
        .apply(
            TestStream.create(VarIntCoder.of())
                .addElements(TimestampedValue.of(1, START))
                .advanceWatermarkTo(START.plus(SECOND.multipliedBy(5)))
                .addElements(TimestampedValue.of(2, START))
                .advanceWatermarkTo(START.plus(Duration.standardMinutes(5)))
                .addElements(TimestampedValue.of(3, START))
                .advanceWatermarkToInfinity())
        .apply(
            Window.<Integer>into(FixedWindows.of(SECOND))
                .withAllowedLateness(Duration.standardMinutes(1))
                .discardingFiredPanes())
        .apply(writeTo(locks ? target : target.withoutLocks()));
    pipeline.run().waitUntilFinish();
    assertThat(target.rows()).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void locksSpreadRowsOverSeveralKeys() {
    assertThat(lanesOf(target.withoutLocks())).containsExactly(0);
    assertThat(lanesOf(target)).containsExactlyInAnyOrder(0, 1, 2, 3);
  }

  private static final Set<Integer> LANES = java.util.concurrent.ConcurrentHashMap.newKeySet();

  /** Runs a write, and returns the keys that its leftovers are grouped by. */
  @SuppressWarnings("unchecked") // what is grouped are pairs by lane
  private static Set<Integer> lanesOf(KeptBatches to) {
    LANES.clear();
    TestPipeline built = Runner.DIRECT.pipeline();
    built.apply(Create.of(numbers(200))).apply(writeTo(to));
    PCollection<?>[] grouped = new PCollection<?>[1];
    built.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            if (node.getFullName().endsWith("/Leftovers/Group")) {
              grouped[0] = (PCollection<?>) node.getInputs().values().iterator().next();
            }
          }
        });
    ((PCollection<KV<Integer, Object>>) grouped[0])
        .apply(Keys.create())
        .apply(ParDo.of(new NoteLaneFn()));
    built.run().waitUntilFinish();
    return new HashSet<>(LANES);
  }

  private static WriteConflictFree<Integer> writeTo(KeptBatches target) {
    return WriteConflictFree.by(GRID, target);
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  /** All numbers below one in a bundle; those from 40 are a second later. */
  private static final class CountToFn extends DoFn<Integer, Integer> {
    @ProcessElement
    public void process(@Element Integer count, OutputReceiver<Integer> numbers) {
      for (int n = 0; n < count; n++) {
        numbers.outputWithTimestamp(n, n < 40 ? START : START.plus(SECOND));
      }
    }
  }

  /**
   * Encodes as half a mebibyte each number whose size {@link RowBytes} measures, which is one in
   * 64, and the others briefly, so that the runner's copies of them need little memory.
   */
  private static final class WideCoder extends AtomicCoder<Integer> {
    private static final byte[] ZEROS = new byte[1 << 19];

    @Override
    public void encode(Integer number, OutputStream out) throws IOException {
      VarIntCoder.of().encode(number, out);
      if (isWide(number)) {
        out.write(ZEROS);
      }
    }

    @Override
    public Integer decode(InputStream in) throws IOException {
      int number = VarIntCoder.of().decode(in);
      if (isWide(number)) {
        in.skipNBytes(ZEROS.length);
      }
      return number;
    }

    private static boolean isWide(int number) {
      return number % 64 == 0;
    }
  }

  private static final class NoteLaneFn extends DoFn<Integer, Void> {
    @ProcessElement
    public void process(@Element Integer lane) {
      LANES.add(lane);
    }
  }

  private static final class RowsAtTheEndFn extends DoFn<BatchWritten, Long> {
    @ProcessElement
    public void process(
        @Element BatchWritten batch,
        @Timestamp Instant at,
        BoundedWindow window,
        OutputReceiver<Long> rows) {
      if (!at.equals(window.maxTimestamp())) {
        throw new AssertionError(at + " is not the end of " + window);
      }
      rows.output(batch.written().rows());
    }
  }
}
