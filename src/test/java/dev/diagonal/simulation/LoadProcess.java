package dev.diagonal.simulation;

import static dev.diagonal.simulation.Violation.check;

import dev.diagonal.conflictfree.SteppedBatcher;
import dev.diagonal.fault.Retry;
import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.SchedulerSettings;
import dev.diagonal.internal.schedule.SteppedScheduler;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.simulation.LoadRun.Bundle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A process of a load: one scheduler, and the bundles and the threads that use it. */
final class LoadProcess {

  static final long IDLE = 500 * World.MILLIS;
  static final Duration FIRST_DELAY = Duration.ofMillis(20);
  static final Duration LONGEST_DELAY = Duration.ofMillis(70);

  final World world;
  final SimulatedServer server;
  final LoadRun run;
  final SchedulerSettings settings;
  final SteppedScheduler<Edge> scheduler;
  final LoadShape shape;
  final SlotWatch watch;
  private final String name;
  private final Set<BundleAttempt> bundles = new LinkedHashSet<>();
  private final List<WorkerSteps> workers = new ArrayList<>();
  private boolean trusted = true;
  private boolean alive = true;
  private boolean closed;
  private long pausedUntilNanos;

  LoadProcess(World world, SimulatedServer server, LoadShape shape, LoadRun run, String name) {
    this.world = world;
    this.server = server;
    this.shape = shape;
    this.run = run;
    this.name = name;
    this.settings =
        new SchedulerSettings(
            shape.workers(),
            shape.prefetch(),
            new Retry(shape.attempts(), FIRST_DELAY, LONGEST_DELAY),
            shape.deadLetters());
    Schedule schedule = run.grid.schedule();
    this.watch = new SlotWatch(world, schedule, settings, name);
    this.scheduler =
        new SteppedScheduler<>(
            schedule,
            Writers.SIMULATED,
            settings,
            Duration.ofNanos(IDLE),
            world::nowNanos,
            world::fraction,
            Runnable::run,
            thread -> workers.add(new WorkerSteps(this, thread, name + "w" + workers.size())));
  }

  /** Whether the runner believes that it works. */
  boolean isTrusted() {
    return trusted;
  }

  void distrust() {
    trusted = false;
  }

  void kill() {
    alive = false;
    workers.forEach(WorkerSteps::kill);
  }

  void pause(long nanos) {
    pausedUntilNanos = world.nowNanos() + nanos;
  }

  /** Does something in this process after some time, unless the process has died by then. */
  void after(long nanos, Runnable action) {
    world.after(
        nanos,
        () -> {
          if (world.nowNanos() < pausedUntilNanos) {
            after(pausedUntilNanos - world.nowNanos(), action);
          } else if (alive) {
            action.run();
            checkStep();
          }
        });
  }

  /** Does something soon, as a thread does that was woken. */
  void soon(Runnable action) {
    after(world.about(World.MILLIS / 20), action);
  }

  void run(Bundle bundle) {
    world.log(() -> name + " begins " + bundle + (bundle.writesAll ? " of leftovers" : ""));
    BundleAttempt attempt = new BundleAttempt(this, bundle);
    bundles.add(attempt);
    attempt.begin();
    checkStep();
  }

  SteppedBatcher<Edge> newBatcher(
      BatchGroup<Edge> group,
      int burstFactor,
      boolean writesAll,
      SteppedBatcher.Receiver<Edge> receiver) {
    return new SteppedBatcher<>(
        run.grid,
        Writers.SIMULATED,
        Edge.Size.CODER,
        shape.batchSize(),
        burstFactor,
        settings,
        group,
        writesAll,
        receiver);
  }

  void ended(BundleAttempt attempt) {
    bundles.remove(attempt);
    if (trusted) {
      run.nextBundle(this);
    }
  }

  List<Bundle> bundles() {
    return bundles.stream().map(BundleAttempt::bundle).toList();
  }

  /** The run is over: the scheduler is closed. */
  void close() {
    if (alive && !closed) {
      closed = true;
      watch.stopped(group -> true);
      scheduler.close();
    }
  }

  private void checkStep() {
    watch.checkStep(scheduler.takenPlaces());
    for (BundleAttempt bundle : bundles) {
      bundle.checkStep();
    }
  }

  void checkEnd() {
    check(!alive || scheduler.isAtRest(), "%s has threads that do not end", name);
    if (alive) {
      check(
          scheduler.maxOpen() <= shape.workers(),
          "%s had %s transactions open",
          name,
          scheduler.maxOpen());
    }
  }

  void cancel(BatchGroup<Edge> group) {
    watch.stopped(group::equals);
    scheduler.cancel(group);
  }

  @Override
  public String toString() {
    return name;
  }

  /** Says what a fault means, as the writer of relationships does. */
  private enum Writers implements BatchWriter.Factory<Edge>, BatchWriter<Edge> {
    SIMULATED;

    @Override
    public BatchWriter<Edge> open() {
      return this;
    }

    @Override
    public String target() {
      return "edges";
    }

    @Override
    public boolean locksSlots() {
      return true;
    }

    @Override
    public void write(Batch<Edge> batch) {
      throw new IllegalStateException("the simulation makes the transactions");
    }

    @Override
    public boolean isRetryable(Exception fault) {
      return SqlFaults.isRetryable(fault);
    }

    @Override
    public boolean isCausedByRows(Exception fault) {
      return SqlFaults.isCausedByRows(fault);
    }

    @Override
    public boolean isLockTimeout(Exception fault) {
      return "55P03".equals(SqlFaults.state(fault));
    }

    @Override
    public void close() {}
  }
}
