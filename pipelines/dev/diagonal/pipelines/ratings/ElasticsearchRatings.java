package dev.diagonal.pipelines.ratings;

import dev.diagonal.block.Block;
import dev.diagonal.elasticsearch.IndexDocuments;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.elasticsearch.index.RefreshIndex;
import dev.diagonal.internal.elasticsearch.index.IndexCheck;
import dev.diagonal.internal.elasticsearch.index.LeftLoadMode;
import dev.diagonal.internal.elasticsearch.index.LoadMode;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.options.MovieIdOptions;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.options.Warnings;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.ratings.RatingRows;
import dev.diagonal.ratings.data.MovieRating;
import java.io.IOException;
import java.util.Optional;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** Writes the results of {@link MovieRatings} to an index. */
final class ElasticsearchRatings implements RatingSink {
  private final SinkPlace place;
  private final MovieRatingsOptions options;
  private ElasticsearchTarget target;
  private @Nullable LoadMode loadMode;

  ElasticsearchRatings(SinkPlace place, MovieRatingsOptions options) {
    this.place = place;
    this.options = options;
    this.target = target(ServerUrls.TO_COME);
  }

  @Override
  public String kind() {
    return "Elasticsearch";
  }

  @Override
  public String target() {
    return target.toString();
  }

  @Override
  public String creates() {
    return "the index " + target.index() + ", if it is missing";
  }

  @Override
  public Optional<EmbeddedServers.Kind> embedded() {
    return place.isEmbedded() ? Optional.of(EmbeddedServers.Kind.ELASTICSEARCH) : Optional.empty();
  }

  @Override
  public void prepare(ServerUrls servers) throws Exception {
    target = target(servers);
    IndexTemplate.of(RatingRows.mapping(MovieIdOptions.isText(options))).createIfMissing(target);
    if (options.getBulkLoadMode()) {
      loadMode = LoadMode.begin(target);
    }
  }

  @Override
  public void dryRun(Findings findings) throws InterruptedException {
    IndexCheck check = new IndexCheck(target);
    boolean unused =
        findings.check(() -> "server:  " + check.server())
            && findings.check(
                () ->
                    "index:   " + check.strict(RatingRows.mapping(MovieIdOptions.isText(options))));
  }

  @Override
  public PCollection<Written> write(
      PCollection<Block<MovieRating>> ratings, @Nullable ErrorHandler<BadRecord, ?> handler) {
    IndexDocuments index = Sinks.indexDocuments(target, options);
    return ratings
        .apply("To documents", ParDo.of(new ToDocumentsFn()))
        .setCoder(Block.coder(Document.coder()))
        .apply(step(), index.withBadRecordErrorHandler(handler));
  }

  @Override
  public void complete() throws Exception {
    Warnings.print(RefreshIndex.ifAllowed(target));
    if (loadMode == null) {
      Warnings.print(LeftLoadMode.warning(target));
    }
  }

  @Override
  public void release() throws IOException, InterruptedException {
    LoadMode mode = loadMode;
    if (mode != null) {
      mode.restore();
    }
  }

  private ElasticsearchTarget target(ServerUrls servers) {
    return Sinks.elasticsearch(place, options.getElasticsearchIndex(), options, servers);
  }

  /** Converts movies to documents. */
  private static final class ToDocumentsFn extends DoFn<Block<MovieRating>, Block<Document>> {
    @ProcessElement
    public void process(
        @Element Block<MovieRating> ratings, OutputReceiver<Block<Document>> output) {
      output.output(new Block<>(ratings.records().stream().map(RatingRows::toDocument).toList()));
    }
  }
}
