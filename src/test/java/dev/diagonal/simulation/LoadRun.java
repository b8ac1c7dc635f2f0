package dev.diagonal.simulation;

import static dev.diagonal.simulation.Violation.check;

import dev.diagonal.grid.Grid;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One run of a load, as a runner drives it: bundles of rows go to processes; one that fails, or
 * whose process dies, is run again. The rows that the first bundles leave over are grouped by lane
 * and make the last bundles.
 */
final class LoadRun {

  private static final int LANES = 3;

  final String name;
  final Grid<Edge> grid;
  final int[][] locks;
  private final World world;
  private final SimulatedServer server;
  private final LoadShape shape;
  private final List<Edge> rows;
  private final Deque<Bundle> waiting = new ArrayDeque<>();
  private final List<LoadProcess> processes = new ArrayList<>();
  private final List<Edge> leftovers = new ArrayList<>();
  private final boolean[] reported;
  private final Deque<LoadProcess> idleLanes = new ArrayDeque<>();
  private int unfinished;
  private boolean lastStep;
  private int made;

  /** Rows that one DoFn takes in. */
  static final class Bundle {
    final int number;
    final List<Edge> rows;
    final boolean writesAll;
    boolean done;

    Bundle(int number, List<Edge> rows, boolean writesAll) {
      this.number = number;
      this.rows = rows;
      this.writesAll = writesAll;
    }

    @Override
    public String toString() {
      return "bundle " + number;
    }
  }

  LoadRun(
      World world,
      SimulatedServer server,
      LoadShape shape,
      String name,
      int tableSize,
      List<Edge> rows) {
    this.world = world;
    this.server = server;
    this.shape = shape;
    this.name = name;
    this.grid = Grids.of(shape.monopartite(), tableSize);
    this.locks = Grids.locksOf(shape.monopartite(), tableSize);
    this.rows = rows;
    this.reported = new boolean[rows.size()];
    int size = (rows.size() + shape.bundles() - 1) / shape.bundles();
    for (int from = 0; from < rows.size(); from += size) {
      List<Edge> part = rows.subList(from, Math.min(from + size, rows.size()));
      waiting.add(new Bundle(waiting.size(), part, false));
    }
    unfinished = waiting.size();
    for (int i = 0; i < shape.processes(); i++) {
      startProcess();
    }
  }

  private void startProcess() {
    LoadProcess process = new LoadProcess(world, server, shape, this, name + "p" + made++);
    processes.add(process);
    for (int lane = 0; lane < shape.lanes(); lane++) {
      world.after(world.about(World.MILLIS), () -> nextBundle(process));
    }
    if (world.strikes(Fault.PROCESS_KILLED, 0.15)) {
      world.after(world.about(150 * World.MILLIS), () -> kill(process));
    }
    if (world.strikes(Fault.PROCESS_PAUSED, 0.15)) {
      world.after(world.about(150 * World.MILLIS), () -> pause(process));
    }
  }

  /** Gives a process its next bundle; it asks again when it is done. */
  void nextBundle(LoadProcess process) {
    idleLanes.removeIf(idle -> !idle.isTrusted());
    Bundle bundle = process.isTrusted() ? waiting.poll() : null;
    if (bundle != null) {
      process.run(bundle);
    } else if (process.isTrusted()) {
      idleLanes.add(process);
    }
  }

  /** A process has died: its bundles are run by others. */
  private void kill(LoadProcess process) {
    if (!isDone() && process.isTrusted()) {
      world.log(() -> process + " is killed");
      replace(process);
      process.kill();
    }
  }

  /** A process pauses, and others run its bundles; then it continues as a zombie. */
  private void pause(LoadProcess process) {
    if (!isDone() && process.isTrusted()) {
      world.log(() -> process + " is paused");
      replace(process);
      process.pause(world.about(100 * World.MILLIS));
    }
  }

  private void replace(LoadProcess process) {
    process.distrust();
    process.bundles().forEach(this::repeat);
    world.after(world.about(50 * World.MILLIS), this::startProcess);
  }

  /** Runs a bundle again that failed. */
  void repeat(Bundle bundle) {
    if (!bundle.done) {
      world.log(() -> bundle + " of " + name + " is to be run again");
      wait(bundle);
    }
  }

  private void wait(Bundle bundle) {
    waiting.add(bundle);
    LoadProcess idle = idleLanes.poll();
    if (idle != null) {
      world.after(world.about(World.MILLIS), () -> nextBundle(idle));
    }
  }

  /** A bundle is complete: the runner keeps what it emitted. */
  void completed(Bundle bundle, List<Edge> left, Set<Integer> rejected, long written) {
    if (bundle.done) {
      return;
    }
    long refused = bundle.rows.stream().filter(edge -> rejected.contains(edge.id())).count();
    check(
        written + left.size() + refused == bundle.rows.size(),
        "%s of %s rows emitted %s written, %s left over and %s dead letters",
        bundle,
        bundle.rows.size(),
        written,
        left.size(),
        refused);
    TreeSet<Integer> later = new TreeSet<>();
    left.forEach(edge -> later.add(edge.id()));
    for (Edge edge : bundle.rows) {
      if (!edge.bad() && rejected.contains(edge.id())) {
        throw world.violated("good " + edge + " is a dead letter");
      }
      if (!later.contains(edge.id())) {
        if (!edge.bad() && !server.holds(edge)) {
          throw world.violated(edge + " was reported, but is not there");
        }
        reported[edge.id()] = true;
      }
    }
    if (world.strikes(Fault.BUNDLE_REPEATED, 0.05)) {
      repeat(bundle); // its outputs are lost; those of the repetition count
      return;
    }
    bundle.done = true;
    world.log(() -> bundle + " of " + name + " is complete");
    leftovers.addAll(left);
    if (--unfinished == 0 && !lastStep) {
      lastStep = true;
      groupLeftovers();
    }
  }

  private void groupLeftovers() {
    TreeMap<Integer, List<Edge>> byLane = new TreeMap<>();
    for (Edge edge : leftovers) {
      int lane = grid.schedule().waveOf(grid.cellOf(edge)) % LANES;
      byLane.computeIfAbsent(lane, any -> new ArrayList<>()).add(edge);
    }
    unfinished = byLane.size();
    byLane.forEach((lane, rest) -> wait(new Bundle(shape.bundles() + lane, rest, true)));
  }

  boolean isDone() {
    return lastStep && unfinished == 0;
  }

  void closeProcesses() {
    processes.forEach(LoadProcess::close);
  }

  /** Checks a run that is done and whose processes have been closed. */
  void checkEnd() {
    for (Edge edge : rows) {
      if (!reported[edge.id()] || edge.bad() == server.holds(edge)) {
        throw world.violated(
            "%s: reported %s, there %s".formatted(edge, reported[edge.id()], server.holds(edge)));
      }
    }
    for (LoadProcess process : processes) {
      process.checkEnd();
    }
  }

  @Override
  public String toString() {
    return name + " of " + rows.size() + " rows, open bundles " + unfinished + ", " + processes;
  }
}
