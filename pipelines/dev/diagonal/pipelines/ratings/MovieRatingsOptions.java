package dev.diagonal.pipelines.ratings;

import dev.diagonal.pipelines.options.BulkOptions;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.JdbcOptions;
import dev.diagonal.pipelines.options.MovieIdOptions;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.Validation;
import org.jspecify.annotations.Nullable;

/** The options of {@link MovieRatings}. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface MovieRatingsOptions
    extends RunOptions, JdbcOptions, BulkOptions, CsvInputOptions, MovieIdOptions {

  @Description("Files of ratings: files, globs or directories; plain, gz, bz2, zst or Parquet")
  @Validation.Required
  List<String> getInput();

  void setInput(List<String> input);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description("A CSV file for the results, sorted by movie")
  @Nullable String getOutput();

  void setOutput(@Nullable String output);

  @Needs("jdbcUrl")
  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description("The table for the results, created if missing: table or schema.table")
  @Default.String("movie_ratings")
  String getJdbcTable();

  void setJdbcTable(String jdbcTable);

  @Needs("elasticsearchUrl")
  @OptionGroup(OptionGroup.Heading.ELASTICSEARCH)
  @Description("The index for the results, created if missing")
  @Default.String("movie-ratings")
  String getElasticsearchIndex();

  void setElasticsearchIndex(String elasticsearchIndex);

  @Description("Whether the first line of every file is a header")
  @Default.Boolean(true)
  boolean getHeader();

  void setHeader(boolean header);

  @Description("The text between two fields, such as ; or ::, or 'tab'")
  @Default.String(",")
  String getDelimiter();

  void setDelimiter(String delimiter);

  @Description(
      "The column of the movie: a name in the header, or a position from 1 (default movieId, or 2"
          + " without a header)")
  @Nullable String getMovieColumn();

  void setMovieColumn(@Nullable String movieColumn);

  @Description("The column of the rating (default rating, or 3 without a header)")
  @Nullable String getRatingColumn();

  void setRatingColumn(@Nullable String ratingColumn);

  @Description(
      "The column of the user, which is only checked; 'none' for no column (default userId if the header"
          + " has it, or 1 without a header)")
  @Nullable String getUserColumn();

  void setUserColumn(@Nullable String userColumn);

  @Description(
      "The column of the time, which is only checked; 'none' for no column (default timestamp if the"
          + " header has it, or 4 without a header)")
  @Nullable String getTimestampColumn();

  void setTimestampColumn(@Nullable String timestampColumn);
}
