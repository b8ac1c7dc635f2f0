package dev.diagonal.transfer;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.ReadLines;
import dev.diagonal.internal.fault.DeadLetterOutput;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.rows.types.TypeRemarks;
import dev.diagonal.internal.transfer.CutFn;
import dev.diagonal.internal.transfer.SourceConversion;
import dev.diagonal.internal.transfer.mapping.BlockConverter;
import dev.diagonal.internal.transfer.mapping.Conversion;
import dev.diagonal.internal.transfer.mapping.ConversionPlan;
import dev.diagonal.internal.transfer.receipt.HashedSink;
import dev.diagonal.internal.transfer.sink.JoinPartsFn;
import dev.diagonal.internal.transfer.sink.RangeWritten;
import dev.diagonal.internal.transfer.sink.SealStageFn;
import dev.diagonal.internal.transfer.sink.StageSink;
import dev.diagonal.metrics.Written;
import dev.diagonal.rows.RowBlock;
import dev.diagonal.rows.RowType;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.sink.FileSink;
import dev.diagonal.transfer.sink.TransferSink;
import dev.diagonal.transfer.source.RowBlockReader;
import dev.diagonal.transfer.source.SourceRange;
import dev.diagonal.transfer.source.TransferSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Written} for each range and sink when its rows are there, or one for a file.
 *
 * <p>The source is cut into ranges, which are spread over the workers; one DoFn reads a range,
 * converts it and writes it to every sink, all at the same time, in blocks of {@code blockRows}
 * rows with two blocks between any two of them. No row becomes an element: memory does not grow
 * with the input, on any runner, and a slow sink holds the source back. A fault of any stage stops
 * the others and fails the run.
 *
 * <p>Guarantee: every good row takes effect at least once in every sink; exactly once in a file, in
 * a stage, and where the sink tells rows apart by a key. A bad row goes to the error handler, or
 * without one fails the run; it is bad for the sink that refuses it only.
 *
 * <p>Metrics: {@code rows_read}, {@code bytes_read}, {@code bad_records}, and {@code rows_written}
 * in the step {@code Sink i}.
 */
public final class TransferRows extends PTransform<PBegin, PCollection<Written>> {

  private static final int FIRST_ROWS = 100;

  private final TransferSource source;
  private final ConversionPlan conversion;
  private final List<TransferSink> sinks;
  private final int blockRows;
  private final long maxBadRecords;
  private final String run;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private TransferRows(
      TransferSource source,
      ConversionPlan conversion,
      List<TransferSink> sinks,
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
   * Carries rows from a source to sinks; there may be none, then rows are read and converted only.
   *
   * @throws IllegalArgumentException if the mapping does not fit the source
   */
  public static TransferRows of(TransferSource source, Mapping mapping, List<TransferSink> sinks) {
    ConversionPlan conversion =
        SourceConversion.plan(source, mapping, sinks.stream().anyMatch(TransferSink::refusesNul));
    return new TransferRows(
        source.strict(conversion.guessesInUse(), conversion.jsonColumns()),
        conversion,
        sinks,
        1_000,
        ReadLines.DEFAULT_MAX_BAD_RECORDS,
        "",
        null);
  }

  /**
   * Sets how many rows travel together; default 1,000.
   *
   * @throws IllegalArgumentException if {@code rows} is not within 1 to 1,000,000
   */
  public TransferRows withBlockRows(int rows) {
    checkArgument(
        rows >= 1 && rows <= 1_000_000, "blockRows must be within 1 to 1000000, got %s", rows);
    return new TransferRows(source, conversion, sinks, rows, maxBadRecords, run, errorHandler);
  }

  /** Sends bad rows to a handler; null, the default, fails the run. */
  public TransferRows withBadRecordErrorHandler(@Nullable ErrorHandler<BadRecord, ?> handler) {
    return new TransferRows(source, conversion, sinks, blockRows, maxBadRecords, run, handler);
  }

  /** Fails the run when one worker has met more bad rows than this; default 10,000. */
  public TransferRows withMaxBadRecords(long most) {
    return new TransferRows(source, conversion, sinks, blockRows, most, run, errorHandler);
  }

  /**
   * Counts for the {@link dev.diagonal.internal.metrics.RunCounts} of this name too, where there
   * are any; default none.
   */
  public TransferRows withRun(String name) {
    return new TransferRows(
        source, conversion, sinks, blockRows, maxBadRecords, name, errorHandler);
  }

  /** Returns what the rows are when they are written. */
  public RowType rows() {
    return conversion.to();
  }

  /**
   * Reads and converts the first rows, and writes them nowhere.
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

  /** Returns what the user should know of the input and of guessed types, a line each. */
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
            .apply("Source", Create.of(0))
            .apply("Cut", ParDo.of(new CutFn(source)))
            .setCoder(new SourceRange.RangeCoder())
            .apply("Spread", Reshuffle.viaRandomKey())
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
                            run))
                    .withOutputTags(results, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(done, errorHandler);
    PCollection<RangeWritten> written = done.get(results).setCoder(new RangeWritten.WrittenCoder());
    PCollectionList<Written> accounts = PCollectionList.empty(input.getPipeline());
    for (int i = 0; i < sinks.size(); i++) {
      accounts = accounts.and(account(i, written));
    }
    return sinks.isEmpty()
        ? input.apply("Nothing", Create.empty(Written.coder()))
        : accounts.apply("Accounts", Flatten.pCollections());
  }

  private PCollection<Written> account(int index, PCollection<RangeWritten> all) {
    String step = step(index);
    PCollection<RangeWritten> mine =
        all.apply(step + " ranges", Filter.by(each -> each.sink() == index));
    TransferSink sink = HashedSink.writing(sinks.get(index));
    if (sink != sinks.get(index)) {
      mine =
          mine.apply(checksumStep(index), ParDo.of(new ChecksumFn()))
              .setCoder(new RangeWritten.WrittenCoder());
    }
    PCollection<Written> written;
    if (sink instanceof FileSink file) {
      written =
          gather(index, all, mine)
              .apply(step + " join", ParDo.of(new JoinPartsFn(file, conversion.to())));
    } else if (sink instanceof StageSink stage) {
      written =
          gather(index, all, mine).apply(step + " seal", ParDo.of(new SealStageFn(stage.stage())));
    } else {
      written = mine.apply(step + " account", ParDo.of(new AccountFn(sink.describe())));
    }
    return written
        .setCoder(Written.coder())
        .apply(step, ParDo.of(new CountFn()))
        .setCoder(Written.coder());
  }

  /** Returns what was written of all ranges, as one group, which is there for no range too. */
  private static PCollection<KV<Integer, Iterable<RangeWritten>>> gather(
      int index, PCollection<RangeWritten> all, PCollection<RangeWritten> mine) {
    String step = step(index);
    PCollection<RangeWritten> never =
        all.getPipeline()
            .apply(
                step + " at least this",
                Create.of(new RangeWritten(RangeWritten.NONE, index, 0, ""))
                    .withCoder(new RangeWritten.WrittenCoder()));
    return PCollectionList.of(mine)
        .and(never)
        .apply(step + " parts", Flatten.pCollections())
        .apply(step + " key", WithKeys.of(0))
        .setCoder(KvCoder.of(VarIntCoder.of(), new RangeWritten.WrittenCoder()))
        .apply(step + " gather", GroupByKey.create());
  }

  private static final class AccountFn extends DoFn<RangeWritten, Written> {
    private final String target;

    AccountFn(String target) {
      this.target = target;
    }

    @ProcessElement
    public void account(@Element RangeWritten range, OutputReceiver<Written> written) {
      written.output(new Written(target, range.rows(), 1, 0, range.changes()));
    }
  }

  private static final class CountFn extends DoFn<Written, Written> {
    @ProcessElement
    public void count(@Element Written written, OutputReceiver<Written> out) {
      dev.diagonal.internal.metrics.Counted.ROWS_WRITTEN.add(written.rows());
      Counted.add(written.changes());
      out.output(written);
    }
  }
}
