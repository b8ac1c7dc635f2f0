package dev.diagonal.pipelines.ratings;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.pipelines.command.PipelineCommand;
import dev.diagonal.pipelines.options.ParquetInput;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.List;

/** Totals ratings by movie and writes them to a CSV file, a table and an index. */
public final class MovieRatings extends PipelineCommand<MovieRatingsOptions> {

  @Override
  public String name() {
    return "movie-ratings";
  }

  @Override
  public String summary() {
    return "count, sum, mean, minimum and maximum of the ratings of every movie, from CSV files into CSV, PostgreSQL, Elasticsearch";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "movie-ratings --input=ratings.csv --output=totals.csv",
        "movie-ratings --input='ratings/*.csv.gz' --jdbcUrl=jdbc:postgresql://db/movies --jdbcUser=me");
  }

  @Override
  public Class<MovieRatingsOptions> options() {
    return MovieRatingsOptions.class;
  }

  @Override
  protected Job plan(MovieRatingsOptions options) {
    try {
      return new MovieRatingsJob(
          options, ParquetInput.checked(InputFiles.matching(options.getInput())));
    } catch (BadInputException e) {
      throw new UsageException("--input: " + e.getMessage(), e);
    }
  }
}
