package dev.diagonal.pipelines.batches;

import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.FileChangeOptions;
import dev.diagonal.pipelines.options.InternalSchemaOptions;
import dev.diagonal.pipelines.options.JdbcOptions;
import dev.diagonal.pipelines.options.MovieIdOptions;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.usage.OptionGroup;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The options of {@link RatingBatches}. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface RatingBatchesOptions
    extends RunOptions,
        JdbcOptions,
        CsvInputOptions,
        InternalSchemaOptions,
        FileChangeOptions,
        MovieIdOptions {

  @OptionGroup(OptionGroup.Heading.RUN)
  @Description(
      "The steps to run: load, plan, work, publish, status; by default plan,work,publish, with load first"
          + " if --input is set, and only work if --batchId is set")
  @Nullable List<String> getSteps();

  void setSteps(@Nullable List<String> steps);

  @Description(
      "Files of ratings to load: files, globs or directories; plain, gz, bz2, zst or Parquet")
  @Nullable List<String> getInput();

  void setInput(@Nullable List<String> input);

  @Description(
      "Whether files have a header with userId, movieId, rating; if not, their columns are user, movie,"
          + " rating, time")
  @Default.Boolean(true)
  boolean getHeader();

  void setHeader(boolean header);

  @Description("The text between two fields of a file, such as ; or ::, or 'tab'")
  @Default.String(",")
  String getDelimiter();

  void setDelimiter(String delimiter);

  @Description(
      "Whether load keeps one rating per user and movie, the last in a file; the others are"
          + " counted as replaced. By default all count, as in movie-ratings")
  @Default.Boolean(false)
  boolean getOnePerUserAndMovie();

  void setOnePerUserAndMovie(boolean onePerUserAndMovie);

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description("The table of the ratings, created by load if missing: table or schema.table")
  @Default.String("public.ratings")
  String getRatingsTable();

  void setRatingsTable(String ratingsTable);

  @Description("The key of the ratings, a whole number")
  @Default.String("rating_id")
  String getIdColumn();

  void setIdColumn(String idColumn);

  @Description("The column of the user, for load only")
  @Default.String("user_id")
  String getUserColumn();

  void setUserColumn(String userColumn);

  @Description("The column of the movie: a whole number, or a text with --idType=text")
  @Default.String("movie_id")
  String getMovieColumn();

  void setMovieColumn(String movieColumn);

  @Description("The column of the rating, any number of up to 3 fraction digits")
  @Default.String("rating")
  String getRatingColumn();

  void setRatingColumn(String ratingColumn);

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description("The job table, created if missing; it belongs to one table of ratings")
  @Default.String("jobs.aggregation_batches")
  String getBatchesTable();

  void setBatchesTable(String batchesTable);

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description("The table of the totals of each batch, created if missing")
  @Default.String("staging.movie_ratings")
  String getStagingTable();

  void setStagingTable(String stagingTable);

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description("The table for the published totals, created if missing")
  @Default.String("public.movie_rating_totals")
  String getJdbcTable();

  void setJdbcTable(String jdbcTable);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description("The number of ratings per batch")
  @Default.Long(1_000_000)
  long getBatchRows();

  void setBatchRows(long batchRows);

  @OptionGroup(OptionGroup.Heading.RUN)
  @Description(
      "Whether plan also counts the rows of all existing batches, so that a late row"
          + " with a low id is not missed; this takes one pass over the ids")
  @Default.Boolean(true)
  boolean getRecount();

  void setRecount(boolean recount);

  @OptionGroup(OptionGroup.Heading.RUN)
  @Description("Process only this batch; 0 for all pending batches")
  @Default.Long(0)
  long getBatchId();

  void setBatchId(long batchId);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description("How long a batch waits after its worker has died")
  @Default.Integer(60)
  int getLeaseSeconds();

  void setLeaseSeconds(int leaseSeconds);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description("The maximum number of failed attempts of a batch within a run")
  @Default.Integer(3)
  int getMaxAttempts();

  void setMaxAttempts(int maxAttempts);

  @OptionGroup(OptionGroup.Heading.RUN)
  @Description("Publish complete batches even if others are not complete")
  @Default.Boolean(false)
  boolean getPublishIncomplete();

  void setPublishIncomplete(boolean publishIncomplete);
}
