package dev.diagonal.simulation;

import dev.diagonal.conflictfree.SteppedBatcher;
import dev.diagonal.fault.Retry;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.SchedulerSettings;
import dev.diagonal.internal.schedule.SteppedScheduler;
import dev.diagonal.internal.schedule.SteppedThread;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How long a load takes with so many processes: the real splitter and the real scheduler of each,
 * by a virtual clock, against a {@link ScaleServer}. Nothing goes wrong in it.
 */
public final class ScaleSimulation {

  private static final long SEED = 1;
  private static final int BURST_FACTOR = 20; // the default of --burstFactor
  private static final int FIFTHS = 5;
  private static final int[][] NO_LOCKS = {{}};

  private final World world = new World(SEED, new FaultPlan(Map.of(), 0), false);
  private final ScaleShape shape;
  private final Grid<Edge> grid;
  private final int[][] locks;
  private final ScaleServer server;
  private long writtenRows;
  private long beganRows;
  private long beganNanos;
  private long transactions;
  private boolean over;

  /**
   * What came of it.
   *
   * @param edgesPerSecond how many edges are committed a second
   * @param seconds how long it takes
   * @param width how many transactions have their locks, on average
   * @param waiting how many wait for a lock, on average
   * @param transactionsPerSecond how many are committed a second
   */
  public record Result(
      double edgesPerSecond,
      double seconds,
      double width,
      double waiting,
      double transactionsPerSecond) {}

  private ScaleSimulation(ScaleShape shape, ScaleCosts costs) {
    this.shape = shape;
    this.grid = shape.tableSize() == 0 ? Grid.open() : Grids.of(true, shape.tableSize());
    this.locks = shape.tableSize() == 0 ? NO_LOCKS : Grids.locksOf(true, shape.tableSize());
    this.server = new ScaleServer(world, costs);
  }

  /** Runs a load. */
  public static Result of(ScaleShape shape, ScaleCosts costs) {
    return new ScaleSimulation(shape, costs).run();
  }

  private Result run() {
    for (int i = 0; i < shape.processes(); i++) {
      new Process().feed();
    }
    while (!over && world.step()) {
      // on to the next event
    }
    double seconds = (world.nowNanos() - beganNanos) / (double) World.SECONDS;
    double edges = (double) (writtenRows - beganRows) * shape.edgesOfRow();
    return new Result(
        edges / seconds,
        seconds,
        server.working().get(),
        server.waiting().get(),
        transactions / seconds);
  }

  private void written(int rows) {
    writtenRows += rows;
    transactions++;
    long all = shape.rowsOfProcess() * shape.processes();
    if (shape.steady() && beganNanos == 0 && writtenRows >= all / FIFTHS) {
      beganNanos = world.nowNanos();
      beganRows = writtenRows;
      transactions = 0;
      server.working().begin();
      server.waiting().begin();
    }
    over = shape.steady() && writtenRows >= all - all / FIFTHS;
  }

  private int slots(int cell) {
    return grid.schedule().rowSlotOf(cell) == grid.schedule().columnSlotOf(cell) ? 1 : 2;
  }

  /** Returns how many nodes these rows count at, on average: a hub, and some of their slots. */
  private double nodes(List<Edge> rows, int slots) {
    int hubs = 0;
    for (Edge row : rows) {
      hubs += row.source() == 0 || row.target() == 0 ? 1 : 0;
    }
    double ends = (2.0 * rows.size() - hubs) * shape.edgesOfRow();
    double there = Math.max(1, shape.nodes() * (double) slots / Math.max(1, shape.tableSize()));
    return there * (1 - Math.exp(ends * Math.log1p(-1 / there))) + (hubs > 0 ? 1 : 0);
  }

  private Edge draw(long number) {
    boolean hub = world.fraction() < shape.hubShare();
    int one = hub ? 0 : 1 + world.pick(shape.nodes() - 1);
    int other = 1 + world.pick(shape.nodes() - 1);
    boolean swap = world.pick(2) == 0;
    return new Edge((int) number, swap ? other : one, swap ? one : other, false);
  }

  /** One process: a scheduler, and who reads edges and submits batches. */
  private final class Process {

    private final SteppedScheduler<Edge> scheduler;
    private final BatchGroup<Edge> group;
    private final SteppedBatcher<Edge> batcher;
    private long added;
    private boolean flushed;

    Process() {
      SchedulerSettings settings =
          SchedulerSettings.defaults()
              .withMaxWorkers(shape.transactions())
              .withRetry(Retry.never());
      this.scheduler =
          new SteppedScheduler<>(
              grid.schedule(),
              LoadProcess.writers(),
              settings,
              Duration.ofDays(1),
              world::nowNanos,
              world::fraction,
              Runnable::run,
              Worker::new);
      this.group = scheduler.newGroup();
      this.batcher =
          new SteppedBatcher<>(
              grid,
              LoadProcess.writers(),
              Edge.Size.CODER,
              shape.batchRows(),
              BURST_FACTOR,
              settings,
              group,
              true,
              Ignoring.INSTANCE);
    }

    /** Submits batches until it has to wait for a place. */
    void feed() {
      while (true) {
        SteppedBatcher.Outgoing<Edge> next = batcher.outgoing().poll();
        if (next != null) {
          if (!enters(scheduler.ask(group, next.batch(), next.bytes()))) {
            return;
          }
        } else if (added < shape.rowsOfProcess()) {
          batcher.add(draw(added++));
        } else if (!flushed) {
          flushed = true;
          batcher.flush();
        } else {
          return;
        }
      }
    }

    private boolean enters(SteppedScheduler<Edge>.Submission asked) {
      try {
        if (asked.enters(() -> {})) {
          return true;
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      asked.whenCalled(
          () ->
              world.after(
                  0,
                  () -> {
                    if (enters(asked)) {
                      feed();
                    }
                  }));
      return false;
    }
  }

  /** A thread of a scheduler: one transaction after the other. */
  private final class Worker {

    private final SteppedThread<Edge> thread;

    Worker(SteppedThread<Edge> thread) {
      this.thread = thread;
      thread.begin();
      world.after(0, this::goOn);
    }

    private void goOn() {
      List<Edge> rows = thread.nextRows();
      if (rows == null) {
        if (thread.isFailed()) {
          throw new IllegalStateException("a batch of " + shape + " failed");
        }
        thread.ended(true);
        await();
        return;
      }
      server.run(
          locks[thread.cell()],
          (double) rows.size() * shape.edgesOfRow(),
          shape.tableSize() == 0 ? 0 : nodes(rows, slots(thread.cell())),
          () -> {
            written(rows.size());
            thread.written();
            goOn();
          });
    }

    private void await() {
      if (thread.hasBatch()) {
        take();
      } else if (thread.isWaiting()) {
        thread.whenCalled(() -> take());
      }
    }

    private void take() {
      if (thread.takes()) {
        world.after(0, this::goOn);
      }
    }
  }

  /** Nobody needs what a batcher emits. */
  private enum Ignoring implements SteppedBatcher.Receiver<Edge> {
    INSTANCE;

    @Override
    public void leftover(int cell, Iterable<Edge> rows) {}

    @Override
    public void written(long rows) {}

    @Override
    public void rejected(String record) {}
  }
}
