package dev.diagonal.pipelines.batches;

import dev.diagonal.files.InputFiles;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.internal.files.output.OutputPlace;
import dev.diagonal.internal.jobs.BatchesFailedException;
import dev.diagonal.internal.jobs.schema.JobSchema;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.BatchPlan;
import dev.diagonal.jobs.BatchWorker;
import dev.diagonal.jobs.JobStatus;
import dev.diagonal.jobs.ProcessBatches;
import dev.diagonal.jobs.ProcessedBatch;
import dev.diagonal.jobs.Publication;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.ratings.data.RatingFormat;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Runs the steps of {@link RatingBatches}: load and work as pipelines, plan and publish as SQL
 * statements of this process.
 */
final class RatingBatchesJob implements Job {

  private static final String WORK_STEP = "Process batches";

  /** Runners distribute elements over their slots at random; with this many, no slot stays idle. */
  private static final int WORKERS_PER_READER = 16;

  private static final long BASE_HEAP_BYTES = 96L << 20;

  /** The heap for the totals of a million movies, or the ratings of a pending transaction. */
  private static final long READER_HEAP_BYTES = 40L << 20;

  private final RatingBatchesOptions options;
  private final @Nullable InputFiles input;
  private final SkippedLines skipped;
  private final RatingBatchesRequest request;
  private final Set<BatchStep> steps;
  private final JobTables tables;
  private final List<String> done = new ArrayList<>();
  private long badLines;
  private long badOfOne;
  private JdbcTarget database;

  /**
   * @throws IllegalArgumentException if an option is invalid
   */
  RatingBatchesJob(RatingBatchesOptions options, @Nullable InputFiles input) {
    if (input == null) {
      RunOptions.refuseLimit(options, "it limits the step load, which needs --input");
    }
    this.options = options;
    this.input = input;
    this.skipped = CsvInputOptions.skipped(options);
    this.request = RatingBatchesRequest.of(options, input != null);
    this.steps = request.steps();
    this.tables = request.tables();
    this.database = Sinks.postgres(request.place(), options, ServerUrls.TO_COME);
  }

  @Override
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add("steps:   " + String.join(", ", steps.stream().map(BatchStep::optionName).toList()));
    if (input != null) {
      lines.add("reads:   %s, into table %s".formatted(input.describe(), tables.ratings()));
    }
    lines.add(
        "reads:   %s (%s, %s, %s) in %s"
            .formatted(
                tables.ratings(),
                tables.idColumn(),
                tables.movieColumn(),
                tables.ratingColumn(),
                database));
    if (!steps.equals(EnumSet.of(BatchStep.STATUS))) {
      if (steps.contains(BatchStep.LOAD)) {
        lines.add("creates: the table " + tables.ratings() + ", if it is missing");
      }
      for (String table : List.of(tables.batches(), tables.staging(), tables.totals())) {
        lines.add("creates: the table " + table + ", if it is missing");
      }
      lines.add(
          String.format(
              Locale.ROOT,
              "batches: of %,d ratings, a lease of %d s, up to %d attempts",
              options.getBatchRows(),
              options.getLeaseSeconds(),
              options.getMaxAttempts()));
      lines.add(
          options.getBadRecords() == null
              ? "bad:     a bad record of a file fails the run, one of the table fails its batch"
              : badRows().describe());
    }
    return lines;
  }

  @Override
  public JobFiles files() {
    String badRows = badRows().path();
    JobFiles files = JobFiles.NONE.reads("input", options.getInput());
    return badRows == null || badRows.equals(options.getBadRecords())
        ? files
        : files.writes("badRecords", badRows);
  }

  @Override
  public String afterInterruption() {
    return "Completed batches stay. The same command processes the others.";
  }

  @Override
  public long inputBytes() {
    return 0;
  }

  @Override
  public long heapBytes() {
    return BASE_HEAP_BYTES + Runners.readers(options) * READER_HEAP_BYTES;
  }

  @Override
  public Set<EmbeddedServers.Kind> embeddedServers() {
    return request.place().isEmbedded() ? Set.of(EmbeddedServers.Kind.POSTGRES) : Set.of();
  }

  @Override
  public boolean hasPipeline() {
    return steps.contains(BatchStep.WORK) && !isOneBatch();
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception {
    database = Sinks.postgres(request.place(), options, servers);
    if (steps.equals(EnumSet.of(BatchStep.STATUS))) {
      return List.of();
    }
    if (steps.contains(BatchStep.LOAD)) {
      InputFiles files = Objects.requireNonNull(input);
      RatingFormat format = request.formatIn(files, skipped);
      List<List<String>> unused = LoadStep.firstRecords(options, files, format);
      JobSchema.createRatingsIfMissing(database, tables, options.getOnePerUserAndMovie());
      JobSchema.createIfMissing(database, tables);
      LoadStep.Loaded loaded = new LoadStep(options, skipped, database, tables).run(files, format);
      badLines = loaded.badLines();
      done.add(loaded.line());
    } else {
      JobSchema.createIfMissing(database, tables);
    }
    if (steps.contains(BatchStep.PLAN)) {
      BatchPlan.Planned planned =
          BatchPlan.plan(database, tables, options.getBatchRows(), options.getRecount());
      say("planned: %,d new batches of %,d ratings", planned.batches(), planned.rows());
      if (planned.reopened() > 0) {
        say("         %,d batches whose rows have changed", planned.reopened());
      }
    }
    return hasPipeline() ? work(pipeline) : List.of();
  }

  @Override
  public void dryRun(Findings findings) throws InterruptedException {
    new RatingBatchesDryRun(options, request, database, input, skipped).report(findings);
  }

  @Override
  public String completion() {
    return steps.contains(BatchStep.PUBLISH) ? "publishing the totals" : "finishing";
  }

  @Override
  public void complete() throws Exception {
    if (isOneBatch()) {
      OneBatch one = new OneBatch(options, database, request);
      done.addAll(one.process());
      badOfOne = one.badRows();
    }
    JobStatus worked = hasPipeline() ? JobStatus.of(database, tables) : null;
    long failed = worked == null ? 0 : worked.failedBatches();
    if (steps.contains(BatchStep.PUBLISH) && (failed == 0 || options.getPublishIncomplete())) {
      Publication.Published published =
          Publication.publish(
              database, tables, options.getPublishIncomplete(), options.getMaxBadRecords());
      say(
          "published: %,d batches, %,d movies new or changed and %,d deleted in table %s",
          published.batches(), published.written(), published.deleted(), tables.totals());
    }
    if (steps.contains(BatchStep.STATUS)) {
      done.addAll(StatusLines.of(JobStatus.of(database, tables)));
    }
    if (worked != null && failed > 0) {
      throw new BatchesFailedException(tables, failed, worked.failed());
    }
  }

  @Override
  public List<String> remarks(PipelineResult result) {
    return done;
  }

  @Override
  public List<String> report() {
    return done;
  }

  @Override
  public long moreBadRecords() {
    return badLines + badOfOne;
  }

  private List<Output> work(Pipeline pipeline) throws Exception {
    BatchWorker.beginRun(database, tables);
    ProcessBatches process =
        ProcessBatches.in(database, tables)
            .with(request.settings())
            .withWorkers(WORKERS_PER_READER * Runners.readers(options));
    List<Output> outputs = new ArrayList<>();
    PCollection<ProcessedBatch> unused =
        badRows()
            .collect(
                pipeline,
                outputs,
                handler ->
                    pipeline.apply(
                        WORK_STEP,
                        handler == null
                            ? process
                            : process.withBadRecordErrorHandler(
                                handler, options.getMaxBadRecords())));
    outputs.add(
        new Output(
            "PostgreSQL", WORK_STEP, "table %s in %s".formatted(tables.staging(), database)));
    return outputs;
  }

  /** Returns where bad rows go. Bad records of the step load have the named file to themselves. */
  private DeadLetters badRows() {
    String file = options.getBadRecords();
    if (file == null || !steps.contains(BatchStep.LOAD)) {
      return DeadLetters.to(file, options);
    }
    if (OutputPlace.of(file).isStream()) {
      throw new UsageException(
          "--badRecords: the steps load and work write one file each, but '%s' is a stream: name a file"
              .formatted(file));
    }
    return DeadLetters.to(file + ".rows", options);
  }

  private void say(String line, Object... values) {
    done.add(String.format(Locale.ROOT, line, values));
  }

  private boolean isOneBatch() {
    return options.getBatchId() > 0;
  }
}
