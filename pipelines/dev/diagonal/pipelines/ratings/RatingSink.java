package dev.diagonal.pipelines.ratings;

import dev.diagonal.block.Block;
import dev.diagonal.elasticsearch.IndexDocuments;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.elasticsearch.index.RefreshIndex;
import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.elasticsearch.index.IndexCheck;
import dev.diagonal.internal.elasticsearch.index.LeftLoadMode;
import dev.diagonal.internal.elasticsearch.index.LoadMode;
import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.internal.jdbc.table.TableRights.Needs;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.jdbc.write.WriteToJdbc;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.options.MovieIdOptions;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.options.Warnings;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.OutputRuns;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.ratings.MovieRating;
import dev.diagonal.ratings.RatingRows;
import dev.diagonal.textfile.WriteTextFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** A target of {@link MovieRatings}. */
sealed interface RatingSink {

  /** Returns the sinks that the options select. */
  static List<RatingSink> of(MovieRatingsOptions options) {
    String output = options.getOutput();
    @Nullable String[] all = {output, options.getJdbcUrl(), options.getElasticsearchUrl()};
    SinkPlace jdbc = SinkPlace.of(options.getJdbcUrl(), all);
    SinkPlace elasticsearch = SinkPlace.of(options.getElasticsearchUrl(), all);
    Sinks.checkBulkLoadMode(options, elasticsearch);
    List<RatingSink> sinks = new ArrayList<>();
    if (output != null) {
      sinks.add(new Csv(output, OutputRuns.of(options)));
    }
    if (!jdbc.isNone()) {
      sinks.add(new Postgres(jdbc, options));
    }
    if (!elasticsearch.isNone()) {
      sinks.add(new Elasticsearch(elasticsearch, options));
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

  /** A CSV file. */
  record Csv(String path, OutputRun run) implements RatingSink {
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

  /** A table. */
  final class Postgres implements RatingSink {
    private final SinkPlace place;
    private final MovieRatingsOptions options;
    private final Table table;
    private JdbcTarget target;
    private WriteToJdbc<MovieRating> upsert;

    Postgres(SinkPlace place, MovieRatingsOptions options) {
      this.place = place;
      this.options = options;
      Sinks.checkTable("jdbcTable", options.getJdbcTable());
      this.table = RatingRows.table(options.getJdbcTable(), MovieIdOptions.isText(options));
      this.target = Sinks.postgres(place, options, ServerUrls.TO_COME);
      // Checked before anything is done.
      CreateTable.checkTarget(target);
      this.upsert = WriteToJdbc.of(JdbcWrite.upsert(target, table, RatingRows::bind));
    }

    @Override
    public String kind() {
      return "PostgreSQL";
    }

    @Override
    public String target() {
      return "table %s in %s".formatted(table.name(), target);
    }

    @Override
    public String creates() {
      return "the table " + table.name() + ", if it is missing";
    }

    @Override
    public Optional<EmbeddedServers.Kind> embedded() {
      return place.isEmbedded() ? Optional.of(EmbeddedServers.Kind.POSTGRES) : Optional.empty();
    }

    @Override
    public void prepare(ServerUrls servers) throws Exception {
      target = Sinks.postgres(place, options, servers);
      upsert = WriteToJdbc.of(JdbcWrite.upsert(target, table, RatingRows::bind));
      CreateTable.ifMissing(target, table);
    }

    @Override
    public void dryRun(Findings findings) throws InterruptedException {
      TableCheck check = new TableCheck(target);
      boolean unused =
          findings.check(() -> "server:  " + check.server())
              && findings.check(
                  () -> "table:   " + check.table(table, Needs.of(WriteMode.UPSERT, table), false));
    }

    @Override
    public PCollection<Written> write(
        PCollection<Block<MovieRating>> ratings, @Nullable ErrorHandler<BadRecord, ?> handler) {
      return ratings.apply(step(), upsert.withBadRecordErrorHandler(handler));
    }

    @Override
    public void complete() {}
  }

  /** An index. */
  final class Elasticsearch implements RatingSink {
    private final SinkPlace place;
    private final MovieRatingsOptions options;
    private ElasticsearchTarget target;
    private @Nullable LoadMode loadMode;

    Elasticsearch(SinkPlace place, MovieRatingsOptions options) {
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
      return place.isEmbedded()
          ? Optional.of(EmbeddedServers.Kind.ELASTICSEARCH)
          : Optional.empty();
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
                      "index:   "
                          + check.strict(RatingRows.mapping(MovieIdOptions.isText(options))));
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
  }

  /** Converts movies to documents. */
  final class ToDocumentsFn extends DoFn<Block<MovieRating>, Block<Document>> {
    @ProcessElement
    public void process(
        @Element Block<MovieRating> ratings, OutputReceiver<Block<Document>> output) {
      output.output(new Block<>(ratings.records().stream().map(RatingRows::toDocument).toList()));
    }
  }
}
