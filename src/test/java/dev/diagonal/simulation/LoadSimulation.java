package dev.diagonal.simulation;

import static dev.diagonal.simulation.Violation.check;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A load of edges by one or two runs, each of some processes, into one simulated server. */
final class LoadSimulation implements Simulated {

  private static final long BOUND = 300 * World.SECONDS;
  private static final int MOST_STEPS = 100_000;

  private final World world;
  private final LoadShape shape;
  private final SimulatedServer server;
  private final List<LoadRun> runs = new ArrayList<>();

  LoadSimulation(World world, LoadShape shape) {
    this.world = world;
    this.shape = shape;
    this.server = new SimulatedServer(world, shape.rows(), 2 * shape.nodes());
    List<Edge> edges = edges();
    runs.add(new LoadRun(world, server, shape, "a", shape.tableSize(), edges));
    if (shape.rivalTableSize() > 0) {
      runs.add(new LoadRun(world, server, shape, "b", shape.rivalTableSize(), edges));
    }
    for (int time = 0; time < 3; time++) {
      world.after(world.about((50 + 150 * time) * World.MILLIS), this::disturb);
    }
  }

  private List<Edge> edges() {
    List<Edge> edges = new ArrayList<>(shape.rows());
    for (int id = 0; id < shape.rows(); id++) {
      int source = world.fraction() < shape.hubShare() ? 0 : world.pick(shape.nodes());
      boolean swap = shape.monopartite() && world.pick(2) == 0;
      int target = shape.nodes() + world.pick(shape.nodes());
      boolean bad = shape.deadLetters() && world.strikes(Fault.BAD_ROW, 0.01);
      edges.add(new Edge(id, swap ? target : source, swap ? source : target, bad));
    }
    return edges;
  }

  private void disturb() {
    if (isDone()) {
      return;
    }
    if (world.strikes(Fault.SERVER_RESTART, 0.1)) {
      server.restart();
    }
    if (world.strikes(Fault.FOREIGN_LOCK, 0.15)) {
      int[][] locks = runs.get(0).locks;
      long nanos = (world.pick(2) == 0 ? 3 : 1) * SimulatedServer.LOCK_TIMEOUT / 2;
      server.lockForeign(locks[world.pick(locks.length)], nanos);
    }
  }

  private boolean isDone() {
    for (LoadRun run : runs) {
      if (!run.isDone()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void run() {
    boolean closed = false;
    while (world.step()) {
      if (!closed && isDone()) {
        closed = true;
        runs.forEach(LoadRun::closeProcesses);
      }
      if (world.nowNanos() > BOUND || world.steps() > MOST_STEPS) {
        throw new Violation("still not done after " + world.steps() + " steps: " + runs);
      }
    }
    check(isDone(), "nothing goes on, and not all is done: %s", runs);
    server.checkCounts();
    runs.forEach(LoadRun::checkEnd);
  }

  @Override
  public String toString() {
    return shape + runs.stream().map(Object::toString).collect(Collectors.joining("; ", " ", ""));
  }
}
