package dev.diagonal.conflictfree;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.Retry;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.ReadLines;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.fault.DeadLetterOutput;
import dev.diagonal.internal.schedule.SchedulerSettings;
import dev.diagonal.schedule.BatchWriter;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One {@link BatchWritten} for each transaction, written in parallel so that no two in flight ever
 * share a slot of the grid, and so never wait for each other's rows: no deadlock, no lock wait, no
 * barrier.
 *
 * <p>Rows are dealt into the cells of a {@link Grid} in the bundle that holds them. A batch that is
 * full, or that is worth a transaction when the bundle ends (half full, or less where leftovers of
 * all cells would be more than 2 MiB), goes to the scheduler of its JVM at once, and the bundle
 * waits for it: so memory is bounded (a bundle holds 64 MiB of rows at most, about, and a JVM
 * another 64 MiB in batches that wait), a slow target holds the source back, and nearly all rows
 * are written without a shuffle. What is left of a bundle is grouped by lane (cells that can be
 * written side by side) with the rest of the other bundles, joined to batches, and written.
 *
 * <p>Input: rows in any window, bounded or not; of an unbounded one, what is less than a batch
 * waits at most {@linkplain #withMaxBufferingDuration 10 seconds}. Output: in the window of the
 * rows, at its end; to {@code Wait.on} or to add up.
 *
 * <p>Guarantee: at every instant the transactions in flight have disjoint slots, in each JVM by its
 * scheduler and everywhere by the slot locks that the {@link BatchWriter} takes in the target. If
 * it has none, all rows go to one JVM, unless there is {@linkplain #withOneProcess only one}. Each
 * row takes effect at least once, and once if the writer is idempotent by key, as bundles are
 * retried.
 *
 * <p>Faults: what may pass is retried within a bound; a row that the target refuses fails the run,
 * or becomes a dead letter if there is a {@linkplain #withBadRecordErrorHandler handler}: the batch
 * is halved until it stands alone. Everything else fails the run with the target, the cell, the
 * rows and the reason.
 *
 * <p>Parallelism: {@linkplain #withMaxWorkers 4} transactions in each JVM.
 *
 * <p>Metrics: {@code rows_written}, {@code batches_written}, {@code retries}, {@code write_millis},
 * {@code wait_millis}, {@code batch_rows}, {@code transactions_open}, {@code lock_timeouts} and,
 * for skew, {@code rows_of_slot_N} and, of up to 600 cells, {@code rows_of_cell_N}; {@code
 * changed_NAME} for what the target reports of each committed batch, such as rows updated.
 *
 * <p>Source: the diagonal partition splitter ("mix and batch") as it is known for Neo4j; the
 * scheduler in place of its waves is our own.
 */
public final class WriteConflictFree<T>
    extends PTransform<PCollection<T>, PCollection<BatchWritten>> {

  /** What the names of the counters start with that add up what the target reports of batches. */
  public static final String CHANGED = "changed_";

  private final ConflictFreeSettings<T> write;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private WriteConflictFree(
      ConflictFreeSettings<T> write, @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.write = write;
    this.errorHandler = errorHandler;
  }

  /** Returns a write of rows dealt by {@code grid} through writers that {@code writers} opens. */
  public static <T> WriteConflictFree<T> by(Grid<T> grid, BatchWriter.Factory<T> writers) {
    return new WriteConflictFree<>(ConflictFreeSettings.of(grid, writers), null);
  }

  /**
   * Sets how many rows a transaction has at most; default 1,000.
   *
   * @throws IllegalArgumentException if {@code rows} is not within 1 to 1,000,000
   */
  public WriteConflictFree<T> withBatchSize(int rows) {
    return new WriteConflictFree<>(write.withBatchSize(rows), errorHandler);
  }

  /**
   * Sets how many batches for each slot a bundle may hold in all before its largest leave early;
   * default 20.
   *
   * @throws IllegalArgumentException if {@code factor} is not within 1 to 10,000
   */
  public WriteConflictFree<T> withBurstFactor(int factor) {
    return new WriteConflictFree<>(write.withBurstFactor(factor), errorHandler);
  }

  /**
   * Sets how many transactions may be open at once in a JVM, each on a connection of its own;
   * default 4.
   *
   * @throws IllegalArgumentException if {@code workers} is below 1
   */
  public WriteConflictFree<T> withMaxWorkers(int workers) {
    return withScheduling(write.scheduling().withMaxWorkers(workers));
  }

  /**
   * Sets how many batches a worker may be waiting or in flight in a JVM; default 32.
   *
   * @throws IllegalArgumentException if {@code batches} is below 1
   */
  public WriteConflictFree<T> withPrefetch(int batches) {
    return withScheduling(write.scheduling().withPrefetch(batches));
  }

  /** Sets how faults that may pass are retried; default {@link Retry#defaults}. */
  public WriteConflictFree<T> withRetry(Retry retry) {
    return withScheduling(write.scheduling().withRetry(retry));
  }

  /**
   * Sets how long a row of an unbounded input waits for others of its cell at most; default 10 s.
   *
   * @throws IllegalArgumentException if {@code duration} is not longer than 0
   */
  public WriteConflictFree<T> withMaxBufferingDuration(Duration duration) {
    return new WriteConflictFree<>(write.withMaxBuffering(duration), errorHandler);
  }

  /** Sends rows without a cell, and rows that the target refuses, to a handler. */
  public WriteConflictFree<T> withBadRecordErrorHandler(ErrorHandler<BadRecord, ?> handler) {
    return new WriteConflictFree<>(
        write.withScheduling(write.scheduling().withDeadLetters(true)), handler);
  }

  /**
   * Fails the run when one instance of a step has rejected more rows than this; default 10,000. It
   * bounds how long a run goes on in which the target refuses everything; rows from files are
   * counted by {@link ReadLines#withMaxBadRecords}, and all together by the handler.
   *
   * @throws IllegalArgumentException if {@code records} is negative
   */
  public WriteConflictFree<T> withMaxBadRecords(long records) {
    return new WriteConflictFree<>(write.withMaxBadRecords(records), errorHandler);
  }

  /**
   * Declares that one process runs the pipeline, as on the DirectRunner. Then a target without slot
   * locks needs no grouping of all rows: they are written where they are read, in bounded memory.
   * With several processes, such a target would get conflicting transactions.
   */
  public WriteConflictFree<T> withOneProcess() {
    return new WriteConflictFree<>(write.withOneProcess(), errorHandler);
  }

  private WriteConflictFree<T> withScheduling(SchedulerSettings settings) {
    return new WriteConflictFree<>(write.withScheduling(settings), errorHandler);
  }

  /**
   * Returns this write fed from files: {@code parsers} are driven over their lines, and each row is
   * dealt where it is read, so that it never becomes an element. Bad lines go where bad rows go: to
   * this write's handler if there is one, whether {@code files} name it too or not. Without one,
   * bad lines and rows without a cell go where {@code files} say, and a refused row fails the run.
   *
   * @throws IllegalArgumentException if both have a handler, and not the same
   */
  public PTransform<PBegin, PCollection<BatchWritten>> from(ReadLines<T> files) {
    ErrorHandler<BadRecord, ?> handlerOfFiles = files.badRecordErrorHandler();
    checkArgument(
        errorHandler == null || handlerOfFiles == null || handlerOfFiles == errorHandler,
        "files must have the error handler of the write, or none, got another one");
    return new FromFiles(files);
  }

  /**
   * Returns this write fed by a source that is read in one place, whose rows never become elements;
   * {@code coder} encodes those that have to travel.
   */
  public PTransform<PBegin, PCollection<BatchWritten>> from(RowSource<T> source, Coder<T> coder) {
    return new FromParts<>(Create.of(0), (part, rows) -> source.drive(rows), coder);
  }

  /**
   * Returns this write fed by a source that is read in parts, whose rows never become elements;
   * {@code coder} encodes those that have to travel.
   *
   * @param parts makes the parts, which are spread over the workers by their bundles
   */
  public <P> PTransform<PBegin, PCollection<BatchWritten>> from(
      PTransform<PBegin, PCollection<P>> parts, PartSource<P, T> source, Coder<T> coder) {
    return new FromParts<>(parts, source, coder);
  }

  @Override
  public PCollection<BatchWritten> expand(PCollection<T> rows) {
    Coder<T> coder = rows.getCoder();
    return deal(rows, new DealFn<>(write, coder, leaving(), errorHandler != null), coder);
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder
        .add(DisplayData.item("target", write.writers().target()))
        .add(DisplayData.item("tableSize", write.grid().schedule().tableSize()))
        .add(DisplayData.item("batchSize", write.batchSize()))
        .add(DisplayData.item("maxWorkers", write.scheduling().maxWorkers()));
  }

  /** Several processes need slot locks; without them all rows go to the one that writes. */
  private CellBatcher.Leaving leaving() {
    return write.writesAnywhere()
        ? CellBatcher.Leaving.WRITES_WHAT_IS_FULL
        : CellBatcher.Leaving.WRITES_NOTHING;
  }

  private <I> PCollection<BatchWritten> deal(
      PCollection<I> input, DoFn<I, CellOutput<T>> fn, Coder<T> rowCoder) {
    TupleTag<CellOutput<T>> dealt = new TupleTag<>() {};
    PCollectionTuple dealing =
        input.apply(
            "Deal", ParDo.of(fn).withOutputTags(dealt, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(dealing, errorHandler);
    return writeDealt(dealing.get(dealt).setCoder(CellOutput.coder(rowCoder)), rowCoder);
  }

  private PCollection<BatchWritten> writeDealt(
      PCollection<CellOutput<T>> dealt, Coder<T> rowCoder) {
    return dealt.apply("Leftovers", new WriteLeftovers<>(write, rowCoder, errorHandler));
  }

  private final class FromFiles extends PTransform<PBegin, PCollection<BatchWritten>> {

    private final ReadLines<T> files;

    FromFiles(ReadLines<T> files) {
      this.files = files;
    }

    @Override
    public PCollection<BatchWritten> expand(PBegin begin) {
      ConflictFreeSettings<T> to = write;
      CellBatcher.Leaving from = leaving();
      LineConsumer.Factory<T> parsers = files.consumers();
      Coder<T> coder = files.coder();
      ReadLines<CellOutput<T>> dealing =
          files.into(
              () -> new BatchLines<>(parsers.create(), new WindowedBatchers<>(to, coder, from)),
              CellOutput.coder(coder));
      return writeDealt(
          begin.apply(
              "Read and deal",
              // Rows that the target refuses come out there, too.
              errorHandler == null ? dealing : dealing.withBadRecordErrorHandler(errorHandler)),
          coder);
    }
  }

  private final class FromParts<P> extends PTransform<PBegin, PCollection<BatchWritten>> {

    private final PTransform<PBegin, PCollection<P>> parts;
    private final PartSource<P, T> source;
    private final Coder<T> coder;

    FromParts(PTransform<PBegin, PCollection<P>> parts, PartSource<P, T> source, Coder<T> coder) {
      this.parts = parts;
      this.source = source;
      this.coder = coder;
    }

    @Override
    public PCollection<BatchWritten> expand(PBegin begin) {
      return deal(
          begin.apply("Source", parts),
          new BatchSourceFn<>(source, write, coder, leaving(), errorHandler != null),
          coder);
    }
  }
}
