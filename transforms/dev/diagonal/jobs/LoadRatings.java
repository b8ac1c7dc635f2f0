package dev.diagonal.jobs;

import dev.diagonal.files.RangePlan;
import dev.diagonal.files.ReadLines;
import dev.diagonal.files.RecordFormat;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.metrics.Written;
import dev.diagonal.ratings.RatingFormat;
import java.util.List;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * Loads files of ratings into the table of the ratings, one element a transaction.
 *
 * <p>Readers copy what they read, up to 50,000 ratings a transaction, into a temporary table and
 * insert from there. Idempotent: a rating of a movie by a user who has one there is left out,
 * whatever it says, so that a retried bundle and a second run change nothing. Of two in the input,
 * one is loaded. Ids are drawn as rows come, and do not follow the files.
 *
 * <p>Files, line ends, compression and bad records: see {@link ReadLines}.
 */
public final class LoadRatings extends PTransform<PBegin, PCollection<Written>> {

  private final ReadLines<Written> files;

  private LoadRatings(ReadLines<Written> files) {
    this.files = files;
  }

  /**
   * Loads these files, globs or directories into the ratings of {@code tables}, which must be
   * there: see {@link dev.diagonal.jobs.schema.JobSchema#createRatingsIfMissing}.
   */
  public static LoadRatings from(
      List<String> patterns, RatingFormat format, JdbcTarget database, JobTables tables) {
    return new LoadRatings(
        ReadLines.from(patterns)
            .into(() -> new LoadRatingsConsumer(format, database, tables), Written.coder())
            .withHeader(format.header()));
  }

  /** Sets which lines are not records, as {@link ReadLines#withSkipped} does. */
  public LoadRatings withSkipped(SkippedLines lines) {
    return new LoadRatings(files.withSkipped(lines));
  }

  /** Reads files of a format that is not text, too, as {@link ReadLines#withRecords} does. */
  public LoadRatings withRecords(RecordFormat format) {
    return new LoadRatings(files.withRecords(format));
  }

  /** Sets how the files are cut, as {@link ReadLines#withRanges} does. */
  public LoadRatings withRanges(RangePlan ranges) {
    return new LoadRatings(files.withRanges(ranges));
  }

  /**
   * Sends bad records to a handler instead of failing on the first one; {@code maxBadRecords} as in
   * {@link ReadLines#withMaxBadRecords}.
   */
  public LoadRatings withBadRecordErrorHandler(
      ErrorHandler<BadRecord, ?> errorHandler, long maxBadRecords) {
    return new LoadRatings(
        files.withBadRecordErrorHandler(errorHandler).withMaxBadRecords(maxBadRecords));
  }

  @Override
  public PCollection<Written> expand(PBegin input) {
    return input.apply("Copy", files);
  }
}
