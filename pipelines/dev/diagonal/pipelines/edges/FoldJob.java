package dev.diagonal.pipelines.edges;

import dev.diagonal.grid.Grid;
import dev.diagonal.internal.edges.Edge;
import dev.diagonal.internal.edges.EdgeFormat;
import dev.diagonal.internal.edges.EdgeTables;
import dev.diagonal.internal.jdbc.relationships.RelationshipCheck;
import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.Fold;
import dev.diagonal.jdbc.relationships.Fold.Folded;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;

/** Folds the counts that loads have left in the tables of deltas. Runs no pipeline. */
final class FoldJob implements Job {

  private static final long HEAP_BYTES = 32L << 20;

  /** Any size will do: all sizes share the same locks, and a fold takes all of them. */
  private static final int TABLE_SIZE = 64;

  private final EdgeFormat format;
  private final RelationshipTables tables;
  private final JdbcTarget database;
  private final boolean refuseBothEnds;
  private Folded folded = Folded.NOTHING;

  private FoldJob(
      EdgeFormat format, RelationshipTables tables, JdbcTarget database, boolean refuseBothEnds) {
    this.format = format;
    this.tables = tables;
    this.database = database;
    this.refuseBothEnds = refuseBothEnds;
  }

  /**
   * @throws IllegalArgumentException if an option is invalid
   */
  static FoldJob of(LoadEdgesOptions options) {
    if (options.getInput() != null || options.getInputQuery() != null) {
      throw new IllegalArgumentException("--fold loads nothing: remove --input and --inputQuery");
    }
    RunOptions.refuseLimit(options, "--fold reads no records");
    SinkPlace place = SinkPlace.of(options.getJdbcUrl(), options.getJdbcUrl());
    if (!place.isUrl()) {
      throw new IllegalArgumentException("--fold needs --jdbcUrl");
    }
    EdgeFormat format = FormatOptions.format(options);
    RelationshipTables tables = FormatOptions.tables(options, format);
    return new FoldJob(
        format,
        tables,
        Sinks.jdbc(place, options, ServerUrls.TO_COME),
        options.getSchedule() == LoadEdgesOptions.ScheduleName.bipartite && tables.isOneTable());
  }

  @Override
  public List<String> describe() {
    return List.of(
        "folds:   the counts that loads into table %s have left, in %s"
            .formatted(tables.edges().name(), database));
  }

  @Override
  public long inputBytes() {
    return 0;
  }

  @Override
  public long heapBytes() {
    return HEAP_BYTES;
  }

  @Override
  public Set<EmbeddedServers.Kind> embeddedServers() {
    return Set.of();
  }

  @Override
  public boolean hasPipeline() {
    return false;
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception {
    Grid<Edge> grid = Grid.monopartite(TABLE_SIZE).by(Edge::source, Edge::target);
    UpsertRelationships<Edge> writers =
        UpsertRelationships.into(database, tables, EdgeTables.binder(format)).withLocks(grid);
    folded = Fold.of(refuseBothEnds ? writers.refusingBothEnds() : writers).now();
    return List.of();
  }

  @Override
  public void dryRun(Findings findings) throws InterruptedException {
    TableCheck server = new TableCheck(database);
    boolean reached = findings.check(() -> "server:  " + server.server());
    RelationshipCheck check = new RelationshipCheck(database, tables);
    for (Table each : reached ? tables.endTables() : List.<Table>of()) {
      boolean unused = findings.check(() -> "table:   " + check.look(each));
    }
  }

  @Override
  public void complete() {}

  @Override
  public List<String> report() {
    return List.of("counts: folded " + folded);
  }
}
