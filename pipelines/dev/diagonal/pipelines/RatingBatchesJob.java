package dev.diagonal.pipelines;

import dev.diagonal.block.InputFiles;
import dev.diagonal.block.RangePlan;
import dev.diagonal.fault.BadLine;
import dev.diagonal.jdbc.JdbcTarget;
import dev.diagonal.jobs.BatchPlan;
import dev.diagonal.jobs.BatchWorker;
import dev.diagonal.jobs.BatchesFailedException;
import dev.diagonal.jobs.JobSchema;
import dev.diagonal.jobs.JobStatus;
import dev.diagonal.jobs.JobTables;
import dev.diagonal.jobs.LoadRatings;
import dev.diagonal.jobs.ProcessBatches;
import dev.diagonal.jobs.ProcessedBatch;
import dev.diagonal.jobs.Publication;
import dev.diagonal.jobs.WorkSettings;
import dev.diagonal.pipelines.cli.EmbeddedServers;
import dev.diagonal.pipelines.cli.Job;
import dev.diagonal.pipelines.cli.Runners;
import dev.diagonal.pipelines.cli.SinkPlace;
import dev.diagonal.pipelines.cli.Sinks;
import dev.diagonal.ratings.RatingFormat;
import dev.diagonal.write.WriteDeadLetters;
import dev.diagonal.write.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * The steps of {@link RatingBatches}: load and work are pipelines, plan and publish statements of
 * this process.
 */
final class RatingBatchesJob implements Job {

  /** In the order in which they are done. */
  private enum Step {
    LOAD,
    PLAN,
    WORK,
    PUBLISH,
    STATUS
  }

  private static final String WORK_STEP = "Process batches";

  /** Runners deal elements to their slots at random: none should come away empty-handed. */
  private static final int WORKERS_PER_READER = 16;

  private static final long BASE_HEAP_BYTES = 96L << 20;

  /** The totals of a million movies, or the ratings of a transaction in the making. */
  private static final long READER_HEAP_BYTES = 40L << 20;

  private final RatingBatchesOptions options;
  private final @Nullable InputFiles input;
  private final Set<Step> steps;
  private final JobTables tables;
  private final RatingFormat format;
  private final WorkSettings settings;
  private final SinkPlace place;
  private final List<String> done = new ArrayList<>();
  private final List<BadLine> badRowsOfOne = new ArrayList<>();
  private long badLines;
  private JdbcTarget database;

  /**
   * @throws IllegalArgumentException if an option does not fit
   */
  RatingBatchesJob(RatingBatchesOptions options, @Nullable InputFiles input) {
    this.options = options;
    this.input = input;
    this.steps = stepsOf(options);
    this.tables =
        new JobTables(
            options.getRatingsTable(),
            options.getIdColumn(),
            options.getUserColumn(),
            options.getMovieColumn(),
            options.getRatingColumn(),
            options.getBatchesTable(),
            options.getStagingTable(),
            options.getJdbcTable());
    this.format = formatOf(options);
    require(options.getBatchRows() >= 1, "--batchRows must be >= 1, got " + options.getBatchRows());
    require(options.getBatchId() >= 0, "--batchId must be >= 0, got " + options.getBatchId());
    require(
        options.getLeaseSeconds() >= 1,
        "--leaseSeconds must be >= 1, got " + options.getLeaseSeconds());
    require(
        options.getMaxAttempts() >= 1,
        "--maxAttempts must be >= 1, got " + options.getMaxAttempts());
    WorkSettings work =
        WorkSettings.DEFAULT
            .withLease(Duration.ofSeconds(options.getLeaseSeconds()))
            .withMaxAttempts(options.getMaxAttempts());
    this.settings =
        options.getBadRecords() == null ? work : work.skippingBadRows(options.getMaxBadRecords());
    this.place = SinkPlace.of(options.getJdbcUrl(), options.getJdbcUrl());
    require(!place.isNone(), "the ratings are in a database: give --jdbcUrl");
    require(
        (input != null) == steps.contains(Step.LOAD),
        "the step load needs --input, and --input needs the step load");
    require(
        !isOneBatch() || steps.equals(EnumSet.of(Step.WORK)),
        "--batchId goes with the step work alone");
    require(
        !Runners.isDetached(options) || steps.equals(EnumSet.of(Step.WORK)),
        "with --attachedMode=false the only step is work: --steps=work");
    this.database = Sinks.jdbc(place, options, ServerUrls.TO_COME);
  }

  @Override
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "steps:   " + String.join(", ", steps.stream().map(RatingBatchesJob::nameOf).toList()));
    if (input != null) {
      lines.add(
          String.format(
              Locale.ROOT,
              "reads:   %,d file(s), %,.1f MB, into table %s",
              input.files().size(),
              input.totalBytes() / 1e6,
              tables.ratings()));
    }
    lines.add(
        "reads:   %s (%s, %s, %s) in %s"
            .formatted(
                tables.ratings(),
                tables.idColumn(),
                tables.movieColumn(),
                tables.ratingColumn(),
                database));
    if (!steps.equals(EnumSet.of(Step.STATUS))) {
      if (steps.contains(Step.LOAD)) {
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
              ? "bad:     a bad row fails its batch, a bad line the run"
              : badRows().describe());
    }
    return lines;
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
    return place.isEmbedded() ? Set.of(EmbeddedServers.Kind.POSTGRES) : Set.of();
  }

  @Override
  public boolean hasPipeline() {
    return steps.contains(Step.WORK) && !isOneBatch();
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception {
    database = Sinks.jdbc(place, options, servers);
    if (steps.equals(EnumSet.of(Step.STATUS))) {
      return List.of();
    }
    if (steps.contains(Step.LOAD)) {
      JobSchema.createRatingsIfMissing(database, tables);
      JobSchema.createIfMissing(database, tables);
      load();
    } else {
      JobSchema.createIfMissing(database, tables);
    }
    if (steps.contains(Step.PLAN)) {
      BatchPlan.Planned planned =
          BatchPlan.plan(database, tables, options.getBatchRows(), options.getRecount());
      say("planned: %,d new batches of %,d ratings", planned.batches(), planned.rows());
      if (planned.reopened() > 0) {
        say("         %,d batches have other rows than before", planned.reopened());
      }
    }
    return hasPipeline() ? work(pipeline) : List.of();
  }

  @Override
  public void complete() throws Exception {
    if (isOneBatch()) {
      processOne();
    }
    JobStatus worked = hasPipeline() ? JobStatus.of(database, tables) : null;
    long failed = worked == null ? 0 : worked.failedBatches();
    if (steps.contains(Step.PUBLISH) && (failed == 0 || options.getPublishIncomplete())) {
      Publication.Published published =
          Publication.publish(
              database, tables, options.getPublishIncomplete(), options.getMaxBadRecords());
      say(
          "published: %,d batches, %,d movies new or changed and %,d deleted in table %s",
          published.batches(), published.written(), published.deleted(), tables.totals());
    }
    if (steps.contains(Step.STATUS)) {
      status(JobStatus.of(database, tables));
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
    return badLines + badRowsOfOne.size();
  }

  /** A pipeline of its own: what it loads must be there before it is planned. */
  private void load() throws Exception {
    Pipeline pipeline = Pipeline.create(options);
    LoadRatings load =
        LoadRatings.from(Objects.requireNonNull(options.getInput()), format, database, tables)
            .withRanges(RangePlan.DEFAULT.forReaders(Runners.readers(options)));
    PCollection<Written> unused =
        DeadLetters.of(options)
            .collect(
                pipeline,
                new ArrayList<>(),
                handler ->
                    pipeline.apply(
                        "Load",
                        handler == null
                            ? load
                            : load.withBadRecordErrorHandler(handler, options.getMaxBadRecords())));
    Runners.Read read = Runners.runToItsEnd(pipeline);
    badLines = read.badRecords();
    say(
        "loaded:  %,d ratings read%s",
        read.rows(), badLines == 0 ? "" : String.format(Locale.ROOT, ", %,d bad lines", badLines));
  }

  private List<Output> work(Pipeline pipeline) throws Exception {
    BatchWorker.beginRun(database, tables);
    ProcessBatches process =
        ProcessBatches.in(database, tables)
            .with(settings)
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

  /** Bad lines of the step load have the file for themselves. */
  private DeadLetters badRows() {
    String file = options.getBadRecords();
    boolean shared = file != null && steps.contains(Step.LOAD);
    return new DeadLetters(shared ? file + ".rows" : file, options.getMaxBadRecords());
  }

  private void processOne() throws Exception {
    try (BatchWorker worker = new BatchWorker(database, tables, settings)) {
      BatchWorker.Outcome outcome =
          worker.processBatch(
              options.getBatchId(),
              (batch, badRows) -> {
                say(
                    "batch %d: complete, %,d ratings of %,d movies, %,d bad, attempt %d",
                    batch.batchId(),
                    batch.rows(),
                    batch.movies(),
                    batch.badRows(),
                    batch.attempt());
                badRowsOfOne.addAll(badRows);
              });
      writeBadRowsOfOne();
      switch (outcome) {
        case COMPLETED -> {}
        case WAS_COMPLETE -> say("batch %d: was complete before", options.getBatchId());
        case TAKEN ->
            throw new BatchesFailedException(
                tables,
                options.getBatchId(),
                "another worker is at it, and its lease has not ended");
        case LOST ->
            throw new BatchesFailedException(
                tables,
                options.getBatchId(),
                "its lease ended, and it was given to another worker");
        case FAILED ->
            throw new BatchesFailedException(
                tables,
                1,
                JobStatus.failureOf(database, tables, options.getBatchId()).stream().toList());
      }
    }
  }

  /** As those of a pipeline are written, and by one. */
  private void writeBadRowsOfOne() {
    String file = options.getBadRecords();
    if (file == null) {
      return;
    }
    Pipeline pipeline = Pipeline.create(options);
    PCollection<Written> unused =
        pipeline
            .apply(
                "Bad rows",
                Create.of(badRowsOfOne.stream().map(BadLine::toBadRecord).toList())
                    .withCoder(BadRecord.getCoder(pipeline)))
            .apply("Dead letters", WriteDeadLetters.to(file, options.getMaxBadRecords()));
    Runners.Read unusedToo = Runners.runToItsEnd(pipeline);
  }

  private void status(JobStatus status) {
    for (JobStatus.Count count : status.byStatus()) {
      say("%-10s %,10d batches %,15d ratings", count.status(), count.batches(), count.rows());
    }
    say("not published: %,d of the complete ones", status.unpublished());
    say("bad: %,d ratings of the complete ones were left out", status.badRows());
    say("rate: %,d ratings/s a worker", status.rowsPerSecond());
    JobStatus.Lease lease = status.oldestLease();
    if (lease != null) {
      say(
          "oldest lease: batch %d, for %d s, by %s, %s",
          lease.batchId(),
          lease.age().toSeconds(),
          lease.worker(),
          lease.left().isNegative()
              ? "ended %d s ago".formatted(-lease.left().toSeconds())
              : "ends in %d s".formatted(lease.left().toSeconds()));
    }
    for (JobStatus.Failed failed : status.failed()) {
      say(
          "failed: batch %d after %d attempts: %s",
          failed.batchId(), failed.attempts(), failed.error());
    }
    long more = status.failedBatches() - status.failed().size();
    if (more > 0) {
      say("failed: %,d more", more);
    }
  }

  private void say(String line, Object... values) {
    done.add(String.format(Locale.ROOT, line, values));
  }

  private boolean isOneBatch() {
    return options.getBatchId() > 0;
  }

  private static Set<Step> stepsOf(RatingBatchesOptions options) {
    List<String> given = options.getSteps();
    if (given == null) {
      if (options.getBatchId() > 0) {
        return EnumSet.of(Step.WORK);
      }
      EnumSet<Step> usual = EnumSet.of(Step.PLAN, Step.WORK, Step.PUBLISH);
      if (options.getInput() != null) {
        usual.add(Step.LOAD);
      }
      return usual;
    }
    EnumSet<Step> steps = EnumSet.noneOf(Step.class);
    for (String name : given) {
      steps.add(
          Arrays.stream(Step.values())
              .filter(step -> nameOf(step).equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "--steps takes some of load, plan, work, publish, status, got '%s'"
                              .formatted(name))));
    }
    return steps;
  }

  private static String nameOf(Step step) {
    return step.name().toLowerCase(Locale.ROOT);
  }

  private static RatingFormat formatOf(RatingBatchesOptions options) {
    String delimiter = options.getDelimiter().equals("tab") ? "\t" : options.getDelimiter();
    require(
        delimiter.length() == 1,
        "--delimiter takes one character or 'tab', got '" + delimiter + "'");
    RatingFormat usual =
        options.getHeader() ? RatingFormat.MOVIELENS : RatingFormat.MOVIELENS.withoutHeader();
    return new RatingFormat(
        usual.header(),
        delimiter.charAt(0),
        usual.movieColumn(),
        usual.ratingColumn(),
        usual.userColumn(),
        usual.timestampColumn());
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
