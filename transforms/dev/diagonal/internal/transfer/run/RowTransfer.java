package dev.diagonal.internal.transfer.run;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.ReadLines;
import dev.diagonal.internal.fault.DeadLetterOutput;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.TypeRemarks;
import dev.diagonal.internal.transfer.SourceConversion;
import dev.diagonal.internal.transfer.SourceRanges;
import dev.diagonal.internal.transfer.mapping.BlockConverter;
import dev.diagonal.internal.transfer.mapping.Conversion;
import dev.diagonal.internal.transfer.mapping.ConversionPlan;
import dev.diagonal.internal.transfer.parquet.ParquetFiles;
import dev.diagonal.internal.transfer.receipt.HashedSink;
import dev.diagonal.internal.transfer.resume.FinishedParts;
import dev.diagonal.internal.transfer.sink.RangeWritten;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.internal.transfer.write.BlockSink;
import dev.diagonal.internal.transfer.write.FileSink;
import dev.diagonal.metrics.Written;
import dev.diagonal.transfer.mapping.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Copies rows from a source to any number of sinks. Returns one {@link Written} per range and sink,
 * or one per file, after its rows have been written.
 *
 * <p>The source is cut into ranges, which are spread over the workers. A worker reads a range,
 * converts it and writes it to every sink at the same time, in blocks of {@code blockRows} rows,
 * with at most two blocks waiting between any two stages. No row becomes an element, so memory does
 * not grow with the input, and a slow sink makes the source wait. An error in any stage stops the
 * others and fails the run.
 *
 * <p>Guarantee: every good row takes effect at least once in every sink, and exactly once in a
 * file, in a stage, and in a sink that identifies rows by a key. A bad row goes to the error
 * handler; without a handler it fails the run. A row that only one sink refuses is bad for that
 * sink only.
 *
 * <p>Metrics: {@code rows_read}, {@code bytes_read}, {@code bad_records}, and {@code rows_written}
 * in the step {@code Sink i}.
 */
public final class RowTransfer extends PTransform<PBegin, PCollection<Written>> {

  private static final int FIRST_ROWS = 100;

  private final BlockSource source;
  private final ConversionPlan conversion;
  private final List<BlockSink> sinks;
  private final int blockRows;
  private final long maxBadRecords;
  private final String run;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private RowTransfer(
      BlockSource source,
      ConversionPlan conversion,
      List<BlockSink> sinks,
      int blockRows,
      long maxBadRecords,
      String run,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.source = source;
    this.conversion = conversion;
    this.sinks = List.copyOf(sinks);
    this.blockRows = blockRows;
    this.maxBadRecords = maxBadRecords;
    this.run = run;
    this.errorHandler = errorHandler;
  }

  /**
   * Copies rows from a source to sinks. Without sinks, rows are only read and converted.
   *
   * @throws IllegalArgumentException if the mapping does not fit the source
   */
  public static RowTransfer of(BlockSource source, Mapping mapping, List<BlockSink> sinks) {
    ConversionPlan conversion =
        SourceConversion.plan(source, mapping, sinks.stream().anyMatch(BlockSink::refusesNul));
    return new RowTransfer(
        source.strict(conversion.guessesInUse(), conversion.jsonColumns()),
        conversion,
        sinks,
        1_000,
        ReadLines.DEFAULT_MAX_BAD_RECORDS,
        "",
        null);
  }

  /**
   * Sets the number of rows per block; default 1,000.
   *
   * @throws IllegalArgumentException if {@code rows} is not within 1 to 1,000,000
   */
  public RowTransfer withBlockRows(int rows) {
    checkArgument(
        rows >= 1 && rows <= 1_000_000, "blockRows must be within 1 to 1000000, got %s", rows);
    return new RowTransfer(source, conversion, sinks, rows, maxBadRecords, run, errorHandler);
  }

  /** Sends bad rows to a handler; null, the default, fails the run. */
  public RowTransfer withBadRecordErrorHandler(@Nullable ErrorHandler<BadRecord, ?> handler) {
    return new RowTransfer(source, conversion, sinks, blockRows, maxBadRecords, run, handler);
  }

  /** Fails the run when one worker has found more bad rows than this; default 10,000. */
  public RowTransfer withMaxBadRecords(long most) {
    return new RowTransfer(source, conversion, sinks, blockRows, most, run, errorHandler);
  }

  /** Also adds to the counts of the command of this name, if one runs in this JVM; default none. */
  public RowTransfer withRun(String name) {
    return new RowTransfer(source, conversion, sinks, blockRows, maxBadRecords, name, errorHandler);
  }

  /** Returns the type of the rows that are written. */
  public RowType rows() {
    return conversion.to();
  }

  /**
   * Reads and converts the first rows without writing them.
   *
   * @return the first bad one among them, or null
   */
  public @Nullable DeadLetter firstBadRow() throws Exception {
    return firstRows(block -> {}, false);
  }

  /**
   * Reads and converts the first rows.
   *
   * @param rows receives the good ones, in blocks
   * @return the first bad one among them, or null
   */
  public @Nullable DeadLetter firstRows(Consumer<RowBlock> rows) throws Exception {
    return firstRows(rows, true);
  }

  private @Nullable DeadLetter firstRows(Consumer<RowBlock> rows, boolean finishes)
      throws Exception {
    List<DeadLetter> bad = new ArrayList<>();
    List<SourceRange> ranges = source.ranges();
    if (!ranges.isEmpty()) {
      BlockConverter converter = new Conversion(conversion, FIRST_ROWS);
      try (RowBlockReader reader = source.open(ranges.get(0), FIRST_ROWS)) {
        RowBlock block = reader.next(bad::add);
        if (block != null) {
          converter.convert(block, rows::accept, bad::add);
          if (finishes) {
            converter.finish(rows::accept, bad::add);
          }
        }
      } finally {
        source.close();
      }
    }
    return bad.isEmpty() ? null : bad.get(0);
  }

  /** Returns notes for the user on the input and on guessed types, one line each. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>(source.remarks());
    remarks.addAll(TypeRemarks.of(conversion.guessesInUse()));
    return remarks;
  }

  /** Returns the name of the step that counts what a sink has written. */
  public static String step(int sink) {
    return "Sink " + (sink + 1);
  }

  /** Returns the name of the step that counts the checksum of what a sink has written. */
  public static String checksumStep(int sink) {
    return step(sink) + " checksum";
  }

  @Override
  public PCollection<Written> expand(PBegin input) {
    TupleTag<RangeWritten> results = new TupleTag<>() {};
    PCollectionTuple done =
        input
            .apply("Source", SourceRanges.of(source))
            .apply(
                "Transfer",
                ParDo.of(
                        new TransferFn(
                            source,
                            conversion,
                            sinks,
                            blockRows,
                            errorHandler != null,
                            maxBadRecords,
                            run,
                            finishedParts()))
                    .withOutputTags(results, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(done, errorHandler);
    PCollection<RangeWritten> written = done.get(results).setCoder(new RangeWritten.WrittenCoder());
    return sinks.isEmpty()
        ? input.apply("Nothing", Create.empty(Written.coder()))
        : new SinkAccounts(sinks, conversion.to()).of(written);
  }

  /** Returns what keeps the finished parts of files, or null if some rows go elsewhere. */
  private @Nullable FinishedParts finishedParts() {
    List<FileSink> files = new ArrayList<>();
    for (BlockSink sink : sinks) {
      if (HashedSink.writing(sink) instanceof FileSink file && file.keepsParts()) {
        files.add(file);
      }
    }
    InputFiles input = source.files();
    return files.isEmpty() || files.size() < sinks.size() || input == null
        ? null
        : new FinishedParts(files, input, source instanceof ParquetFiles);
  }
}
