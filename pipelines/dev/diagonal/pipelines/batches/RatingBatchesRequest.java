package dev.diagonal.pipelines.batches;

import dev.diagonal.files.InputFiles;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.internal.files.FirstLines;
import dev.diagonal.internal.ratings.RatingLayout;
import dev.diagonal.jobs.WorkSettings;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.MovieIdOptions;
import dev.diagonal.pipelines.options.ParquetInput;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.ratings.data.RatingFormat;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * The settings that the options of {@link RatingBatches} select.
 *
 * @param steps what to do
 * @param tables the names of the tables
 * @param format the format of files of ratings
 * @param settings how batches are processed
 * @param place where the database is
 */
record RatingBatchesRequest(
    Set<BatchStep> steps,
    JobTables tables,
    RatingFormat format,
    WorkSettings settings,
    SinkPlace place) {

  /**
   * Reads and checks the options.
   *
   * @throws IllegalArgumentException if one is invalid
   */
  static RatingBatchesRequest of(RatingBatchesOptions options, boolean hasInput) {
    Set<BatchStep> steps = BatchStep.of(options);
    SinkPlace place = SinkPlace.of(options.getJdbcUrl(), options.getJdbcUrl());
    boolean text = MovieIdOptions.isText(options);
    JobTables tables =
        new JobTables(
            options.getRatingsTable(),
            options.getIdColumn(),
            options.getUserColumn(),
            options.getMovieColumn(),
            options.getRatingColumn(),
            options.getBatchesTable(),
            options.getStagingTable(),
            options.getJdbcTable(),
            text);
    RatingFormat format = formatOf(options).withTextMovies(text);
    require(options.getBatchRows() >= 1, "--batchRows must be >= 1, got " + options.getBatchRows());
    require(options.getBatchId() >= 0, "--batchId must be >= 0, got " + options.getBatchId());
    require(
        options.getLeaseSeconds() >= 1,
        "--leaseSeconds must be >= 1, got " + options.getLeaseSeconds());
    require(
        options.getMaxAttempts() >= 1,
        "--maxAttempts must be >= 1, got " + options.getMaxAttempts());
    require(!place.isNone(), "the ratings are in a database: set --jdbcUrl");
    require(
        hasInput == steps.contains(BatchStep.LOAD),
        "the step load needs --input, and --input needs the step load");
    require(
        options.getBatchId() == 0 || steps.equals(EnumSet.of(BatchStep.WORK)),
        "--batchId needs the step work only");
    require(
        !Runners.isDetached(options) || steps.equals(EnumSet.of(BatchStep.WORK)),
        "with --attachedMode=false the only step is work: --steps=work");
    return new RatingBatchesRequest(steps, tables, format, settingsOf(options), place);
  }

  /** Returns the format of files of ratings, with the names of the first file's columns. */
  RatingFormat formatIn(InputFiles files, SkippedLines skipped) {
    FirstLines first = FirstLines.of(files, ParquetInput.FORMAT, skipped);
    return RatingLayout.named(format, first.header(format.header()), first.records());
  }

  private static WorkSettings settingsOf(RatingBatchesOptions options) {
    WorkSettings work =
        WorkSettings.DEFAULT
            .withLease(Duration.ofSeconds(options.getLeaseSeconds()))
            .withMaxAttempts(options.getMaxAttempts());
    return options.getBadRecords() == null
        ? work
        : work.skippingBadRows(options.getMaxBadRecords());
  }

  private static RatingFormat formatOf(RatingBatchesOptions options) {
    RatingFormat usual =
        options.getHeader() ? RatingFormat.MOVIELENS : RatingFormat.MOVIELENS.withoutHeader();
    return new RatingFormat(
        usual.header(),
        CsvInputOptions.delimiter(options.getDelimiter()),
        usual.movieColumn(),
        usual.ratingColumn(),
        usual.userColumn(),
        usual.timestampColumn());
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
