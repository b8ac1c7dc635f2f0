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
 * Writes rows in parallel transactions that never share a slot of the grid, and so never wait for
 * each other's rows: no deadlocks, no lock waits, no barriers. Emits one {@link BatchWritten} per
 * transaction.
 *
 * <p>Rows are assigned to cells of a {@link Grid} within their bundle. A batch is submitted to the
 * scheduler of its JVM when it is full, or when the bundle ends and it is worth a transaction: half
 * full, or less if the leftover rows of all cells would exceed 2 MiB. The bundle waits for its
 * batches. Memory is therefore bounded: about 64 MiB of rows per bundle, and 64 MiB of pending
 * batches per JVM. A slow target slows the source down, and nearly all rows are written without a
 * shuffle. Leftover rows are grouped with those of other bundles by lane (cells that can be written
 * side by side), joined to batches, and written.
 *
 * <p>Input: rows in any window, bounded or not. Leftover rows of an unbounded input wait at most
 * {@linkplain #withMaxBufferingDuration 10 seconds}. Output: in the window of the rows, at its end;
 * to be summed or passed to {@code Wait.on}.
 *
 * <p>Guarantee: at every instant the transactions in flight have disjoint slots. The scheduler
 * ensures this within a JVM; the slot locks that the {@link BatchWriter} takes in the target ensure
 * it everywhere. If the writer has no locks, all rows go to one JVM, unless there is {@linkplain
 * #withOneProcess only one}. Each row takes effect at least once, since bundles are retried, and
 * exactly once if the writer is idempotent by key.
 *
 * <p>Faults: retryable errors are retried within a bound. A row that the target refuses fails the
 * run, or becomes a dead letter if there is a {@linkplain #withBadRecordErrorHandler handler}: the
 * batch is halved until the row is alone. Every other fault fails the run with the target, the
 * cell, the rows and the reason.
 *
 * <p>Parallelism: {@linkplain #withMaxWorkers 4} transactions in each JVM.
 *
 * <p>Metrics: {@code rows_written}, {@code batches_written}, {@code retries}, {@code write_millis},
 * {@code wait_millis}, {@code batch_rows}, {@code transactions_open}, {@code lock_timeouts}; for
 * skew, {@code rows_of_slot_N}, for up to 600 cells {@code rows_of_cell_N}, and {@code
 * rows_of_id_ID} for ids of at least one row in 64 ({@code rows_of_source_ID} and {@code
 * rows_of_target_ID} on bipartite grids); {@code changed_NAME} for what the target reports of each
 * committed batch, such as rows updated.
 *
 * <p>Source: the diagonal partition splitter ("mix and batch") known from Neo4j; the scheduler that
 * replaces its waves is our own.
 */
public final class WriteConflictFree<T>
    extends PTransform<PCollection<T>, PCollection<BatchWritten>> {

  /** The prefix of the counters that sum what the target reports of batches. */
  public static final String CHANGED = "changed_";

  private final ConflictFreeSettings<T> write;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private WriteConflictFree(
      ConflictFreeSettings<T> write, @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.write = write;
    this.errorHandler = errorHandler;
  }

  /**
   * Returns a write of rows, assigned to cells by {@code grid}, through the writers that {@code
   * writers} opens.
   */
  public static <T> WriteConflictFree<T> by(Grid<T> grid, BatchWriter.Factory<T> writers) {
    return new WriteConflictFree<>(ConflictFreeSettings.of(grid, writers), null);
  }

  /**
   * Sets the maximum number of rows per transaction; default 1,000.
   *
   * @throws IllegalArgumentException if {@code rows} is not within 1 to 1,000,000
   */
  public WriteConflictFree<T> withBatchSize(int rows) {
    return new WriteConflictFree<>(write.withBatchSize(rows), errorHandler);
  }

  /**
   * Sets the maximum number of batches per slot that a bundle holds before the largest are
   * submitted early; default 20.
   *
   * @throws IllegalArgumentException if {@code factor} is not within 1 to 10,000
   */
  public WriteConflictFree<T> withBurstFactor(int factor) {
    return new WriteConflictFree<>(write.withBurstFactor(factor), errorHandler);
  }

  /**
   * Sets the maximum number of open transactions per JVM, each on its own connection; default 4.
   *
   * @throws IllegalArgumentException if {@code workers} is below 1
   */
  public WriteConflictFree<T> withMaxWorkers(int workers) {
    return withScheduling(write.scheduling().withMaxWorkers(workers));
  }

  /**
   * Sets the maximum number of batches per worker that are pending or in flight in a JVM; default
   * 32.
   *
   * @throws IllegalArgumentException if {@code batches} is below 1
   */
  public WriteConflictFree<T> withPrefetch(int batches) {
    return withScheduling(write.scheduling().withPrefetch(batches));
  }

  /** Sets how retryable errors are retried; default {@link Retry#defaults}. */
  public WriteConflictFree<T> withRetry(Retry retry) {
    return withScheduling(write.scheduling().withRetry(retry));
  }

  /**
   * Sets how long a row of an unbounded input waits at most for others of its cell; default 10 s.
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
   * Fails the run when one instance of a step has rejected more rows than this; default 10,000.
   * This bounds how long a run continues whose target refuses everything. {@link
   * ReadLines#withMaxBadRecords} counts rows from files, and the handler counts all together.
   *
   * @throws IllegalArgumentException if {@code records} is negative
   */
  public WriteConflictFree<T> withMaxBadRecords(long records) {
    return new WriteConflictFree<>(write.withMaxBadRecords(records), errorHandler);
  }

  /**
   * Declares that only one process runs the pipeline, as on the DirectRunner. A target without slot
   * locks then needs no grouping of all rows: they are written where they are read, in bounded
   * memory. Do not set this with several processes: such a target would get conflicting
   * transactions.
   */
  public WriteConflictFree<T> withOneProcess() {
    return new WriteConflictFree<>(write.withOneProcess(), errorHandler);
  }

  private WriteConflictFree<T> withScheduling(SchedulerSettings settings) {
    return new WriteConflictFree<>(write.withScheduling(settings), errorHandler);
  }

  /**
   * Returns this write for rows from files. {@code parsers} parse their lines, and each row is
   * assigned to a cell where it is read, so it never becomes an element. If this write has a
   * handler, it receives all bad records, whether {@code files} name it or not. Otherwise bad lines
   * and rows without a cell go to the handler of {@code files}, and a refused row fails the run.
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
   * Returns this write for a source that is read in parts, whose rows never become elements. {@code
   * coder} encodes leftover rows.
   *
   * @param parts emits the parts; their bundles spread them over the workers. {@code Create.of}
   *     emits the only part of a source that is read in one place
   */
  public <P> PTransform<PBegin, PCollection<BatchWritten>> from(
      PTransform<PBegin, PCollection<P>> parts, PartSource<P, T> source, Coder<T> coder) {
    return new FromParts<>(parts, source, coder);
  }

  @Override
  public PCollection<BatchWritten> expand(PCollection<T> rows) {
    Coder<T> coder = rows.getCoder();
    return assign(
        rows, new AssignCellsFn<>(write, coder, emitPolicy(), errorHandler != null), coder);
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder
        .add(DisplayData.item("target", write.writers().target()))
        .add(DisplayData.item("tableSize", write.grid().schedule().tableSize()))
        .add(DisplayData.item("batchSize", write.batchSize()))
        .add(DisplayData.item("maxWorkers", write.scheduling().maxWorkers()));
  }

  /** Several processes need slot locks; without them all rows go to the one process that writes. */
  private CellBatcher.EmitPolicy emitPolicy() {
    return write.writesAnywhere()
        ? CellBatcher.EmitPolicy.WRITE_FULL_BATCHES
        : CellBatcher.EmitPolicy.EMIT_ALL;
  }

  private <I> PCollection<BatchWritten> assign(
      PCollection<I> input, DoFn<I, CellOutput<T>> fn, Coder<T> rowCoder) {
    TupleTag<CellOutput<T>> outcome = new TupleTag<>() {};
    PCollectionTuple assigned =
        input.apply(
            "Assign cells",
            ParDo.of(fn).withOutputTags(outcome, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(assigned, errorHandler);
    return writeLeftovers(assigned.get(outcome).setCoder(CellOutput.coder(rowCoder)), rowCoder);
  }

  private PCollection<BatchWritten> writeLeftovers(
      PCollection<CellOutput<T>> outcome, Coder<T> rowCoder) {
    return outcome.apply("Leftovers", new WriteLeftovers<>(write, rowCoder, errorHandler));
  }

  private final class FromFiles extends PTransform<PBegin, PCollection<BatchWritten>> {

    private final ReadLines<T> files;

    FromFiles(ReadLines<T> files) {
      this.files = files;
    }

    @Override
    public PCollection<BatchWritten> expand(PBegin begin) {
      ConflictFreeSettings<T> to = write;
      CellBatcher.EmitPolicy from = emitPolicy();
      LineConsumer.Factory<T> parsers = files.consumers();
      Coder<T> coder = files.coder();
      ReadLines<CellOutput<T>> assigned =
          files.into(
              () -> new BatchLines<>(parsers.create(), new WindowedBatchers<>(to, coder, from)),
              CellOutput.coder(coder));
      return writeLeftovers(
          begin.apply(
              "Read and assign",
              // Rows that the target refuses are emitted here, too.
              errorHandler == null ? assigned : assigned.withBadRecordErrorHandler(errorHandler)),
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
      return assign(
          begin.apply("Source", parts),
          new BatchSourceFn<>(source, write, coder, emitPolicy(), errorHandler != null),
          coder);
    }
  }
}
