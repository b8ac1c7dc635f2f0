package dev.diagonal.internal.jobs;

import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.ReadLines;
import dev.diagonal.files.RecordFormat;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.files.PiecedLines;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.files.stored.PieceCuts;
import dev.diagonal.internal.jdbc.table.FilesOfRows;
import dev.diagonal.internal.ratings.UserRatings;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.metrics.Written;
import dev.diagonal.ratings.data.RatingFormat;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * Loads files of ratings into the table of the ratings. Emits one element per transaction.
 *
 * <p>Readers copy up to 50,000 ratings per transaction into a temporary table and insert from
 * there. Idempotent: a rating is identified by its file and its byte offset, so a retried bundle or
 * a second run changes nothing. All ratings are loaded, including several of a user for one movie,
 * unless {@link #onePerUserAndMovie} is set. Ids are drawn as rows arrive and do not follow the
 * order of the files.
 *
 * <p>Files, line ends, compression and bad records: see {@link ReadLines}.
 */
public final class LoadRatings extends PTransform<PBegin, PCollection<Written>> {

  private final LoadTarget target;
  private final RatingFormat format;
  private final ReadLines<Written> files;

  private LoadRatings(LoadTarget target, RatingFormat format, ReadLines<Written> files) {
    this.target = target;
    this.format = format;
    this.files = files;
  }

  /** Returns this transform with another target. */
  private LoadRatings into(LoadTarget other) {
    RatingFormat lines = format;
    return new LoadRatings(
        other, lines, files.into(() -> new LoadRatingsConsumer(lines, other), Written.coder()));
  }

  /**
   * Loads these files, globs or directories into the ratings of {@code tables}. The table must
   * exist: see {@link dev.diagonal.internal.jobs.schema.JobSchema#createRatingsIfMissing}.
   */
  public static LoadRatings from(
      List<String> patterns, RatingFormat format, JdbcTarget database, JobTables tables) {
    LoadTarget target = new LoadTarget(database, tables, false, null);
    return new LoadRatings(
        target,
        format,
        ReadLines.from(patterns)
            .into(() -> new LoadRatingsConsumer(format, target), Written.coder())
            .withHeader(format.header()));
  }

  /**
   * Returns what reads ratings and writes them nowhere, for a look at the first ones: user, movie
   * and rating of each.
   */
  public static LineConsumer<List<String>> reader(RatingFormat format) {
    UserRatings ratings = new UserRatings(format);
    return new LineConsumer<List<String>>() {
      @Override
      public void open(TextFile file) {
        ratings.open(file);
      }

      @Override
      public boolean reads(int column) {
        return ratings.reads(column);
      }

      @Override
      public long accept(TextBlock block, Output<List<String>> output) {
        AtomicLong good = new AtomicLong();
        ratings.read(
            block,
            (user, movie, name, rating, offset) -> {
              good.incrementAndGet();
              output.emit(
                  List.of(
                      Long.toString(user),
                      name == null ? Long.toString(movie) : name,
                      BigDecimal.valueOf(rating, 3).toPlainString()));
            },
            output::reject);
        return good.get();
      }

      @Override
      public void finish(Output<List<String>> output) {}
    };
  }

  /**
   * Keeps one rating per user and movie: the one with the greatest place, which within a file is
   * the last. The others are counted as {@link
   * dev.diagonal.internal.metrics.Counted#ROWS_REPLACED}.
   */
  public LoadRatings onePerUserAndMovie() {
    return into(new LoadTarget(target.database(), target.tables(), true, target.files()));
  }

  /**
   * Records the pieces of the files, and fails if a file has changed.
   *
   * @param cuts where the files are cut into pieces
   */
  public LoadRatings withFiles(FilesOfRows<Piece> filesOfRatings, PieceCuts cuts) {
    RatingFormat lines = format;
    LoadTarget recording =
        new LoadTarget(
            target.database(), target.tables(), target.onePerUserAndMovie(), filesOfRatings);
    return new LoadRatings(
        recording,
        lines,
        files.into(
            new PiecedLines<>(() -> new LoadRatingsConsumer(lines, recording), cuts),
            Written.coder()));
  }

  /** Sets which lines are not records, as {@link ReadLines#withSkipped} does. */
  public LoadRatings withSkipped(SkippedLines lines) {
    return new LoadRatings(target, format, files.withSkipped(lines));
  }

  /** Also reads files of a format that is not text, as {@link ReadLines#withRecords} does. */
  public LoadRatings withRecords(RecordFormat records) {
    return new LoadRatings(target, format, files.withRecords(records));
  }

  /** Reads only the first records, as {@link ReadLines#withLimit} does. */
  public LoadRatings withLimit(long records) {
    return new LoadRatings(target, format, files.withLimit(records));
  }

  /** Sets how the files are cut, as {@link ReadLines#withRanges} does. */
  public LoadRatings withRanges(RangePlan ranges) {
    return new LoadRatings(target, format, files.withRanges(ranges));
  }

  /**
   * Sends bad records to a handler instead of failing on the first one; {@code maxBadRecords} as in
   * {@link ReadLines#withMaxBadRecords}.
   */
  public LoadRatings withBadRecordErrorHandler(
      ErrorHandler<BadRecord, ?> errorHandler, long maxBadRecords) {
    return new LoadRatings(
        target,
        format,
        files.withBadRecordErrorHandler(errorHandler).withMaxBadRecords(maxBadRecords));
  }

  @Override
  public PCollection<Written> expand(PBegin input) {
    return input.apply("Copy", files);
  }
}
