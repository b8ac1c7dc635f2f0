package dev.diagonal.pipelines.ratings;

import dev.diagonal.block.Block;
import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.ratings.RatingRows;
import dev.diagonal.ratings.data.MovieRating;
import dev.diagonal.textfile.WriteTextFile;
import java.util.Optional;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** Writes the results of {@link MovieRatings} to a CSV file. */
record CsvRatings(String path, OutputRun run) implements RatingSink {
  @Override
  public String kind() {
    return "CSV";
  }

  @Override
  public String target() {
    return path;
  }

  @Override
  public String creates() {
    return "the file " + path + ", replacing an earlier one";
  }

  @Override
  public Optional<EmbeddedServers.Kind> embedded() {
    return Optional.empty();
  }

  @Override
  public void prepare(ServerUrls servers) {}

  @Override
  public void dryRun(Findings findings) {}

  @Override
  public PCollection<Written> write(
      PCollection<Block<MovieRating>> ratings, @Nullable ErrorHandler<BadRecord, ?> handler) {
    return ratings.apply(
        step(),
        WriteTextFile.<MovieRating>to(path, RatingRows::toCsv, MovieRating::compareMovies)
            .withHeader(RatingRows.CSV_HEADER)
            .withRun(run));
  }

  @Override
  public void complete() {}
}
