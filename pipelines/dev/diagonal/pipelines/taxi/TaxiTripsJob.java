package dev.diagonal.pipelines.taxi;

import dev.diagonal.conflictfree.BatchWritten;
import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.ReadLines;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.files.PiecedLines;
import dev.diagonal.internal.files.stored.PieceCuts;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.internal.statement.Neo4jSlots;
import dev.diagonal.internal.taxi.TaxiTables;
import dev.diagonal.internal.taxi.Trip;
import dev.diagonal.internal.taxi.TripLines;
import dev.diagonal.internal.taxi.TripRemarks;
import dev.diagonal.internal.taxi.Zone;
import dev.diagonal.internal.taxi.ZoneFiles;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.dryrun.ShownRows;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.options.Counts;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.options.ParallelWrite;
import dev.diagonal.pipelines.options.ParquetInput;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.run.Summary;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline of {@link TaxiTrips}: writes zones before it starts, then reads trips, assigns them
 * to cells and writes them.
 */
final class TaxiTripsJob implements Job {

  private static final String STEP = "Write trips";

  /** The size of a line of a file of trips; compressed it is a sixth of that. */
  private static final int LINE_BYTES = 110;

  private static final int COMPRESSED_LINE_BYTES = 18;

  private static final long BASE_HEAP_BYTES = 96L << 20;
  private static final long READER_HEAP_BYTES = 8L << 20;

  /** The size of a trip as an object, and of its values while they are sent to the database. */
  private static final long TRIP_BYTES = 600;

  private final TaxiTripsOptions options;
  private final InputFiles input;
  private final SkippedLines skipped;
  private final LineConsumer.Factory<Trip> lines;
  private final List<Zone> zones;
  private final SinkPlace place;
  private final Counts counts;
  private final TripSink sink;
  private final DeadLetters deadLetters;
  private final ParallelWrite parallel;

  /** How files are cut into the pieces that trips name; null for no pieces. */
  private @Nullable PieceCuts pieces;

  private TaxiTripsJob(TaxiTripsOptions options, InputFiles input, List<Zone> zones) {
    this.options = options;
    this.input = input;
    this.skipped = CsvInputOptions.skipped(options);
    this.lines = TripLines.of(CsvInputOptions.delimiter(options.getDelimiter()));
    this.zones = zones;
    this.place = SinkPlace.of(options.getJdbcUrl(), options.getJdbcUrl());
    this.counts = new Counts(options);
    this.sink =
        Neo4jTripSink.isAt(place)
            ? new Neo4jTripSink(options, place)
            : new PostgresTripSink(options, place, counts);
    this.deadLetters = DeadLetters.of(options);
    long rows = ParallelWrite.lines(input, LINE_BYTES, COMPRESSED_LINE_BYTES);
    this.parallel =
        Neo4jTripSink.isAt(place)
            ? new ParallelWrite(options, ScheduleKind.MONOPARTITE, rows, Neo4jSlots.COUNT)
            : new ParallelWrite(options, ScheduleKind.MONOPARTITE, rows);
    // Refuses invalid settings before anything is done.
    Object unused = sink.writers(grid());
  }

  /**
   * @throws IllegalArgumentException if an option is invalid
   */
  static TaxiTripsJob of(TaxiTripsOptions options) {
    if ("none".equals(options.getJdbcUrl())) {
      throw new IllegalArgumentException("there is no target: set --jdbcUrl");
    }
    List<String> zones = options.getZones();
    return new TaxiTripsJob(
        options,
        found("--input", () -> ParquetInput.checked(InputFiles.matching(options.getInput()))),
        zones == null
            ? List.of()
            : found("--zones", () -> ZoneFiles.read(InputFiles.matching(zones))));
  }

  private static <T> T found(String option, Supplier<T> files) {
    try {
      return files.get();
    } catch (BadInputException e) {
      throw new UsageException(option + ": " + e.getMessage(), e);
    }
  }

  @Override
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(Locale.ROOT, "reads:   %s, and %,d zones", input.describe(), zones.size()));
    sink.creates().forEach(what -> lines.add("creates: " + what + ", if it is missing"));
    lines.add("writes:  the zones, then each trip, counted at its two zones, to " + sink.target());
    lines.add(parallel.describe());
    lines.add(deadLetters.describe());
    return lines;
  }

  @Override
  public JobFiles files() {
    return JobFiles.NONE.reads("input", options.getInput()).reads("zones", options.getZones());
  }

  @Override
  public String afterInterruption() {
    return "Committed trips stay, with their counts. The same command adds the others.";
  }

  @Override
  public long inputBytes() {
    return input.totalBytes();
  }

  @Override
  public long heapBytes() {
    return BASE_HEAP_BYTES
        + Runners.readers(options) * READER_HEAP_BYTES
        + parallel.heapBytes(TRIP_BYTES);
  }

  @Override
  public Set<EmbeddedServers.Kind> embeddedServers() {
    return place.isEmbedded() ? Set.of(EmbeddedServers.Kind.POSTGRES) : Set.of();
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception {
    CsvInputOptions.firstRecords(options, true)
        .check(input, lines.create(), deadLetters.path() != null);
    pieces = sink.prepare(servers, zones, input);
    List<Output> outputs = new ArrayList<>();
    PCollection<BatchWritten> unused =
        deadLetters.collect(pipeline, outputs, handler -> write(pipeline, handler));
    outputs.add(new Output(sink.kind(), STEP, sink.target()));
    return outputs;
  }

  @Override
  public void dryRun(Findings findings) throws InterruptedException {
    sink.dryRun(findings, input);
    findings.rows(
        "the input",
        () ->
            ShownRows.of(
                TaxiTables.of("trips", "zones").edges(),
                TaxiTables.tripBinder(),
                CsvInputOptions.firstRecords(options, true)
                    .results(
                        input, lines.create(), deadLetters.path() != null, ShownRows.MOST, false)));
  }

  @Override
  public List<String> remarks(PipelineResult result) {
    List<String> remarks = new ArrayList<>(parallel.remarks(result));
    remarks.addAll(counts.remarks());
    remarks.addAll(TripRemarks.of(Summary.counters(result)));
    return remarks;
  }

  @Override
  public String completion() {
    return counts.completion();
  }

  @Override
  public void complete() throws Exception {
    counts.complete();
  }

  @Override
  public @Nullable String needsLauncher() {
    return counts.needsLauncher();
  }

  private PCollection<BatchWritten> write(
      Pipeline pipeline, @Nullable ErrorHandler<BadRecord, ?> handler) {
    Grid<Trip> grid = grid();
    WriteConflictFree<Trip> write =
        parallel.with(WriteConflictFree.by(counts.on(grid), sink.writers(grid)));
    ReadLines<Trip> trips =
        ReadLines.from(options.getInput())
            .into(PiecedLines.of(lines, pieces), Trip.coder())
            .withHeader(true)
            .withSkipped(skipped)
            .withRecords(ParquetInput.FORMAT)
            .withLimit(RunOptions.limitOf(options))
            .withRanges(RangePlan.DEFAULT.forReaders(Runners.readers(options)));
    if (handler != null) {
      write =
          write.withBadRecordErrorHandler(handler).withMaxBadRecords(options.getMaxBadRecords());
      trips =
          trips.withBadRecordErrorHandler(handler).withMaxBadRecords(options.getMaxBadRecords());
    }
    return pipeline.apply(STEP, write.from(trips));
  }

  private Grid<Trip> grid() {
    return Grid.monopartite(parallel.tableSize()).byLongs(Trip::pickupZone, Trip::dropoffZone);
  }
}
