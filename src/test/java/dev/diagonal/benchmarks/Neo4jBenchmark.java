package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeLoad.Edge;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.statement.RowParameters;
import dev.diagonal.statement.RunStatement;
import dev.diagonal.testing.ForwardingBatchWriter;
import dev.diagonal.testing.LocalNeo4j;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures the ways to write the same relationships to Neo4j with a statement of the user's own, by
 * turns: one connection; several with the batches as they come, whose deadlocks are retried; the
 * same with the rows of each batch in the order of their nodes; and Diagonal's scheduler with 2 and
 * 4 workers, with slot locks. Counts the transactions that were repeated and the deadlocks that the
 * server detected. After every run the relationships are counted.
 *
 * <p>The server runs in a JVM of its own on the same machine, with a heap of 512 MB.
 *
 * <p>Arguments: the number of relationships (200,000), of nodes (20,000) and of rounds (1). Prints
 * a line after each run, with the time that it took to empty the database before, which is about as
 * long as a run.
 *
 * <p>Takes about ten minutes per round on an idle machine with two cores.
 */
public final class Neo4jBenchmark {

  private static final int BATCH_ROWS = EdgeLoad.BATCH_ROWS;

  private static final String STATEMENT =
      """
      UNWIND $rows AS row
      MATCH (a:Person {id: row.source}) MATCH (b:Person {id: row.target})
      MERGE (a)-[knows:KNOWS {id: row.id}]->(b)
      RETURN count(knows) AS relationships
      """;

  private record Figures(double seconds, long transactions, long repeated, long deadlocks) {}

  private interface Load {
    void run(List<Edge> edges) throws Exception;
  }

  private final LocalNeo4j server;
  private final RunStatement<Edge> statement;
  private final int nodes;
  private final AtomicLong transactions = new AtomicLong();
  private final AtomicLong repeated = new AtomicLong();

  private Neo4jBenchmark(LocalNeo4j server, int nodes) throws Exception {
    this.server = server;
    this.nodes = nodes;
    this.statement =
        RunStatement.in(
            server.database(),
            STATEMENT,
            new RowParameters<>(
                List.of(
                    Column.of("id", "bigint"),
                    Column.of("source", "bigint"),
                    Column.of("target", "bigint")),
                (edge, values) ->
                    values.putLong(edge.id()).putLong(edge.source()).putLong(edge.target())));
  }

  public static void main(String[] args) throws Exception {
    int edges = args.length > 0 ? Integer.parseInt(args[0]) : 200_000;
    int nodes = args.length > 1 ? Integer.parseInt(args[1]) : 20_000;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 1;
    try (LocalNeo4j server = LocalNeo4j.start("-Xms512m")) {
      new Neo4jBenchmark(server, nodes).measure(edges, rounds);
    }
    System.exit(0);
  }

  private void measure(int edges, int rounds) throws Exception {
    Map<String, Load> ways = new LinkedHashMap<>();
    ways.put("serial", rows -> EdgeLoad.inParallel(1, BATCH_ROWS, this::writer, rows));
    for (int workers : new int[] {2, 4}) {
      ways.put(
          "arrival order with retries, %d workers".formatted(workers),
          rows -> EdgeLoad.inParallel(workers, BATCH_ROWS, this::writer, rows));
      ways.put(
          "sorted with retries, %d workers".formatted(workers),
          rows -> EdgeLoad.inParallel(workers, BATCH_ROWS, this::writer, sorted(rows)));
      ways.put("Diagonal, %d workers".formatted(workers), rows -> scheduled(workers, rows));
    }
    StringBuilder table =
        new StringBuilder(
            """
            | hub | way | s | to serial | transactions | repeated | deadlocks |
            |---:|---|---:|---:|---:|---:|---:|
            """);
    List<Edge> warmUp = EdgeLoad.withHub(0, edges, nodes, 0); // the server compiles for a while
    for (String way : List.of("serial", "Diagonal, 4 workers")) {
      Figures unused = once("warm-up, " + way, Objects.requireNonNull(ways.get(way)), warmUp);
    }
    for (double hub : new double[] {0, 0.10, 0.25}) {
      List<Edge> rows = EdgeLoad.withHub(0, edges, nodes, hub);
      Map<String, List<Figures>> found = new LinkedHashMap<>();
      for (int round = 0; round < rounds; round++) {
        for (Map.Entry<String, Load> way : ways.entrySet()) {
          found
              .computeIfAbsent(way.getKey(), name -> new ArrayList<>())
              .add(
                  once(
                      String.format(Locale.ROOT, "hub %.0f %%, %s", 100 * hub, way.getKey()),
                      way.getValue(),
                      rows));
        }
      }
      double serial =
          Median.of(
              Objects.requireNonNull(found.get("serial")).stream().map(Figures::seconds).toList());
      found.forEach(
          (way, figures) -> {
            double seconds = Median.of(figures.stream().map(Figures::seconds).toList());
            table.append(
                String.format(
                    Locale.ROOT,
                    "| %.0f %% | %s | %.1f | %.2f times as fast | %d | %d | %d |%n",
                    100 * hub,
                    way,
                    seconds,
                    serial / seconds,
                    figures.stream().mapToLong(Figures::transactions).sum() / figures.size(),
                    figures.stream().mapToLong(Figures::repeated).sum(),
                    figures.stream().mapToLong(Figures::deadlocks).sum()));
          });
      System.out.print(table);
    }
    table.append(
        String.format(
            Locale.ROOT,
            "%n%,d relationships between %,d nodes in batches of %,d; medians of %d rounds by turns,"
                + " repeated transactions and deadlocks of all rounds. %d cores for both JVMs,"
                + " Java 17.%n",
            edges,
            nodes,
            BATCH_ROWS,
            rounds,
            Runtime.getRuntime().availableProcessors()));
    System.out.print(table);
    ResultPages.between(Path.of("docs/benchmarks.md"), "<!-- neo4j benchmark -->", table);
  }

  private Figures once(String name, Load way, List<Edge> rows) throws Exception {
    long clearNanos = System.nanoTime();
    server.clear();
    List<List<Object>> unused =
        server.query("CREATE CONSTRAINT FOR (p:Person) REQUIRE p.id IS UNIQUE");
    unused =
        server.query("UNWIND range(0, %d) AS id CREATE (:Person {id: id})".formatted(nodes - 1));
    statement.withLocks(Grid.<Edge>open()).prepare(); // the slot locks, which outlive a load
    transactions.set(0);
    repeated.set(0);
    long before = server.newDeadlocks();
    long startNanos = System.nanoTime();
    way.run(rows);
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    long deadlocks = server.newDeadlocks();
    long written = (Long) server.query("MATCH ()-[k:KNOWS]->() RETURN count(k)").get(0).get(0);
    if (written != rows.size()) {
      throw new IllegalStateException(
          "%d relationships instead of %d, %d deadlocks before"
              .formatted(written, rows.size(), before));
    }
    System.err.printf(
        Locale.ROOT,
        "%s: %.1f s, after %.1f s to empty the database%n",
        name,
        seconds,
        (startNanos - clearNanos) / 1e9);
    return new Figures(seconds, transactions.get(), repeated.get(), deadlocks);
  }

  private void scheduled(int workers, List<Edge> rows) throws Exception {
    Grid<Edge> grid =
        Grid.monopartite(ScheduleKind.MONOPARTITE.tableSizeFor(workers, rows.size(), BATCH_ROWS))
            .byLongs(Edge::source, Edge::target);
    RunStatement<Edge> locked = statement.withLocks(grid);
    EdgeLoad.scheduled(rows, grid, workers, BATCH_ROWS, new CountingFactory(locked));
  }

  private static List<Edge> sorted(List<Edge> rows) {
    List<Edge> all = new ArrayList<>(rows.size());
    for (int from = 0; from < rows.size(); from += BATCH_ROWS) {
      rows.subList(from, Math.min(rows.size(), from + BATCH_ROWS)).stream()
          .sorted(Comparator.comparingLong(Edge::source).thenComparingLong(Edge::target))
          .forEach(all::add);
    }
    return all;
  }

  private BatchWriter<Edge> writer() {
    return new CountingWriter(statement.open());
  }

  /** Opens writers of the statement that count. Stays in this JVM. */
  private final class CountingFactory implements BatchWriter.Factory<Edge> {

    private static final long serialVersionUID = 1;

    private final RunStatement<Edge> locked;

    CountingFactory(RunStatement<Edge> locked) {
      this.locked = locked;
    }

    @Override
    public BatchWriter<Edge> open() {
      return new CountingWriter(locked.open());
    }

    @Override
    public String target() {
      return locked.target();
    }

    @Override
    public boolean locksSlots() {
      return locked.locksSlots();
    }
  }

  /** Counts transactions, and the attempts that will be repeated. */
  private final class CountingWriter extends ForwardingBatchWriter<Edge> {

    CountingWriter(BatchWriter<Edge> writer) {
      super(writer);
    }

    @Override
    public void write(Batch<Edge> batch) throws Exception {
      try {
        super.write(batch);
        transactions.incrementAndGet();
      } catch (Exception fault) {
        if (isRetryable(fault)) {
          repeated.incrementAndGet();
        }
        throw fault;
      }
    }
  }
}
