package dev.diagonal.benchmarks;

import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.fault.Retry;
import dev.diagonal.files.ReadLines;
import dev.diagonal.grid.Grid;
import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.block.Packer;
import dev.diagonal.internal.edges.EdgeFormat;
import dev.diagonal.internal.edges.EdgeLines;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.ConflictScheduler;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.internal.schedule.SchedulerSettings;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.Counting;
import dev.diagonal.jdbc.relationships.EndTable;
import dev.diagonal.jdbc.relationships.Fold;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToIntFunction;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** The ways to write the same edges, each with the counts at both of their nodes. */
final class EdgeLoad {

  static final int BATCH_ROWS = 1_000;
  static final int NODES = 50_000;

  /** An edge of the benchmark. */
  record Edge(long id, long source, long target) {}

  /** How it is written. */
  enum Way {
    /** One connection, batch after batch. */
    SERIAL,
    /** In parallel as they come, the nodes of a batch in no order: deadlocks, which are retried. */
    ARRIVAL_ORDER,
    /** In parallel as they come, the nodes of a batch in the order of their ids. */
    SORTED,
    /** Cells of one wave in parallel, with a barrier after each wave. */
    WAVES,
    /** The scheduler, with slot locks. */
    DIAGONAL,
    /** The scheduler with counts as deltas, which are folded at the end. */
    FOLDED
  }

  /** The tables that are written. */
  static final RelationshipTables TABLES =
      new RelationshipTables(
          Table.of(
              "edges",
              Column.key("edge_id", "bigint"),
              Column.of("source", "bigint"),
              Column.of("target", "bigint")),
          "source",
          "target",
          EndTable.of("nodes", "id", "out_degree"),
          EndTable.of("nodes", "id", "in_degree"));

  private static final RowBinder<Edge> BINDER =
      (edge, values) -> values.putLong(edge.id()).putLong(edge.source()).putLong(edge.target());

  private static final Retry RETRY =
      Retry.defaults()
          .withMaxAttempts(1_000)
          .withDelays(java.time.Duration.ofMillis(1), java.time.Duration.ofMillis(50));

  private final JdbcTarget database;
  private final ScheduleKind kind;
  private final int workers;
  private final int batchRows;

  EdgeLoad(JdbcTarget database, ScheduleKind kind, int workers, int batchRows) {
    this.database = database;
    this.kind = kind;
    this.workers = workers;
    this.batchRows = batchRows;
  }

  /**
   * Returns random edges; none from a node to itself. On a bipartite grid targets are other nodes.
   *
   * @param zipf whether few nodes have most of the edges
   */
  static List<Edge> edges(int count, ScheduleKind kind, boolean zipf) {
    SplittableRandom random = new SplittableRandom(count);
    List<Edge> edges = new ArrayList<>(count);
    while (edges.size() < count) {
      long source = node(random, zipf);
      long target = node(random, zipf) + (kind == ScheduleKind.BIPARTITE ? NODES : 0);
      if (source != target) {
        edges.add(new Edge(edges.size(), source, target));
      }
    }
    return edges;
  }

  /**
   * Returns random edges of which a share have node 0 at one end.
   *
   * @param first the id of the first edge
   */
  static List<Edge> withHub(long first, int count, double share) {
    return withHub(first, count, NODES, share);
  }

  /** As {@link #withHub(long, int, double)}, between this many nodes. */
  static List<Edge> withHub(long first, int count, int nodes, double share) {
    SplittableRandom random = new SplittableRandom(first + count);
    List<Edge> edges = new ArrayList<>(count);
    while (edges.size() < count) {
      boolean hub = random.nextDouble() < share;
      long source = hub && random.nextBoolean() ? 0 : 1 + random.nextInt(nodes - 1);
      long target = hub && source != 0 ? 0 : 1 + random.nextInt(nodes - 1);
      if (source != target) {
        edges.add(new Edge(first + edges.size(), source, target));
      }
    }
    return edges;
  }

  /** Uniform, or by the inverse of the continuous form of Zipf's law with exponent 1. */
  private static long node(SplittableRandom random, boolean zipf) {
    return zipf ? (long) Math.pow(NODES, random.nextDouble()) - 1 : random.nextInt(NODES);
  }

  /**
   * Writes the edges; the time of this call is what is measured.
   *
   * @param open takes note of the transactions
   */
  void run(Way way, List<Edge> edges, OpenTransactions open) throws Exception {
    Opener sorted = () -> open.counting(upsert(database).open());
    switch (way) {
      case SERIAL -> inParallel(1, batchRows, sorted, edges);
      case ARRIVAL_ORDER ->
          inParallel(workers, batchRows, () -> open.counting(new UnsortedWriter(database)), edges);
      case SORTED -> inParallel(workers, batchRows, sorted, edges);
      case WAVES -> inWaves(edges, sorted);
      case DIAGONAL -> scheduled(edges, open);
      case FOLDED -> counted(Counting.FOLDED, batchRows, edges);
    }
  }

  /** Returns what writes the edges of this benchmark. */
  static UpsertRelationships<Edge> upsert(JdbcTarget database) {
    return UpsertRelationships.into(database, TABLES, BINDER);
  }

  interface Opener {
    BatchWriter<Edge> open();
  }

  /** Writes the edges in batches as they come, each writer on a thread of its own. */
  static void inParallel(int writers, int batchRows, Opener opener, List<Edge> edges)
      throws Exception {
    Queue<Batch<Edge>> batches = new ConcurrentLinkedQueue<>();
    for (int from = 0; from < edges.size(); from += batchRows) {
      batches.add(new Batch<>(0, edges.subList(from, Math.min(edges.size(), from + batchRows))));
    }
    List<Callable<Void>> work = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      work.add(
          () -> {
            try (BatchWriter<Edge> writer = opener.open()) {
              for (Batch<Edge> batch = batches.poll(); batch != null; batch = batches.poll()) {
                write(writer, batch);
              }
            }
            return null;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    try {
      awaitAll(threads.invokeAll(work));
    } finally {
      threads.shutdown();
    }
  }

  private static void write(BatchWriter<Edge> writer, Batch<Edge> batch) throws Exception {
    RETRY.call(
        () -> {
          writer.write(batch);
          return true;
        },
        writer::isRetryable);
  }

  private Grid<Edge> grid(int rows) {
    int tableSize = kind.tableSizeFor(workers, rows, batchRows);
    Grid.Ends ends =
        kind == ScheduleKind.BIPARTITE ? Grid.bipartite(tableSize) : Grid.monopartite(tableSize);
    return ends.byLongs(Edge::source, Edge::target);
  }

  /** As the peers do it: all batches are made, then wave after wave of one batch a cell. */
  private void inWaves(List<Edge> edges, Opener opener) throws Exception {
    Grid<Edge> grid = grid(edges.size());
    Schedule schedule = grid.schedule();
    List<Deque<Batch<Edge>>> cells = new ArrayList<>();
    for (int cell = 0; cell < schedule.cells(); cell++) {
      cells.add(new ArrayDeque<>());
    }
    Packer<Edge> packer = new Packer<>(batchRows, edges.size() + batchRows);
    Packer.Output<Edge> output =
        (cell, block) -> cells.get(cell).add(new Batch<>(cell, block.records()));
    edges.forEach(edge -> packer.add(grid.cellOf(edge), edge, output));
    packer.flush(output);
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    Queue<BatchWriter<Edge>> opened = new ConcurrentLinkedQueue<>();
    ThreadLocal<BatchWriter<Edge>> writers =
        ThreadLocal.withInitial(
            () -> {
              BatchWriter<Edge> writer = opener.open();
              opened.add(writer);
              return writer;
            });
    try {
      for (boolean more = true; more; ) {
        more = false;
        for (int wave = 0; wave < schedule.waves(); wave++) {
          List<Callable<Void>> round = new ArrayList<>();
          for (int cell = 0; cell < schedule.cells(); cell++) {
            Batch<Edge> batch = schedule.waveOf(cell) == wave ? cells.get(cell).poll() : null;
            if (batch != null) {
              round.add(
                  () -> {
                    write(writers.get(), batch);
                    return null;
                  });
            }
          }
          more |= !round.isEmpty();
          awaitAll(threads.invokeAll(round));
        }
      }
    } finally {
      threads.shutdown();
      opened.forEach(BatchWriter::close);
    }
  }

  private void scheduled(List<Edge> edges, OpenTransactions open) throws Exception {
    Grid<Edge> grid = grid(edges.size());
    scheduled(edges, grid, batchRows, open.counting(upsert(database).withLocks(grid)));
  }

  /** Writes the edges through the scheduler, in one way of counting, with the folds that needs. */
  void counted(Counting way, int batchRows, List<Edge> edges) throws Exception {
    Grid<Edge> cells = grid(edges.size());
    UpsertRelationships<Edge> into = upsert(database);
    Grid<Edge> grid =
        switch (way) {
          case IMMEDIATE -> cells;
          case FOLDED -> Grid.open();
          case MIXED -> cells.spreadingHotEnds();
        };
    UpsertRelationships<Edge> writers =
        way == Counting.MIXED
            ? into.withMixedCounting(grid)
            : into.withLocks(cells).withCounting(way);
    scheduled(edges, grid, batchRows, writers);
    if (way != Counting.IMMEDIATE) {
      Fold.Folded unused = Fold.of(writers).now();
    }
  }

  private void scheduled(
      List<Edge> edges, Grid<Edge> grid, int batchRows, BatchWriter.Factory<Edge> writers)
      throws Exception {
    scheduled(edges, grid, workers, batchRows, writers);
  }

  /** Writes the edges through the scheduler. */
  static void scheduled(
      List<Edge> edges,
      Grid<Edge> grid,
      int workers,
      int batchRows,
      BatchWriter.Factory<Edge> writers)
      throws Exception {
    SchedulerSettings settings = SchedulerSettings.defaults().withMaxWorkers(workers);
    long held = 20L * batchRows * grid.schedule().tableSize();
    Packer<Edge> packer = new Packer<>(batchRows, held);
    try (ConflictScheduler<Edge> scheduler =
        new ConflictScheduler<>(grid.schedule(), writers, settings)) {
      BatchGroup<Edge> group = scheduler.newGroup();
      Packer.Output<Edge> output =
          (cell, block) -> {
            try {
              group.submit(new Batch<>(cell, block.records()));
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          };
      ToIntFunction<Edge> cells = grid.cells();
      edges.forEach(edge -> packer.add(cells.applyAsInt(edge), edge, output));
      packer.flush(output);
      group.await();
    }
  }

  /** Runs {@code load-edges}' pipeline over a file without a header on the DirectRunner. */
  static void pipeline(JdbcTarget database, Path file) {
    EdgeFormat format = EdgeFormat.CSV.withHeader(false).withEnds("1", "2");
    Grid<dev.diagonal.internal.edges.Edge> grid =
        Grid.monopartite(8)
            .byLongs(
                dev.diagonal.internal.edges.Edge::sourceNumber,
                dev.diagonal.internal.edges.Edge::targetNumber);
    RowBinder<dev.diagonal.internal.edges.Edge> binder =
        (edge, values) ->
            values
                .putLong(((UUID) edge.id()).getLeastSignificantBits())
                .putLong(edge.sourceNumber())
                .putLong(edge.targetNumber());
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--enforceImmutability=false",
                    "--enforceEncodability=false",
                    "--targetParallelism=2")
                .create());
    pipeline.apply(
        WriteConflictFree.by(
                grid, UpsertRelationships.into(database, TABLES, binder).withLocks(grid))
            .from(
                ReadLines.from(List.of(file.toString()))
                    .into(EdgeLines.of(format), dev.diagonal.internal.edges.Edge.coder())));
    if (pipeline.run().waitUntilFinish() != PipelineResult.State.DONE) {
      throw new IllegalStateException("the pipeline did not end well");
    }
  }

  private static void awaitAll(List<Future<Void>> all) throws Exception {
    for (Future<Void> each : all) {
      try {
        each.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
  }
}
