package dev.diagonal.pipelines.ratings;

import dev.diagonal.block.Block;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.internal.files.FirstLines;
import dev.diagonal.internal.ratings.RatingLayout;
import dev.diagonal.internal.ratings.RatingReaders;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.dryrun.ShownRows;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.options.HeaderCheck;
import dev.diagonal.pipelines.options.MovieIdOptions;
import dev.diagonal.pipelines.options.ParquetInput;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.RunnerDefaults;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.usage.Mistakes;
import dev.diagonal.ratings.AggregateRatings;
import dev.diagonal.ratings.RatingRows;
import dev.diagonal.ratings.data.MovieRating;
import dev.diagonal.ratings.data.RatingFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** The pipeline of {@link MovieRatings}: totals the ratings and writes them to each sink. */
final class MovieRatingsJob implements Job {

  private static final long BASE_HEAP_BYTES = 96L << 20;

  /** The heap for a block, a table of totals, and their encoded form. */
  private static final long READER_HEAP_BYTES = 24L << 20;

  /**
   * Each shard is an element for the sinks, and the DirectRunner copies everything it holds for
   * each additional one.
   */
  private static final int SHARDS_PER_READER = 2;

  /** A reader emits one table of totals per shard. */
  private static final int MOST_TABLES = 1_000;

  private final MovieRatingsOptions options;
  private final InputFiles input;
  private final SkippedLines skipped;
  private final RatingFormat format;
  private final List<RatingSink> sinks;

  /**
   * @throws IllegalArgumentException if an option is invalid
   */
  MovieRatingsJob(MovieRatingsOptions options, InputFiles input) {
    this.options = options;
    this.input = input;
    this.skipped = CsvInputOptions.skipped(options);
    FirstLines first = FirstLines.of(input, ParquetInput.FORMAT, skipped);
    RatingFormat given = formatOf(options);
    check(options, given, first, input.files().get(0).name());
    this.format = RatingLayout.named(given, first.header(given.header()), first.records());
    this.sinks = RatingSink.of(options);
    if (sinks.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no target: set --output, --jdbcUrl or --elasticsearchUrl");
    }
  }

  /**
   * @throws UsageException if columns or delimiter do not fit the first line
   */
  private static void check(
      MovieRatingsOptions options, RatingFormat format, FirstLines first, String file) {
    Mistakes mistakes = new Mistakes();
    HeaderCheck header =
        new HeaderCheck(file, first, format.header(), format.delimiter(), mistakes);
    if (header.delimiter()) {
      header.column("movieColumn", format.movieColumn());
      header.column("ratingColumn", format.ratingColumn());
      given(header, "userColumn", options.getUserColumn());
      given(header, "timestampColumn", options.getTimestampColumn());
    }
    mistakes.throwIfAny();
  }

  private static void given(HeaderCheck header, String option, @Nullable String column) {
    if (column != null && !column.equals(RatingFormat.NONE)) {
      header.column(option, column);
    }
  }

  @Override
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add("reads:   " + input.describe());
    for (RatingSink sink : sinks) {
      lines.add("creates: " + sink.creates());
      lines.add("writes:  a row per movie to " + sink.target());
    }
    lines.add(DeadLetters.of(options).describe());
    return lines;
  }

  @Override
  public JobFiles files() {
    return JobFiles.NONE.reads("input", options.getInput()).writes("output", options.getOutput());
  }

  @Override
  public String afterInterruption() {
    return "Written rows and documents stay. The same command starts from the beginning"
        + " and replaces them.";
  }

  @Override
  public long inputBytes() {
    return input.totalBytes();
  }

  @Override
  public long heapBytes() {
    return BASE_HEAP_BYTES + Runners.readers(options) * READER_HEAP_BYTES;
  }

  @Override
  public Set<EmbeddedServers.Kind> embeddedServers() {
    Set<EmbeddedServers.Kind> kinds = EnumSet.noneOf(EmbeddedServers.Kind.class);
    sinks.forEach(sink -> sink.embedded().ifPresent(kinds::add));
    return kinds;
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception {
    RunnerDefaults.limitReaders(pipeline.getOptions(), input);
    CsvInputOptions.firstRecords(options, format.header())
        .check(input, RatingReaders.reader(format), options.getBadRecords() != null);
    for (RatingSink sink : sinks) {
      sink.prepare(servers);
    }
    List<Output> outputs = new ArrayList<>();
    List<PCollection<Written>> unused =
        DeadLetters.of(options)
            .collect(pipeline, outputs, handler -> totalAndWrite(pipeline, handler));
    sinks.forEach(sink -> outputs.add(new Output(sink.kind(), sink.step(), sink.target())));
    return outputs;
  }

  @Override
  public void dryRun(Findings findings) throws InterruptedException {
    for (RatingSink sink : sinks) {
      sink.dryRun(findings);
    }
    LineConsumer<KV<Integer, byte[]>> reader = RatingReaders.reader(format);
    findings.rows(
        "the totals of the first ratings",
        () ->
            ShownRows.of(
                RatingRows.table("totals", format.textMovies()),
                RatingRows::bind,
                RatingReaders.totals(
                    format,
                    CsvInputOptions.firstRecords(options, format.header())
                        .results(
                            input, reader, options.getBadRecords() != null, MOST_TABLES, true))));
  }

  @Override
  public @Nullable String needsLauncher() {
    return options.getBulkLoadMode() ? "--bulkLoadMode is reset at the end" : null;
  }

  @Override
  public boolean groups() {
    return true;
  }

  @Override
  public void complete() throws Exception {
    for (RatingSink sink : sinks) {
      sink.complete();
    }
  }

  @Override
  public void release() throws IOException, InterruptedException {
    for (RatingSink sink : sinks) {
      sink.release();
    }
  }

  private List<PCollection<Written>> totalAndWrite(
      Pipeline pipeline, @Nullable ErrorHandler<BadRecord, ?> handler) {
    int readers = Runners.readers(options);
    AggregateRatings aggregate =
        AggregateRatings.from(options.getInput())
            .withFormat(format)
            .withSkipped(skipped)
            .withRecords(ParquetInput.FORMAT)
            .withLimit(RunOptions.limitOf(options))
            .withShards(SHARDS_PER_READER * readers)
            .withRanges(RangePlan.DEFAULT.forReaders(readers));
    PCollection<Block<MovieRating>> ratings =
        pipeline.apply(
            "Aggregate",
            handler == null
                ? aggregate
                : aggregate.withBadRecordErrorHandler(handler, options.getMaxBadRecords()));
    return sinks.stream().map(sink -> sink.write(ratings, handler)).toList();
  }

  private static RatingFormat formatOf(MovieRatingsOptions options) {
    RatingFormat usual =
        options.getHeader() ? RatingFormat.MOVIELENS : RatingFormat.MOVIELENS.withoutHeader();
    return new RatingFormat(
            options.getHeader(),
            CsvInputOptions.delimiter(options.getDelimiter()),
            given(options.getMovieColumn(), usual.movieColumn()),
            given(options.getRatingColumn(), usual.ratingColumn()),
            given(options.getUserColumn(), usual.userColumn()),
            given(options.getTimestampColumn(), usual.timestampColumn()))
        .withTextMovies(MovieIdOptions.isText(options));
  }

  private static String given(@Nullable String option, String otherwise) {
    return option == null ? otherwise : option;
  }
}
