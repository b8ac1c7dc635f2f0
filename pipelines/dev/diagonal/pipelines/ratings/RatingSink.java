package dev.diagonal.pipelines.ratings;

import dev.diagonal.block.Block;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.OutputRuns;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.ratings.data.MovieRating;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** A target of {@link MovieRatings}. */
sealed interface RatingSink permits CsvRatings, PostgresRatings, ElasticsearchRatings {

  /** Returns the sinks that the options select. */
  static List<RatingSink> of(MovieRatingsOptions options) {
    String output = options.getOutput();
    @Nullable String[] all = {output, options.getJdbcUrl(), options.getElasticsearchUrl()};
    SinkPlace jdbc = SinkPlace.of(options.getJdbcUrl(), all);
    SinkPlace elasticsearch = SinkPlace.of(options.getElasticsearchUrl(), all);
    Sinks.checkBulkLoadMode(options, elasticsearch);
    List<RatingSink> sinks = new ArrayList<>();
    if (output != null) {
      sinks.add(new CsvRatings(output, OutputRuns.of(options)));
    }
    if (!jdbc.isNone()) {
      sinks.add(new PostgresRatings(jdbc, options));
    }
    if (!elasticsearch.isNone()) {
      sinks.add(new ElasticsearchRatings(elasticsearch, options));
    }
    return sinks;
  }

  /** Returns the kind of target. */
  String kind();

  /** Returns the name of the step that writes it. */
  default String step() {
    return "Write to " + kind();
  }

  /** Returns the target, for messages. */
  String target();

  /** Returns the object that is created if it is missing, for messages. */
  String creates();

  /** Returns the embedded server that it needs. */
  Optional<EmbeddedServers.Kind> embedded();

  /** Creates what is missing. */
  void prepare(ServerUrls servers) throws Exception;

  /** Looks at the target, and changes nothing. */
  void dryRun(Findings findings) throws InterruptedException;

  /**
   * Adds the writing step.
   *
   * @param handler of the rows that the target refuses, or null if the first one fails the run
   */
  PCollection<Written> write(
      PCollection<Block<MovieRating>> ratings, @Nullable ErrorHandler<BadRecord, ?> handler);

  /** Makes the results visible. */
  void complete() throws Exception;

  /** Releases what {@link #prepare} acquired for the run. */
  default void release() throws IOException, InterruptedException {}
}
