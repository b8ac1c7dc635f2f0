package dev.diagonal.pipelines;

import dev.diagonal.block.InputFiles;
import dev.diagonal.block.RangePlan;
import dev.diagonal.block.ReadBlocks;
import dev.diagonal.edges.Edge;
import dev.diagonal.edges.Edge.IdKind;
import dev.diagonal.edges.EdgeFormat;
import dev.diagonal.edges.EdgeLines;
import dev.diagonal.edges.EdgeQuery;
import dev.diagonal.edges.EdgeTables;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.grid.Grid;
import dev.diagonal.grid.ScheduleKind;
import dev.diagonal.jdbc.JdbcTarget;
import dev.diagonal.jdbc.QueryRows;
import dev.diagonal.jdbc.RelationshipTables;
import dev.diagonal.jdbc.UpsertRelationships;
import dev.diagonal.pipelines.LoadEdgesOptions.IdType;
import dev.diagonal.pipelines.cli.EmbeddedServers;
import dev.diagonal.pipelines.cli.Job;
import dev.diagonal.pipelines.cli.Runners;
import dev.diagonal.pipelines.cli.SinkPlace;
import dev.diagonal.pipelines.cli.Sinks;
import dev.diagonal.pipelines.cli.UsageException;
import dev.diagonal.write.BatchWritten;
import dev.diagonal.write.WriteConflictFree;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.StreamingOptions;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/** The pipeline of {@link LoadEdges}: read, deal, write. */
final class LoadEdgesJob implements Job {

  private static final String STEP = "Write edges";

  /** A line of an edge list; compressed it is a third of that. */
  private static final int LINE_BYTES = 20;

  private static final int COMPRESSED_LINE_BYTES = 7;

  /** Rows of a query, or of files to come, are not known: enough for any table size. */
  private static final long MANY_ROWS = 100_000_000;

  private static final long BASE_HEAP_BYTES = 96L << 20;
  private static final long READER_HEAP_BYTES = 8L << 20;

  /** An edge as an object, its texts and its place in a buffer. */
  private static final long EDGE_BYTES = 160;

  private final LoadEdgesOptions options;
  private final @Nullable InputFiles input;
  private final EdgeFormat format;
  private final ScheduleKind kind;
  private final SinkPlace place;
  private final ParallelWrite parallel;
  private final RelationshipTables tables;
  private final DeadLetters deadLetters;
  private JdbcTarget database;

  private LoadEdgesJob(LoadEdgesOptions options, @Nullable InputFiles input) {
    this.options = options;
    this.input = input;
    this.format = formatOf(options);
    this.kind = ScheduleKind.valueOf(options.getSchedule().name().toUpperCase(Locale.ROOT));
    this.place = SinkPlace.of(options.getJdbcUrl(), options.getJdbcUrl());
    this.parallel =
        new ParallelWrite(options, kind, isStreaming(options) ? MANY_ROWS : rows(input));
    String targets = options.getTargetNodesTable();
    this.tables =
        EdgeTables.of(
            format,
            options.getEdgesTable(),
            options.getNodesTable(),
            targets == null ? options.getNodesTable() : targets);
    this.deadLetters = DeadLetters.of(options);
    this.database = Sinks.jdbc(place, options, ServerUrls.TO_COME);
    // Refuses what does not fit before anything is done.
    UpsertRelationships<Edge> unused = writers(grid());
  }

  /**
   * @throws IllegalArgumentException if an option does not fit
   */
  static LoadEdgesJob of(LoadEdgesOptions options) {
    List<String> files = options.getInput();
    if ((files == null) == (options.getInputQuery() == null)) {
      throw new IllegalArgumentException("give --input or --inputQuery, one of the two");
    }
    if ("none".equals(options.getJdbcUrl())) {
      throw new IllegalArgumentException("there is nowhere to write to: give --jdbcUrl");
    }
    if (isStreaming(options)) {
      checkStreaming(options);
    }
    if (options.getInputQuery() != null && options.getIdColumn() == null) {
      throw new IllegalArgumentException(
          "--inputQuery needs --idColumn: a row of a query has no place to tell it by");
    }
    if ((options.getSchedule() == LoadEdgesOptions.ScheduleName.components)
        != (options.getComponentColumn() != null)) {
      throw new IllegalArgumentException(
          "--schedule=components needs --componentColumn, and no other schedule has one");
    }
    try {
      return new LoadEdgesJob(options, files == null ? null : found(options, files));
    } catch (BadInputException e) {
      throw new UsageException("--input: " + e.getMessage(), e);
    }
  }

  /** A directory that is watched may be empty at first. */
  private static InputFiles found(LoadEdgesOptions options, List<String> files) {
    return isStreaming(options) ? InputFiles.matchingIfAny(files) : InputFiles.matching(files);
  }

  private static boolean isStreaming(LoadEdgesOptions options) {
    return options.as(StreamingOptions.class).isStreaming();
  }

  private static void checkStreaming(LoadEdgesOptions options) {
    ParallelWrite.check("pollSeconds", options.getPollSeconds(), 1_000_000);
    if (options.getEndAfterIdleSeconds() < 0) {
      throw new IllegalArgumentException(
          "--endAfterIdleSeconds must be 0 or more, got " + options.getEndAfterIdleSeconds());
    }
    if (options.getInput() == null) {
      throw new IllegalArgumentException("--streaming needs --input: a query has an end");
    }
    if (options.getBadRecords() != null) {
      throw new IllegalArgumentException(
          "--badRecords is one file, there when the run has ended: it cannot go with --streaming");
    }
  }

  @Override
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add(
        input == null
            ? "reads:   the rows of a query"
            : String.format(
                Locale.ROOT,
                "reads:   %,d file(s), %,.1f MB",
                input.files().size(),
                input.totalBytes() / 1e6));
    lines.add("creates: the table " + tables.edges().name() + ", if it is missing");
    tables
        .endTables()
        .forEach(table -> lines.add("creates: the table " + table.name() + ", if it is missing"));
    lines.add("writes:  a row an edge, and its counts at both nodes, to " + database);
    lines.add(parallel.describe());
    lines.add(deadLetters.describe());
    return lines;
  }

  @Override
  public long inputBytes() {
    return input == null ? 0 : input.totalBytes();
  }

  @Override
  public long heapBytes() {
    return BASE_HEAP_BYTES
        + Runners.readers(options) * READER_HEAP_BYTES
        + parallel.heapBytes(EDGE_BYTES, true);
  }

  @Override
  public Set<EmbeddedServers.Kind> embeddedServers() {
    return place.isEmbedded() ? Set.of(EmbeddedServers.Kind.POSTGRES) : Set.of();
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception {
    database = Sinks.jdbc(place, options, servers);
    tables.createIfMissing(database);
    List<Output> outputs = new ArrayList<>();
    PCollection<BatchWritten> unused =
        deadLetters.collect(pipeline, outputs, handler -> write(pipeline, handler));
    outputs.add(
        new Output(
            "PostgreSQL", STEP, "table %s in %s".formatted(tables.edges().name(), database)));
    return outputs;
  }

  @Override
  public List<String> remarks(PipelineResult result) {
    return parallel.remarks(result);
  }

  @Override
  public void complete() {}

  private PCollection<BatchWritten> write(
      Pipeline pipeline, @Nullable ErrorHandler<BadRecord, ?> handler) {
    Grid<Edge> grid = grid();
    WriteConflictFree<Edge> write = parallel.with(WriteConflictFree.by(grid, writers(grid)));
    if (handler != null) {
      write =
          write.withBadRecordErrorHandler(handler).withMaxBadRecords(options.getMaxBadRecords());
    }
    String query = options.getInputQuery();
    if (query != null) {
      return pipeline.apply(
          STEP,
          write.from(new QueryRows<>(database, query, EdgeQuery.reader(format)), Edge.coder()));
    }
    ReadBlocks<Edge> files =
        source(Objects.requireNonNull(options.getInput()))
            .into(EdgeLines.of(format), Edge.coder())
            .withHeader(format.header())
            .withRanges(RangePlan.DEFAULT.forReaders(Runners.readers(options)))
            .withMaxBadRecords(options.getMaxBadRecords());
    if (handler != null) {
      files = files.withBadRecordErrorHandler(handler);
    }
    return pipeline.apply(STEP, write.from(files));
  }

  private ReadBlocks.Source source(List<String> patterns) {
    ReadBlocks.Source source = ReadBlocks.from(patterns);
    if (!isStreaming(options)) {
      return source;
    }
    int idleSeconds = options.getEndAfterIdleSeconds();
    ReadBlocks.Source watched = source.watching(Duration.standardSeconds(options.getPollSeconds()));
    return idleSeconds == 0 ? watched : watched.endingAfter(Duration.standardSeconds(idleSeconds));
  }

  private UpsertRelationships<Edge> writers(Grid<Edge> grid) {
    UpsertRelationships<Edge> writers =
        UpsertRelationships.into(database, tables, EdgeTables.binder()).withLocks(grid);
    boolean refusing = kind == ScheduleKind.BIPARTITE && tables.isOneTable();
    return refusing ? writers.refusingBothEnds() : writers;
  }

  private Grid<Edge> grid() {
    int tableSize = parallel.tableSize();
    if (kind == ScheduleKind.COMPONENTS) {
      int column = format.columns().indexOf(options.getComponentColumn());
      return Grid.components(tableSize, edge -> edge.columns().get(column));
    }
    Grid.Ends ends =
        kind == ScheduleKind.BIPARTITE ? Grid.bipartite(tableSize) : Grid.monopartite(tableSize);
    return format.textIds()
        ? ends.by(Edge::source, Edge::target)
        : ends.byLongs(Edge::sourceNumber, Edge::targetNumber);
  }

  private static long rows(@Nullable InputFiles input) {
    return input == null
        ? MANY_ROWS
        : ParallelWrite.lines(input, LINE_BYTES, COMPRESSED_LINE_BYTES);
  }

  private static EdgeFormat formatOf(LoadEdgesOptions options) {
    List<String> columns = new ArrayList<>();
    List<String> further = options.getEdgeColumns();
    if (further != null) {
      columns.addAll(further);
    }
    String component = options.getComponentColumn();
    if (component != null && !columns.contains(component)) {
      columns.add(component);
    }
    EdgeFormat format =
        EdgeFormat.CSV
            .withHeader(options.getHeader() || options.getInputQuery() != null)
            .withDelimiter(delimiterOf(options.getDelimiter()))
            .withComment(options.getComment())
            .withEnds(options.getSourceColumn(), options.getTargetColumn())
            .withTextIds(options.getIdType() == IdType.text)
            .withColumns(columns);
    String id = options.getIdColumn();
    return id == null
        ? format
        : format.withId(id, options.getEdgeIdType() == IdType.text ? IdKind.TEXT : IdKind.NUMBER);
  }

  private static char delimiterOf(String delimiter) {
    return switch (delimiter) {
      case "tab" -> '\t';
      case "blanks" -> EdgeFormat.BLANKS;
      default -> {
        if (delimiter.length() != 1) {
          throw new IllegalArgumentException(
              "--delimiter takes one character, 'tab' or 'blanks', got '" + delimiter + "'");
        }
        yield delimiter.charAt(0);
      }
    };
  }
}
