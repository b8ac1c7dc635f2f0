package dev.diagonal.pipelines.edges;

import dev.diagonal.conflictfree.BatchWritten;
import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.jdbc.relationships.StatementFiles;
import dev.diagonal.internal.jdbc.sql.DatabaseFile;
import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.internal.statement.Neo4jDrivers;
import dev.diagonal.internal.statement.Neo4jSlots;
import dev.diagonal.internal.transfer.ValueRow;
import dev.diagonal.internal.transfer.ValueRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.options.ConflictFreeOptions;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.options.InternalSchemaOptions;
import dev.diagonal.pipelines.options.ParallelWrite;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.StreamingOptions;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** The pipeline of {@link LoadEdges} with a statement: nodes, if any, and then edges. */
final class StatementJob implements Job {

  private static final String NODES = "Write nodes";
  private static final String EDGES = "Write edges";

  private static final long BASE_HEAP_BYTES = 128L << 20;
  private static final long READER_HEAP_BYTES = 16L << 20;

  /** The size of a row's values as objects, and again while they are sent to the database. */
  private static final long ROW_BYTES = 600;

  /** An estimate, for the size of the grid. */
  private static final int INPUT_ROW_BYTES = 30;

  private static final long MANY_ROWS = 100_000_000;

  private final LoadEdgesOptions options;
  private final String statement;
  private final @Nullable String nodesStatement;
  private final StatementInput edges;
  private final @Nullable StatementInput nodes;
  private final SinkPlace place;
  private final ParallelWrite parallel;
  private final StatementGrids grids;
  private final DeadLetters deadLetters;
  private final List<String> typeRemarks = new ArrayList<>();
  private JdbcTarget database;

  private StatementJob(LoadEdgesOptions options) {
    this.options = options;
    this.statement = read("statement", String.valueOf(options.getStatement()));
    String ofNodes = options.getNodesStatement();
    this.nodesStatement = ofNodes == null ? null : read("nodesStatement", ofNodes);
    this.edges = StatementInput.edges(options);
    this.nodes = StatementInput.nodes(options);
    this.place = SinkPlace.of(options.getJdbcUrl(), options.getJdbcUrl());
    this.database = Sinks.jdbc(place, options, ServerUrls.TO_COME);
    boolean isNeo4j = Neo4jDrivers.accepts(database.url());
    ScheduleKind kind = schedule(options, isNeo4j);
    long rows = edges.bytes() == 0 ? MANY_ROWS : edges.bytes() / INPUT_ROW_BYTES;
    this.parallel =
        isNeo4j
            ? new ParallelWrite(options, kind, rows, Neo4jSlots.COUNT)
            : new ParallelWrite(options, kind, rows);
    this.grids = new StatementGrids(options, kind, parallel.tableSize());
    this.deadLetters = DeadLetters.of(options);
    if (isNeo4j) {
      checkNeo4j();
    }
  }

  /**
   * @throws UsageException if an option is invalid
   */
  static StatementJob of(LoadEdgesOptions options) {
    if ("none".equals(options.getJdbcUrl())) {
      throw new UsageException("there is no target: set --jdbcUrl");
    }
    refuse("edgeColumns", options.getEdgeColumns(), "all columns are its parameters");
    refuse("totalColumn", options.getTotalColumn(), "the statement adds up itself");
    refuse("idColumn", options.getIdColumn(), "all columns are its parameters");
    refuse("targetNodesTable", options.getTargetNodesTable(), "it names its tables itself");
    if (options.getCounts() != ConflictFreeOptions.Counting.immediate || options.getFold()) {
      throw new UsageException(
          "--counts and --fold cannot be combined with --statement: the statement counts itself");
    }
    RunOptions.refuseLimit(options, "--statement runs for all rows; limit the rows of its input");
    if (options.getAppendOnly()) {
      throw new UsageException("--appendOnly cannot be combined with --statement");
    }
    if (options.as(StreamingOptions.class).isStreaming()) {
      throw new UsageException("--streaming cannot be combined with --statement");
    }
    if ((options.getSchedule() == LoadEdgesOptions.ScheduleName.components)
        != (options.getComponentColumn() != null)) {
      throw new UsageException(
          "--schedule=components needs --componentColumn, which other schedules do not use");
    }
    return new StatementJob(options);
  }

  /** Neo4j's slot locks do not tell the two ends apart. */
  private static ScheduleKind schedule(LoadEdgesOptions options, boolean isNeo4j) {
    ScheduleKind kind = ScheduleKind.valueOf(options.getSchedule().name().toUpperCase(Locale.ROOT));
    return isNeo4j && kind == ScheduleKind.BIPARTITE ? ScheduleKind.MONOPARTITE : kind;
  }

  private static void refuse(String option, @Nullable Object value, String why) {
    if (value != null) {
      throw new UsageException(
          "--%s cannot be combined with --statement: %s".formatted(option, why));
    }
  }

  private void checkNeo4j() {
    if (options.getInputQuery() != null && options.getInputJdbcUrl() == null) {
      throw new UsageException("--inputQuery is SQL: name its database with --inputJdbcUrl");
    }
    try {
      Neo4jDrivers.check();
    } catch (IllegalStateException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private static String read(String option, String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException | InvalidPathException e) {
      throw new UsageException(
          "--%s: the file '%s' cannot be read: %s".formatted(option, file, Reason.ofFile(e)), e);
    }
  }

  @Override
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    if (nodes != null) {
      lines.add("reads:   nodes: " + nodes.describe());
    }
    lines.add("reads:   " + edges.describe());
    lines.add("creates: the slot locks, if the database needs some and they are missing");
    if (nodes != null) {
      lines.add("runs:    %s for all nodes".formatted(options.getNodesStatement()));
    }
    lines.add(
        "runs:    %s for batches of edges, in %s".formatted(options.getStatement(), database));
    lines.add(parallel.describe());
    lines.add(deadLetters.describe());
    return lines;
  }

  @Override
  public JobFiles files() {
    return JobFiles.NONE
        .reads("input", edges.patterns())
        .reads("nodesInput", nodes == null ? null : nodes.patterns());
  }

  @Override
  public String afterInterruption() {
    return "Committed batches stay. The same command runs the statement for all rows again.";
  }

  @Override
  public long inputBytes() {
    return edges.bytes() + (nodes == null ? 0 : nodes.bytes());
  }

  @Override
  public long heapBytes() {
    return BASE_HEAP_BYTES
        + Runners.readers(options) * READER_HEAP_BYTES
        + parallel.heapBytes(ROW_BYTES);
  }

  @Override
  public Set<EmbeddedServers.Kind> embeddedServers() {
    return place.isEmbedded() ? Set.of(EmbeddedServers.Kind.POSTGRES) : Set.of();
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception {
    database = Sinks.jdbc(place, options, servers);
    StatementLoad loadEdges = edges(remarked(edges.open(database)));
    StatementLoad loadNodes = nodes == null ? null : nodes(remarked(nodes.open(database)));
    loadEdges.statement().prepare();
    Stream<InputFile> compared = loadEdges.compared(edges.files());
    if (loadNodes != null && nodes != null) {
      loadNodes.statement().prepare();
      compared = Stream.concat(compared, loadNodes.compared(nodes.files()));
    }
    compare(compared.distinct().toList());
    List<Output> outputs = new ArrayList<>();
    PCollection<BatchWritten> unused =
        deadLetters.collect(
            pipeline,
            outputs,
            handler -> {
              PCollection<BatchWritten> first =
                  loadNodes == null ? null : write(NODES, loadNodes, pipeline, null, handler);
              return write(EDGES, loadEdges, pipeline, first, handler);
            });
    if (loadNodes != null) {
      outputs.add(new Output("nodes", NODES, loadNodes.statement().target()));
    }
    outputs.add(new Output("edges", EDGES, loadEdges.statement().target()));
    return outputs;
  }

  private void compare(List<InputFile> files) throws SQLException, InterruptedException {
    if (!files.isEmpty()) {
      StatementFiles.of(database, InternalSchemaOptions.schemaOf(options))
          .compare(new InputFiles(files));
    }
  }

  @Override
  public void dryRun(Findings findings) throws InterruptedException {
    if ((!Neo4jDrivers.accepts(database.url())
            && !findings.check(() -> "server:  " + new TableCheck(database).server()))
        || DatabaseFile.isMissing(database.url())) { // connecting would create it
      return;
    }
    StatementDryRun dryRun =
        new StatementDryRun(database, InternalSchemaOptions.schemaOf(options), findings);
    dryRun.look("edges", edges, this::edges, "statement");
    if (nodes != null) {
      dryRun.look("nodes", nodes, this::nodes, "nodesStatement");
    }
  }

  private ValueRows remarked(ValueRows rows) {
    typeRemarks.addAll(rows.remarks());
    return rows;
  }

  private StatementLoad edges(ValueRows rows) {
    return StatementLoad.of(database, rows, statement, "statement", grids.edges(rows));
  }

  private StatementLoad nodes(ValueRows rows) {
    String text = String.valueOf(nodesStatement);
    return StatementLoad.of(database, rows, text, "nodesStatement", grids.nodes());
  }

  private PCollection<BatchWritten> write(
      String step,
      StatementLoad load,
      Pipeline pipeline,
      @Nullable PCollection<BatchWritten> first,
      @Nullable ErrorHandler<BadRecord, ?> handler) {
    WriteConflictFree<ValueRow> write =
        parallel.with(WriteConflictFree.by(load.grid(), load.statement()));
    if (handler != null) {
      write =
          write.withBadRecordErrorHandler(handler).withMaxBadRecords(options.getMaxBadRecords());
    }
    return pipeline.apply(
        step, write.from(load.rows().ranges(first), load.rows(), ValueRow.coder()));
  }

  @Override
  public List<String> remarks(PipelineResult result) {
    List<String> remarks = new ArrayList<>(typeRemarks);
    remarks.addAll(parallel.remarks(result));
    return remarks;
  }

  @Override
  public void complete() {}
}
