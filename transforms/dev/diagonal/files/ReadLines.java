package dev.diagonal.files;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.fault.DeadLetterOutput;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link LineConsumer} puts out when it is driven over the lines of text files, block after
 * block, inside one DoFn.
 *
 * <p>Files are found when the pipeline runs and cut into byte ranges, which are spread over the
 * workers; a DoFn opens a range and hands its lines to the consumer. No line becomes an element, so
 * a runner neither keeps nor encodes what is read, and a file ten times as large needs no more
 * memory. gzip, bzip2, zstd and what else Beam detects by file name is read through by one reader a
 * file. Lines end with LF or CRLF; a UTF-8 byte order mark is skipped; quoted line breaks are not
 * known here.
 *
 * <p>Output: in the global window, in no order; bounded, unless a directory is {@linkplain
 * Source#watching watched}. A line of more than a mebibyte is a bad record.
 *
 * <p>Fails with {@link dev.diagonal.fault.BadInputException} if a pattern matches nothing (unless
 * it is watched), a file cannot be read, or a record is bad and no error handler was given.
 */
public final class ReadLines<T> extends PTransform<PBegin, PCollection<T>> {

  /** What {@link #withMaxBadRecords} is by default. */
  public static final long DEFAULT_MAX_BAD_RECORDS = 10_000;

  private final Source source;
  private final LineConsumer.Factory<T> consumers;
  private final Coder<T> coder;
  private final Reading reading;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private ReadLines(
      Source source,
      LineConsumer.Factory<T> consumers,
      Coder<T> coder,
      Reading reading,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.source = source;
    this.consumers = consumers;
    this.coder = coder;
    this.reading = reading;
    this.errorHandler = errorHandler;
  }

  /**
   * How files are read.
   *
   * @param header whether the first line of a file is a header
   * @param skipped which lines are not records
   * @param plan how files are cut
   * @param maxBadRecords how many bad records one reader may meet
   * @param records a format that is not text, or null
   * @param cuts how files are cut into pieces, or null
   */
  record Reading(
      boolean header,
      SkippedLines skipped,
      RangePlan plan,
      long maxBadRecords,
      @Nullable RecordFormat records,
      @Nullable PieceCuts cuts)
      implements Serializable {

    private static final Reading DEFAULT =
        new Reading(
            false, SkippedLines.NONE, RangePlan.DEFAULT, DEFAULT_MAX_BAD_RECORDS, null, null);

    Reading {
      checkArgument(maxBadRecords >= 0, "maxBadRecords must be >= 0, got %s", maxBadRecords);
    }
  }

  /** Names the files to read: files, globs or directories. */
  public static Source from(List<String> patterns) {
    return new Source(patterns, null);
  }

  /** Files that wait for a consumer. Thread-safe. */
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
     * Looks for new files again and again, so often: the output is unbounded. A file is read once,
     * as it is when it is found: it must come into its place complete, as by a rename. Another one
     * that comes under its name later is not read.
     *
     * @throws IllegalArgumentException if {@code interval} is not longer than 0
     */
    public Source watching(Duration interval) {
      return new Source(patterns, FileWatch.every(interval));
    }

    /**
     * Ends the watch when no new file has come for so long.
     *
     * @throws IllegalArgumentException if {@code idle} is not longer than 0
     * @throws IllegalStateException if nothing is {@linkplain #watching watched}
     */
    public Source endingAfter(Duration idle) {
      return new Source(patterns, watchOrThrow().endingAfter(idle));
    }

    /**
     * Ends the watch of a pipeline that runs in this JVM, once for all: it reads what it has found,
     * and then comes to its end.
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

    /** Drives a consumer a reader over the files; {@code coder} encodes what they put out. */
    public <T> ReadLines<T> into(LineConsumer.Factory<T> consumers, Coder<T> coder) {
      return new ReadLines<>(this, consumers, coder, Reading.DEFAULT, null);
    }
  }

  /**
   * Declares that the first line of every file is a header: consumers are told it with the file and
   * do not see it in a block.
   */
  public ReadLines<T> withHeader(boolean header) {
    return with(
        new Reading(
            header,
            reading.skipped(),
            reading.plan(),
            reading.maxBadRecords(),
            reading.records(),
            reading.cuts()));
  }

  /** Sets which lines are not records; without it, only empty ones. Records have none. */
  public ReadLines<T> withSkipped(SkippedLines lines) {
    return with(
        new Reading(
            reading.header(),
            lines,
            reading.plan(),
            reading.maxBadRecords(),
            reading.records(),
            reading.cuts()));
  }

  /** Sends bad records to a handler; null, the default, fails the run. */
  public ReadLines<T> withBadRecordErrorHandler(@Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    return new ReadLines<>(source, consumers, coder, reading, errorHandler);
  }

  /**
   * Fails the run when one reader has met more than this many bad records; {@value
   * #DEFAULT_MAX_BAD_RECORDS} by default. It bounds what travels to the error handler, which is the
   * place to bound all of them together.
   */
  public ReadLines<T> withMaxBadRecords(long maxBadRecords) {
    return with(
        new Reading(
            reading.header(),
            reading.skipped(),
            reading.plan(),
            maxBadRecords,
            reading.records(),
            reading.cuts()));
  }

  /** Sets how the files are cut; {@link RangePlan#DEFAULT} by default. */
  public ReadLines<T> withRanges(RangePlan ranges) {
    return with(
        new Reading(
            reading.header(),
            reading.skipped(),
            ranges,
            reading.maxBadRecords(),
            reading.records(),
            reading.cuts()));
  }

  /** Reads files of a format that is not text, too; with null, the default, they fail the run. */
  public ReadLines<T> withRecords(@Nullable RecordFormat format) {
    return with(
        new Reading(
            reading.header(),
            reading.skipped(),
            reading.plan(),
            reading.maxBadRecords(),
            format,
            reading.cuts()));
  }

  /**
   * Names the {@linkplain TextBlock#piece piece} of each block, cut like this; null for no pieces.
   */
  public ReadLines<T> withPieces(@Nullable PieceCuts pieces) {
    return with(
        new Reading(
            reading.header(),
            reading.skipped(),
            reading.plan(),
            reading.maxBadRecords(),
            reading.records(),
            pieces));
  }

  /**
   * Returns these files, read in the same way, driven through other consumers. They may drive those
   * of {@link #consumers} in their turn.
   */
  public <U> ReadLines<U> into(LineConsumer.Factory<U> consumers, Coder<U> coder) {
    return new ReadLines<>(source, consumers, coder, reading, errorHandler);
  }

  private ReadLines<T> with(Reading changed) {
    return new ReadLines<>(source, consumers, coder, changed, errorHandler);
  }

  /** Returns where bad records go; null if the first one fails the run. */
  public @Nullable ErrorHandler<BadRecord, ?> badRecordErrorHandler() {
    return errorHandler;
  }

  public LineConsumer.Factory<T> consumers() {
    return consumers;
  }

  /** Returns the coder of what the consumers put out. */
  public Coder<T> coder() {
    return coder;
  }

  @Override
  public PCollection<T> expand(PBegin input) {
    TupleTag<T> results = new TupleTag<>() {};
    PCollectionTuple read =
        input
            .apply("Find", new FindRanges(source.patterns, source.watch, reading.plan()))
            .apply("Spread", Reshuffle.viaRandomKey())
            .apply(
                "Read",
                ParDo.of(new ReadRangesFn<>(consumers, reading, errorHandler != null))
                    .withOutputTags(results, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(read, errorHandler);
    return read.get(results).setCoder(coder);
  }
}
