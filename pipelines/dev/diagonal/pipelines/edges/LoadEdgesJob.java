package dev.diagonal.pipelines.edges;

import dev.diagonal.conflictfree.BatchWritten;
import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.files.InputFiles;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.edges.Edge;
import dev.diagonal.internal.edges.EdgeTables;
import dev.diagonal.internal.files.stored.PieceCuts;
import dev.diagonal.internal.jdbc.relationships.LoadedFiles;
import dev.diagonal.internal.jdbc.table.FilesOfRows;
import dev.diagonal.internal.jdbc.table.RowsOfFiles;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.internal.transfer.sink.TargetTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.options.ConflictFreeOptions;
import dev.diagonal.pipelines.options.Counts;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.options.FileChangeOptions;
import dev.diagonal.pipelines.options.InternalSchemaOptions;
import dev.diagonal.pipelines.options.ParallelWrite;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.run.Summary;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.usage.Mistakes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** The pipeline of {@link LoadEdges}: read, assign to cells, write. */
final class LoadEdgesJob implements Job {

  private static final String STEP = "Write edges";

  private static final long BASE_HEAP_BYTES = 96L << 20;
  private static final long READER_HEAP_BYTES = 8L << 20;

  /** The size of an edge: its object, its texts and its place in a buffer. */
  private static final long EDGE_BYTES = 160;

  private final LoadEdgesOptions options;
  private final EdgeInput input;
  private final ScheduleKind kind;
  private final SinkPlace place;
  private final ParallelWrite parallel;
  private final Counts counts;
  private final DeadLetters deadLetters;
  private final FilesOfRows<Edge> filesOfEdges;
  private final FirstEdges firstEdges;
  private JdbcTarget database;
  private RelationshipTables tables;

  /** How files are cut whose edges are identified by their places; null if there are none. */
  private @Nullable PieceCuts pieces;

  private LoadEdgesJob(LoadEdgesOptions options, EdgeInput input) {
    this.options = options;
    this.input = input;
    this.kind = ScheduleKind.valueOf(options.getSchedule().name().toUpperCase(Locale.ROOT));
    this.place = SinkPlace.of(options.getJdbcUrl(), options.getJdbcUrl());
    this.parallel = new ParallelWrite(options, kind, input.rows());
    this.counts = new Counts(options);
    this.tables = FormatOptions.tables(options, input.format());
    this.deadLetters = input.isEndless() ? DeadLetters.ofStream(options) : DeadLetters.of(options);
    this.filesOfEdges =
        new FilesOfRows<>(
            InternalSchemaOptions.schemaOf(options).name(),
            Edge::piece,
            FileChangeOptions.ADVICE + ", or use an id column with --idColumn");
    this.firstEdges = new FirstEdges(options, input, deadLetters.path() != null);
    this.database = Sinks.postgres(place, options, ServerUrls.TO_COME);
    // Refuses invalid settings before anything is done.
    UpsertRelationships<Edge> unused = writers(grid());
  }

  /**
   * @throws IllegalArgumentException if an option is invalid
   */
  static LoadEdgesJob of(LoadEdgesOptions options) {
    if ("none".equals(options.getJdbcUrl())) {
      throw new IllegalArgumentException("there is no target: set --jdbcUrl");
    }
    if ((options.getSchedule() == LoadEdgesOptions.ScheduleName.components)
        != (options.getComponentColumn() != null)) {
      throw new IllegalArgumentException(
          "--schedule=components needs --componentColumn, which other schedules do not use");
    }
    if (options.getSchedule() == LoadEdgesOptions.ScheduleName.components
        && options.getCounts() == ConflictFreeOptions.Counting.mixed) {
      throw new IllegalArgumentException(
          "--counts=mixed needs --schedule=monopartite or bipartite, got components");
    }
    Mistakes mistakes = new Mistakes();
    mistakes.attempt(() -> Sinks.checkTable("edgesTable", options.getEdgesTable()));
    mistakes.attempt(() -> Sinks.checkTable("nodesTable", options.getNodesTable()));
    mistakes.attempt(() -> Sinks.checkTable("targetNodesTable", options.getTargetNodesTable()));
    SinkPlace place = SinkPlace.of(options.getJdbcUrl(), options.getJdbcUrl());
    mistakes.attempt(() -> Sinks.postgres(place, options, ServerUrls.TO_COME));
    mistakes.attempt(() -> ParallelWrite.check(options));
    EdgeInput input = mistakes.value(() -> EdgeInput.of(options));
    mistakes.throwIfAny();
    return new LoadEdgesJob(options, Objects.requireNonNull(input));
  }

  @Override
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add(input.describe());
    lines.add("creates: the table " + tables.edges().name() + ", if it is missing");
    tables
        .endTables()
        .forEach(table -> lines.add("creates: the table " + table.name() + ", if it is missing"));
    lines.add("writes:  a row per edge, and its counts at both nodes, to " + database);
    lines.add(parallel.describe());
    lines.add(deadLetters.describe());
    return lines;
  }

  @Override
  public JobFiles files() {
    return JobFiles.NONE.reads("input", options.getInput());
  }

  @Override
  public String afterInterruption() {
    return "Committed edges stay, with their counts. The same command adds the others.";
  }

  @Override
  public long inputBytes() {
    return input.bytes();
  }

  @Override
  public long heapBytes() {
    return BASE_HEAP_BYTES
        + Runners.readers(options) * READER_HEAP_BYTES
        + parallel.heapBytes(EDGE_BYTES);
  }

  @Override
  public Set<EmbeddedServers.Kind> embeddedServers() {
    return place.isEmbedded() ? Set.of(EmbeddedServers.Kind.POSTGRES) : Set.of();
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception {
    database = Sinks.postgres(place, options, servers);
    input.setTypesOf(TargetTable.types(database, options.getEdgesTable()));
    tables = FormatOptions.tables(options, input.format());
    List<Edge> unusedEdges = firstEdges.read(database, false);
    tables.createIfMissing(database);
    InputFiles files = input.filesOfPlaces();
    if (files != null) {
      pieces =
          new LoadedFiles(database, filesOfEdges, tables.edges(), options.getAppendOnly())
              .compare(files);
    }
    counts.prepare(writers(grid()));
    List<Output> outputs = new ArrayList<>();
    PCollection<BatchWritten> unused =
        deadLetters.collect(pipeline, outputs, handler -> write(pipeline, handler));
    outputs.add(
        new Output(
            "PostgreSQL", STEP, "table %s in %s".formatted(tables.edges().name(), database)));
    return outputs;
  }

  @Override
  public void dryRun(Findings findings) throws InterruptedException {
    new LoadEdgesDryRun(options, input, filesOfEdges, firstEdges, database).report(findings);
  }

  @Override
  public List<String> remarks(PipelineResult result) {
    List<String> remarks = new ArrayList<>(input.remarks());
    remarks.addAll(Summary.repeatedHeaders(result));
    remarks.addAll(parallel.remarks(result));
    remarks.addAll(counts.remarks());
    return remarks;
  }

  @Override
  public boolean isEndless() {
    return input.isEndless();
  }

  @Override
  public void end() {
    input.end();
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
    return input.isEndless() ? null : counts.needsLauncher();
  }

  private PCollection<BatchWritten> write(
      Pipeline pipeline, @Nullable ErrorHandler<BadRecord, ?> handler) {
    Grid<Edge> grid = grid();
    WriteConflictFree<Edge> write =
        parallel.with(WriteConflictFree.by(counts.on(grid), writers(grid)));
    if (handler != null) {
      write =
          write.withBadRecordErrorHandler(handler).withMaxBadRecords(options.getMaxBadRecords());
    }
    return pipeline.apply(STEP, input.into(write, database, pieces, handler));
  }

  private UpsertRelationships<Edge> writers(Grid<Edge> grid) {
    RowBinder<Edge> binder =
        RowsOfFiles.of(EdgeTables.binder(input.format()), pieces == null ? null : filesOfEdges);
    UpsertRelationships<Edge> writers =
        counts.with(UpsertRelationships.into(database, tables, binder), grid);
    boolean refusing = kind == ScheduleKind.BIPARTITE && tables.isOneTable();
    return refusing ? writers.refusingBothEnds() : writers;
  }

  private Grid<Edge> grid() {
    int tableSize = parallel.tableSize();
    if (kind == ScheduleKind.COMPONENTS) {
      int column = input.format().columnNames().indexOf(options.getComponentColumn());
      return Grid.components(tableSize, edge -> edge.columns().get(column));
    }
    Grid.Ends ends =
        kind == ScheduleKind.BIPARTITE ? Grid.bipartite(tableSize) : Grid.monopartite(tableSize);
    return input.format().textIds()
        ? ends.by(Edge::source, Edge::target)
        : ends.byLongs(Edge::sourceNumber, Edge::targetNumber);
  }
}
