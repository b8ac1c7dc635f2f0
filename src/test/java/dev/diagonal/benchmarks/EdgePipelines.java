package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeCase.Condition;
import dev.diagonal.benchmarks.EdgeLoad.Edge;
import dev.diagonal.benchmarks.EdgesServer.Seen;
import dev.diagonal.internal.schedule.ScheduleKind;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The cost of whole pipelines on the DirectRunner, and of assigning rows to cells alone. */
final class EdgePipelines {

  private static final int[] PARALLELISMS = {1, 4, 8};

  private final EdgesServer server;
  private final int rounds;

  EdgePipelines(EdgesServer server, int rounds) {
    this.server = server;
    this.rounds = rounds;
  }

  /** Deals edges as a pipeline does that writes them, into a target that does nothing. */
  static String splitting() {
    List<Double> rowsPerSecond = new ArrayList<>();
    for (int round = -1; round < 5; round++) {
      double rows = SplitOnly.rowsPerCpuSecond();
      if (round >= 0) { // the first one warms up
        rowsPerSecond.add(rows);
      }
    }
    return "Splitting alone, as in a pipeline: %,.1f million rows a CPU second (median of 5).%n%n"
        .formatted(Median.of(rowsPerSecond) / 1e6);
  }

  /** Both are pipelines, by turns. */
  String besideJdbcIo() throws Exception {
    List<Edge> edges = EdgeLoad.edges(10_000, ScheduleKind.MONOPARTITE, false);
    JdbcTarget database = server.prepare(Condition.DIRECT);
    Path file = fileOf(edges);
    List<List<Double>> seconds = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    long[] deadlocks = new long[PARALLELISMS.length];
    List<Double> ours = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < PARALLELISMS.length; i++) {
        int parallelism = PARALLELISMS[i];
        Seen before = server.seen();
        seconds.get(i).add(time(edges, () -> JdbcIoEdges.run(database, edges, parallelism)));
        deadlocks[i] = Math.max(deadlocks[i], server.seen().since(before).deadlocks());
      }
      ours.add(time(edges, () -> EdgeLoad.pipeline(database, file)));
    }
    Files.delete(file);
    int best = 0;
    for (int i = 1; i < PARALLELISMS.length; i++) {
      best = Median.of(seconds.get(i)) < Median.of(seconds.get(best)) ? i : best;
    }
    double theirs = Median.of(seconds.get(best));
    double our = Median.of(ours);
    return "JdbcIO.write with retries, a pipeline of 10,000 edges direct, the best of targetParallelism 1, 4, 8 (%d): %.2f s with %d deadlocks; Diagonal's pipeline %.2f s (%.1f times as fast; medians).%n"
        .formatted(PARALLELISMS[best], theirs, deadlocks[best], our, theirs / our);
  }

  /** The whole pipeline for a thousand edges, again and again in one JVM. */
  String fixedCost() throws Exception {
    JdbcTarget database = server.prepare(Condition.DIRECT);
    List<Edge> edges = EdgeLoad.edges(1_000, ScheduleKind.MONOPARTITE, false);
    Path file = fileOf(edges);
    List<Double> seconds = new ArrayList<>();
    for (int run = 0; run < 8; run++) {
      double taken = time(edges, () -> EdgeLoad.pipeline(database, file));
      if (run >= 3) {
        seconds.add(taken);
      }
    }
    Files.delete(file);
    return "The whole pipeline for 1,000 edges on the DirectRunner, in a warm JVM: %.2f s.%n"
        .formatted(Median.of(seconds));
  }

  private static Path fileOf(List<Edge> edges) throws IOException {
    Path file = Files.createTempFile("edges", ".csv");
    return Files.write(
        file, edges.stream().map(edge -> edge.source() + "," + edge.target()).toList());
  }

  private interface Run {
    void run() throws Exception;
  }

  /** Returns the seconds of a run into empty tables, whose outcome is checked. */
  private double time(List<Edge> edges, Run run) throws Exception {
    server.truncate();
    long startNanos = System.nanoTime();
    run.run();
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    server.check(edges);
    return seconds;
  }
}
