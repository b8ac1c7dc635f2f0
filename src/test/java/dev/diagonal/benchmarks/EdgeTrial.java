package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeLoad.Edge;
import dev.diagonal.benchmarks.EdgeLoad.Way;
import dev.diagonal.benchmarks.EdgesServer.Seen;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The turns of the ways of a case, and what they came to. */
final class EdgeTrial {

  private final EdgeCase what;
  private final Map<Way, List<Turn>> turns = new EnumMap<>(Way.class);

  private EdgeTrial(EdgeCase what) {
    this.what = what;
  }

  private record Turn(double seconds, double open, Seen seen) {}

  /**
   * What a way came to.
   *
   * @param seconds the median
   * @param open how many transactions were open on average, in the median turn
   * @param deadlocks the most in one turn
   * @param rowLockWaits the most in one turn
   */
  record Figures(double seconds, double open, long deadlocks, long rowLockWaits) {}

  /**
   * Runs a case; after each turn the counts of all nodes are compared with the edges.
   *
   * @param coldJvm whether there has to be a round first that does not count
   */
  static EdgeTrial run(EdgesServer server, EdgeCase what, boolean coldJvm) throws Exception {
    EdgeTrial trial = new EdgeTrial(what);
    List<Edge> edges = EdgeLoad.edges(what.edges(), what.kind(), what.zipf());
    EdgeLoad load =
        new EdgeLoad(
            server.prepare(what.condition()), what.kind(), what.workers(), what.batchRows());
    for (int round = coldJvm ? -1 : 0; round < what.rounds(); round++) {
      for (Way way : what.ways()) {
        Turn turn = trial.turn(server, load, way, edges);
        if (round >= 0) {
          trial.turns.computeIfAbsent(way, w -> new ArrayList<>()).add(turn);
        }
      }
    }
    return trial;
  }

  private Turn turn(EdgesServer server, EdgeLoad load, Way way, List<Edge> edges) throws Exception {
    server.truncate();
    Seen before = server.seen();
    OpenTransactions open = new OpenTransactions();
    long startNanos = System.nanoTime();
    load.run(way, edges, open);
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    server.check(edges);
    Turn turn = new Turn(seconds, open.average(), server.seen().since(before));
    System.out.printf(
        Locale.ROOT,
        "%s, %s, %d workers, %-13s %7.2f s, %.1f open, %d waits, %d deadlocks%n",
        what.condition().words(),
        what.graph(),
        what.workers(),
        way,
        turn.seconds,
        turn.open,
        turn.seen.rowLockWaits(),
        turn.seen.deadlocks());
    return turn;
  }

  EdgeCase what() {
    return what;
  }

  /** Returns what a way came to; null if it had no turn. */
  @Nullable Figures of(Way way) {
    List<Turn> of = turns.get(way);
    return of == null
        ? null
        : new Figures(
            Median.of(of.stream().map(Turn::seconds).toList()),
            Median.of(of.stream().map(Turn::open).toList()),
            of.stream().mapToLong(turn -> turn.seen.deadlocks()).max().orElse(0),
            of.stream().mapToLong(turn -> turn.seen.rowLockWaits()).max().orElse(0));
  }
}
