package dev.diagonal.conflictfree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.ReadLines;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.grid.Grid;
import dev.diagonal.schedule.Batch;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.Runner;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Bounded input into a target in this JVM; see {@link WriteConflictFreeStreamTest} for streams. */
final class WriteConflictFreeTest implements Serializable {

  /** The edge from a number to the square of it; numbers from 10,000 are on no grid. */
  private static final Grid<Integer> GRID =
      Grid.monopartite(4).bySlots("squares", n -> n < 10_000 ? n % 4 : n, n -> n * n % 4);

  private static final int ROWS = 3_000;
  private static final int BATCH_ROWS = 100;

  private transient KeptBatches target;

  @BeforeEach
  void nameTarget(TestInfo test) {
    target = KeptBatches.named(test.getTestMethod().orElseThrow().getName());
  }

  @ParameterizedTest
  @CsvSource({"DIRECT, true", "DIRECT, false", "FLINK, true", "FLINK, false"})
  void writesRowOnceInBatchOfItsCell(Runner runner, boolean locks) {
    KeptBatches to = locks ? target : target.withoutLocks();
    TestPipeline pipeline = runner.pipeline();
    PCollection<BatchWritten> written =
        pipeline.apply(Create.of(numbers(ROWS))).apply(writeTo(to).withBatchSize(BATCH_ROWS));
    assertRowsWritten(written, ROWS);
    pipeline.run().waitUntilFinish();
    assertThat(to.rows()).containsExactlyInAnyOrderElementsOf(numbers(ROWS));
    for (Batch<Integer> batch : to.batches()) {
      assertThat(batch.rows()).hasSizeBetween(1, BATCH_ROWS);
      assertThat(batch.rows()).allMatch(n -> GRID.cellOf(n) == batch.cell());
    }
    if (!locks) { // all rows of a cell have met: one batch of them is not full
      assertThat(
              to.batches().stream()
                  .filter(batch -> batch.rows().size() < BATCH_ROWS)
                  .map(Batch::cell))
          .isNotEmpty()
          .doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneProcessWritesWhileItReads(Runner runner) throws Exception {
    KeptBatches to = target.withoutLocks();
    PartSource<Integer, Integer> source =
        (part, rows) -> {
          numbers(ROWS).forEach(rows::emit);
          boolean early = Eventually.within(Duration.ofMinutes(1), () -> !to.batches().isEmpty());
          assertThat(early).as("rows are written before all are read").isTrue();
          rows.emit(ROWS);
        };
    TestPipeline pipeline = runner.pipeline();
    PCollection<BatchWritten> written =
        pipeline.apply(
            writeTo(to)
                .withBatchSize(BATCH_ROWS)
                .withBurstFactor(1)
                .withOneProcess()
                .from(Create.of(0), source, VarIntCoder.of()));
    assertRowsWritten(written, ROWS + 1);
    pipeline.run().waitUntilFinish();
    assertThat(to.rows()).containsExactlyInAnyOrderElementsOf(numbers(ROWS + 1));
  }

  @ParameterizedTest
  @EnumSource
  void writesSourceRowsOnceAndSkipsRejectedOnes(Runner runner) throws Exception {
    PartSource<Integer, Integer> source =
        (part, rows) -> {
          numbers(ROWS).forEach(rows::emit);
          rows.reject(DeadLetter.ofRow("it is odd", "x"));
        };
    TestPipeline pipeline = runner.pipeline();
    PCollection<BatchWritten> written;
    try (BadRecordErrorHandler<PCollection<String>> handler =
        pipeline.registerBadRecordErrorHandler(new Expecting("it is odd; the row is: x"))) {
      written =
          pipeline.apply(
              writeTo(target)
                  .withBatchSize(BATCH_ROWS)
                  .withBadRecordErrorHandler(handler)
                  .from(Create.of(0), source, VarIntCoder.of()));
    }
    assertRowsWritten(written, ROWS);
    pipeline.run().waitUntilFinish();
    assertThat(target.rows()).containsExactlyInAnyOrderElementsOf(numbers(ROWS));
  }

  @Test
  void rowWithoutCellFailsRunAndIsNamed() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    pipeline.apply(Create.of(1, 10_017)).apply(writeTo(target));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasStackTraceContaining("a slot must be 0 to 3, got 10017; the row is: 10017");
  }

  @ParameterizedTest
  @CsvSource({"DIRECT, true", "DIRECT, false", "FLINK, true", "FLINK, false"})
  void onlyCelllessAndRefusedRowsAreDeadLetters(Runner runner, boolean locks) throws Exception {
    KeptBatches to = (locks ? target : target.withoutLocks()).refusing(777);
    TestPipeline pipeline = runner.pipeline();
    PCollection<BatchWritten> written;
    try (BadRecordErrorHandler<PCollection<String>> handler =
        pipeline.registerBadRecordErrorHandler(
            new Expecting(
                "a slot must be 0 to 3, got 10017; the row is: 10017",
                "it does not take 777; the row is: 777"))) {
      written =
          pipeline
              .apply(
                  Create.of(
                      IntStream.rangeClosed(0, ROWS)
                          .map(WriteConflictFreeTest::lost)
                          .boxed()
                          .toList()))
              .apply(writeTo(to).withBatchSize(BATCH_ROWS).withBadRecordErrorHandler(handler));
    }
    assertRowsWritten(written, ROWS - 1);
    pipeline.run().waitUntilFinish();
    assertThat(to.rows())
        .containsExactlyInAnyOrderElementsOf(numbers(ROWS).stream().filter(n -> n != 777).toList());
  }

  @ParameterizedTest
  @EnumSource
  void rowsRefusedByTargetGoToWriteHandler(Runner runner, @TempDir Path directory)
      throws Exception {
    ReadLines<Integer> files = filesOf(directory, numbers(ROWS));
    TestPipeline pipeline = runner.pipeline();
    PCollection<BatchWritten> written;
    try (BadRecordErrorHandler<PCollection<String>> handler =
        pipeline.registerBadRecordErrorHandler(
            new Expecting("it does not take 777; the row is: 777"))) {
      written =
          pipeline.apply(
              writeTo(target.refusing(777))
                  .withBatchSize(BATCH_ROWS)
                  .withBadRecordErrorHandler(handler)
                  .from(files));
    }
    assertRowsWritten(written, ROWS - 1);
    pipeline.run().waitUntilFinish();
    assertThat(target.rows())
        .containsExactlyInAnyOrderElementsOf(numbers(ROWS).stream().filter(n -> n != 777).toList());
  }

  @Test
  void filesWithAnotherHandlerAreRefused(@TempDir Path directory) throws Exception {
    ReadLines<Integer> files = filesOf(directory, List.of(1));
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    try (BadRecordErrorHandler<PCollection<String>> one =
            pipeline.registerBadRecordErrorHandler(new Expecting());
        BadRecordErrorHandler<PCollection<String>> other =
            pipeline.registerBadRecordErrorHandler(new Expecting())) {
      WriteConflictFree<Integer> write = writeTo(target).withBadRecordErrorHandler(one);
      assertThat(write.from(files.withBadRecordErrorHandler(one))).isNotNull();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> write.from(files.withBadRecordErrorHandler(other)))
          .withMessage("files must have the error handler of the write, or none, got another one");
    }
  }

  @Test
  void gridFunctionThatThrowsMakesBadRecord() throws Exception {
    Grid<Integer> lookup = Grid.monopartite(4).byLongs(n -> n == 3 ? (Long) none() : n, n -> n);
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<Integer> rows = pipeline.apply(Create.of(1, 2, 3));
    try (BadRecordErrorHandler<PCollection<Long>> handler =
        pipeline.registerBadRecordErrorHandler(new CountingOnly(1))) {
      rows.apply(WriteConflictFree.by(lookup, target).withBadRecordErrorHandler(handler));
    }
    pipeline.run().waitUntilFinish();
    assertThat(target.rows()).containsExactlyInAnyOrder(1, 2);
  }

  @ParameterizedTest
  @EnumSource
  void rowRefusedByTargetFailsRunWithReason(Runner runner) {
    TestPipeline pipeline = runner.pipeline();
    pipeline.apply(Create.of(numbers(ROWS))).apply(writeTo(target.refusing(777)));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasStackTraceContaining("it does not take 777");
  }

  @ParameterizedTest
  @EnumSource
  void targetFaultsFailTheRunDespiteDeadLetters(Runner runner) throws Exception {
    TestPipeline pipeline = runner.pipeline();
    try (BadRecordErrorHandler<PCollection<String>> handler =
        pipeline.registerBadRecordErrorHandler(new Expecting())) {
      pipeline
          .apply(Create.of(numbers(ROWS)))
          .apply(writeTo(target.fullAt(777)).withBadRecordErrorHandler(handler));
    }
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasStackTraceContaining("it is full")
        .hasStackTraceContaining("the batches of targetFaultsFailTheRunDespiteDeadLetters");
  }

  @Test
  void moreRejectedRowsThanAllowedFailTheRun() throws Exception {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    try (BadRecordErrorHandler<PCollection<String>> handler =
        pipeline.registerBadRecordErrorHandler(new Expecting())) {
      pipeline
          .apply(Create.of(10_017))
          .apply(writeTo(target).withBadRecordErrorHandler(handler).withMaxBadRecords(0));
    }
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasStackTraceContaining("more than 0 bad records (--maxBadRecords): 1 × a slot must be");
  }

  private static @Nullable Long none() {
    return null;
  }

  private static ReadLines<Integer> filesOf(Path directory, List<Integer> numbers)
      throws IOException {
    Path file = directory.resolve("numbers.txt");
    Files.write(file, numbers.stream().map(String::valueOf).toList());
    return ReadLines.from(List.of(file.toString())).into(NumberLines::new, VarIntCoder.of());
  }

  /** A number a line. */
  private static final class NumberLines implements LineConsumer<Integer> {
    @Override
    public void open(TextFile file) {}

    @Override
    public long accept(TextBlock block, Output<Integer> output) {
      List<String> lines =
          new String(block.bytes(), block.start(), block.size(), UTF_8).lines().toList();
      lines.forEach(line -> output.emit(Integer.valueOf(line)));
      return lines.size();
    }

    @Override
    public void finish(Output<Integer> output) {}
  }

  private static WriteConflictFree<Integer> writeTo(KeptBatches target) {
    return WriteConflictFree.by(GRID, target);
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  /** The number after all others is on no grid. */
  private static int lost(int n) {
    return n == ROWS ? 10_017 : n;
  }

  private static void assertRowsWritten(PCollection<BatchWritten> written, long rows) {
    PAssert.that(
            written.apply(
                "Rows",
                MapElements.into(TypeDescriptors.longs()).via(batch -> batch.written().rows())))
        .satisfies(
            all -> {
              assertThat(StreamSupport.stream(all.spliterator(), false).mapToLong(n -> n).sum())
                  .isEqualTo(rows);
              return null;
            });
  }

  /** Asserts how many dead letters there are. */
  private static final class CountingOnly
      extends PTransform<PCollection<BadRecord>, PCollection<Long>> {

    private final long expected;

    CountingOnly(long expected) {
      this.expected = expected;
    }

    @Override
    public PCollection<Long> expand(PCollection<BadRecord> bad) {
      PCollection<Long> count = bad.apply(Count.globally());
      PAssert.thatSingleton(count).isEqualTo(expected);
      return count;
    }
  }

  /** Asserts what the dead letters are, as they would be described. */
  private static final class Expecting
      extends PTransform<PCollection<BadRecord>, PCollection<String>> {

    private final List<String> expected;

    Expecting(String... expected) {
      this.expected = List.of(expected);
    }

    @Override
    public PCollection<String> expand(PCollection<BadRecord> bad) {
      PCollection<String> described =
          bad.apply(
              MapElements.into(TypeDescriptors.strings())
                  .via(record -> DeadLetter.of(record).describe()));
      PAssert.that(described).containsInAnyOrder(expected);
      return described;
    }
  }
}
