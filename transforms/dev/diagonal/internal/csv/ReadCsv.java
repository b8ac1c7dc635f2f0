package dev.diagonal.internal.csv;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.block.SpreadParts;
import dev.diagonal.internal.fault.DeadLetterOutput;
import dev.diagonal.internal.files.stored.Pipes;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
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
 * Reads the records of CSV files, which may span lines, and emits what a {@link RecordConsumer}
 * makes of them inside one DoFn. Each file has one reader, which reads it from its start; for files
 * whose records never span lines, {@link dev.diagonal.files.ReadLines} uses several readers per
 * file. Files are found when the pipeline runs; gzip, bzip2, zstd and other formats that Beam
 * detects by file name are decompressed.
 *
 * <p>Output: in the global window, bounded, in no order. Invalid UTF-8 is replaced by U+FFFD and
 * counted ({@value #REPLACED_CHARACTERS}).
 *
 * <p>Fails with {@link dev.diagonal.fault.BadInputException} if a pattern matches nothing, a file
 * cannot be read, or a record is bad and there is no error handler.
 */
public final class ReadCsv<T> extends PTransform<PBegin, PCollection<T>> {

  /** The Beam counter of replaced invalid UTF-8 sequences. */
  public static final String REPLACED_CHARACTERS = "replaced_characters";

  private static final long MAX_BAD_RECORDS = 10_000;

  private final List<String> patterns;
  private final Reading<T> reading;
  private final Coder<T> coder;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private ReadCsv(
      List<String> patterns,
      Reading<T> reading,
      Coder<T> coder,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.patterns = List.copyOf(patterns);
    this.reading = reading;
    this.coder = coder;
    this.errorHandler = errorHandler;
  }

  /**
   * Reads the records of files with one consumer per reader.
   *
   * @param patterns files, globs or directories
   * @param dialect the format of the files
   * @param coder of what the consumers emit
   */
  public static <T> ReadCsv<T> from(
      List<String> patterns,
      CsvDialect dialect,
      RecordConsumer.Factory<T> consumers,
      Coder<T> coder) {
    checkArgument(!patterns.isEmpty(), "patterns must not be empty");
    return new ReadCsv<>(
        patterns,
        new Reading<>(dialect, consumers, CsvReader.MOST_RECORD_BYTES, MAX_BAD_RECORDS, false),
        coder,
        null);
  }

  /**
   * Sets the maximum length of a record in bytes; a longer one is a bad record. 64 MiB by default.
   */
  public ReadCsv<T> withMaxRecordBytes(int bytes) {
    return new ReadCsv<>(patterns, reading.withMaxRecordBytes(bytes), coder, errorHandler);
  }

  /**
   * Sends bad records to a handler instead of failing on the first one.
   *
   * @param most fails the run when one reader has met more than this many; this bounds how many are
   *     sent to the handler, which can bound the total
   */
  public ReadCsv<T> withBadRecordErrorHandler(ErrorHandler<BadRecord, ?> handler, long most) {
    return new ReadCsv<>(patterns, reading.routing(most), coder, handler);
  }

  @Override
  public PCollection<T> expand(PBegin begin) {
    Pipes.allow(patterns);
    TupleTag<T> results = new TupleTag<>() {};
    PCollectionTuple read =
        begin
            .apply("Find", SpreadParts.of(new Files(patterns), InputFile.coder()))
            .apply(
                "Read",
                ParDo.of(new ReadCsvFn<>(reading))
                    .withOutputTags(results, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(read, errorHandler);
    return read.get(results).setCoder(coder);
  }

  /** How files are read. */
  record Reading<T>(
      CsvDialect dialect,
      RecordConsumer.Factory<T> consumers,
      int maxRecordBytes,
      long maxBadRecords,
      boolean routeBadRecords)
      implements Serializable {

    Reading {
      checkArgument(maxRecordBytes > 0, "maxRecordBytes must be > 0, got %s", maxRecordBytes);
      checkArgument(maxBadRecords >= 0, "maxBadRecords must be >= 0, got %s", maxBadRecords);
    }

    Reading<T> withMaxRecordBytes(int bytes) {
      return new Reading<>(dialect, consumers, bytes, maxBadRecords, routeBadRecords);
    }

    Reading<T> routing(long most) {
      return new Reading<>(dialect, consumers, maxRecordBytes, most, true);
    }
  }

  private record Files(List<String> patterns) implements SpreadParts.Finder<InputFile> {
    @Override
    public List<InputFile> find() {
      return InputFiles.matching(patterns).files();
    }
  }
}
