package dev.diagonal.pipelines.batches;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.pipelines.command.PipelineCommand;
import dev.diagonal.pipelines.options.ParquetInput;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.List;

/** Totals the ratings of a table by the batches of a job table, and publishes the totals. */
public final class RatingBatches extends PipelineCommand<RatingBatchesOptions> {

  @Override
  public String name() {
    return "rating-batches";
  }

  @Override
  public String summary() {
    return "the same totals from ratings in PostgreSQL, by workers that share a job table; each batch counts exactly once";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "rating-batches --input=ratings.csv --jdbcUrl=jdbc:postgresql://db/movies --jdbcUser=me",
        "rating-batches --steps=status --jdbcUrl=jdbc:postgresql://db/movies --jdbcUser=me");
  }

  @Override
  public Class<RatingBatchesOptions> options() {
    return RatingBatchesOptions.class;
  }

  @Override
  protected Job plan(RatingBatchesOptions options) {
    List<String> input = options.getInput();
    try {
      return new RatingBatchesJob(
          options, input == null ? null : ParquetInput.checked(InputFiles.matching(input)));
    } catch (BadInputException e) {
      throw new UsageException("--input: " + e.getMessage(), e);
    }
  }
}
