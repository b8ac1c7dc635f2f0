package dev.diagonal.files;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.fault.DeadLetterOutput;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of text files in blocks, and emits what a {@link LineConsumer} makes of them
 * inside one DoFn.
 *
 * <p>Files are found when the pipeline runs and cut into byte ranges, which are spread over the
 * workers. A DoFn opens a range and passes its lines to the consumer. Lines never become elements,
 * so a runner neither keeps nor encodes them, and memory does not grow with the files. One reader
 * reads a whole gzip, bzip2 or zstd file, or any other that Beam detects by file name. Lines end
 * with LF or CRLF. A UTF-8 byte order mark is skipped. Quoted line breaks are not supported.
 *
 * <p>Output: in the global window, in no order; bounded, unless a directory is {@linkplain
 * Source#watching watched}. A line of more than 1 MiB is a bad record.
 *
 * <p>Fails with {@link dev.diagonal.fault.BadInputException} if a pattern matches nothing (unless
 * it is watched), a file cannot be read, or a record is bad and there is no error handler.
 */
public final class ReadLines<T> extends PTransform<PBegin, PCollection<T>> {

  /** The default of {@link #withMaxBadRecords}. */
  public static final long DEFAULT_MAX_BAD_RECORDS = 10_000;

  /** The limit of {@link #withLimit} that reads all records. */
  public static final long NO_LIMIT = Long.MAX_VALUE;

  private final Source source;
  private final LineConsumer.Factory<T> consumers;
  private final Coder<T> coder;
  private final LineReading reading;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private ReadLines(
      Source source,
      LineConsumer.Factory<T> consumers,
      Coder<T> coder,
      LineReading reading,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.source = source;
    this.consumers = consumers;
    this.coder = coder;
    this.reading = reading;
    this.errorHandler = errorHandler;
  }

  /** Names the files to read: files, globs or directories. */
  public static Source from(List<String> patterns) {
    return new Source(patterns, null);
  }

  /** Files without a consumer. Thread-safe. */
  public static final class Source implements Serializable {

    private final List<String> patterns;
    private final @Nullable FileWatch watch;

    /**
     * @throws IllegalArgumentException if there is no pattern
     */
    private Source(List<String> patterns, @Nullable FileWatch watch) {
      checkArgument(!patterns.isEmpty(), "patterns must not be empty");
      this.patterns = List.copyOf(patterns);
      this.watch = watch;
    }

    /**
     * Looks for new files at this interval; the output is unbounded. A file is read once, as it is
     * when it is found, so it must appear complete, for example by a rename. Another file that
     * later appears under its name is not read.
     *
     * @throws IllegalArgumentException if {@code interval} is not longer than 0
     */
    public Source watching(Duration interval) {
      return new Source(patterns, FileWatch.every(interval));
    }

    /**
     * Ends the watch when no new file has appeared for {@code idle}.
     *
     * @throws IllegalArgumentException if {@code idle} is not longer than 0
     * @throws IllegalStateException if nothing is {@linkplain #watching watched}
     */
    public Source endingAfter(Duration idle) {
      return new Source(patterns, watchOrThrow().endingAfter(idle));
    }

    /**
     * Ends the watch of a pipeline in this JVM permanently: it reads the files that it has found,
     * and then ends.
     *
     * @throws IllegalStateException if nothing is {@linkplain #watching watched}
     */
    public void endWatch() {
      WatchedFiles.end(watchOrThrow());
    }

    private FileWatch watchOrThrow() {
      if (watch == null) {
        throw new IllegalStateException("the files are not watched");
      }
      return watch;
    }

    /**
     * Reads the files with one consumer per reader; {@code coder} encodes what the consumers emit.
     */
    public <T> ReadLines<T> into(LineConsumer.Factory<T> consumers, Coder<T> coder) {
      return new ReadLines<>(this, consumers, coder, LineReading.DEFAULT.by(consumers), null);
    }
  }

  /**
   * Declares that the first line of every file is a header. Consumers receive it with the file and
   * not in a block.
   */
  public ReadLines<T> withHeader(boolean header) {
    return with(copy -> copy.header = header);
  }

  /**
   * Sets which lines are not records; by default only empty ones. Does not apply to record formats.
   */
  public ReadLines<T> withSkipped(SkippedLines lines) {
    return with(copy -> copy.skipped = lines);
  }

  /** Sends bad records to a handler; null, the default, fails the run. */
  public ReadLines<T> withBadRecordErrorHandler(@Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    return new ReadLines<>(source, consumers, coder, reading, errorHandler);
  }

  /**
   * Fails the run when one reader has met more than this many bad records; {@value
   * #DEFAULT_MAX_BAD_RECORDS} by default. This bounds how many are sent to the error handler. To
   * bound the total of all readers, use the handler.
   */
  public ReadLines<T> withMaxBadRecords(long maxBadRecords) {
    return with(copy -> copy.maxBadRecords = maxBadRecords);
  }

  /** Sets how the files are cut; {@link RangePlan#DEFAULT} by default. */
  public ReadLines<T> withRanges(RangePlan ranges) {
    return with(copy -> copy.plan = ranges);
  }

  /** Also reads files of a format that is not text; with null, the default, they fail the run. */
  public ReadLines<T> withRecords(@Nullable RecordFormat format) {
    return with(copy -> copy.records = format);
  }

  /**
   * Reads only the first records, good or bad, in the order of the files and their lines; all by
   * default. One reader reads them, so a limit is for a trial.
   *
   * @throws IllegalArgumentException if {@code records} is below 1, or files are watched
   */
  public ReadLines<T> withLimit(long records) {
    checkArgument(
        records == NO_LIMIT || source.watch == null, "files that are watched cannot be limited");
    return with(copy -> copy.limit = records);
  }

  /**
   * Returns a read of the same files with other consumers, which may wrap those of {@link
   * #consumers}.
   */
  public <U> ReadLines<U> into(LineConsumer.Factory<U> consumers, Coder<U> coder) {
    return new ReadLines<>(source, consumers, coder, reading.by(consumers), errorHandler);
  }

  private ReadLines<T> with(Consumer<LineReading.Copy> change) {
    return new ReadLines<>(source, consumers, coder, reading.with(change), errorHandler);
  }

  /** Returns the handler of bad records; null if the first one fails the run. */
  public @Nullable ErrorHandler<BadRecord, ?> badRecordErrorHandler() {
    return errorHandler;
  }

  public LineConsumer.Factory<T> consumers() {
    return consumers;
  }

  /** Returns the coder of what the consumers emit. */
  public Coder<T> coder() {
    return coder;
  }

  @Override
  public PCollection<T> expand(PBegin input) {
    TupleTag<T> results = new TupleTag<>() {};
    PCollectionTuple read =
        ranges(input)
            .apply(
                "Read",
                ParDo.of(
                        new ReadRangesFn<>(
                            source.patterns, consumers, reading, errorHandler != null))
                    .withOutputTags(results, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(read, errorHandler);
    return read.get(results).setCoder(coder);
  }

  /** Returns the ranges; with a limit, the first file in place of all. */
  private PCollection<FileRange> ranges(PBegin input) {
    if (reading.limit() == NO_LIMIT) {
      return input.apply("Find", new FindRanges(source.patterns, source.watch, reading.plan()));
    }
    InputFile first = InputFiles.matching(source.patterns).files().get(0);
    return input.apply("First", Create.of(FileRange.all(first)).withCoder(FileRange.coder()));
  }
}
