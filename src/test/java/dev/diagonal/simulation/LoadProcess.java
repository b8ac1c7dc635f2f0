package dev.diagonal.simulation;

import static dev.diagonal.simulation.Violation.check;

import dev.diagonal.conflictfree.SteppedBatcher;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.SchedulerSettings;
import dev.diagonal.internal.schedule.SteppedRegistry;
import dev.diagonal.internal.schedule.SteppedScheduler;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.simulation.LoadRun.Bundle;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process of a load: the registry of its scheduler, and the bundles that use it. Each of them
 * acquires the scheduler and releases it, and the last one closes it.
 */
final class LoadProcess {

  static final long IDLE = 500 * World.MILLIS;
  static final Duration FIRST_DELAY = Duration.ofMillis(20);
  static final Duration LONGEST_DELAY = Duration.ofMillis(70);

  final World world;
  final SimulatedServer server;
  final LoadRun run;
  final SchedulerSettings settings;
  final LoadShape shape;
  private final String name;
  private final Set<BundleAttempt> bundles = new LinkedHashSet<>();
  private final Set<Bundle> beginning = new LinkedHashSet<>();
  private final SteppedRegistry<Edge> registry = new SteppedRegistry<>();

  /** Whether an instance that writes nothing lives as long as the process does. */
  private final boolean keepsScheduler;

  private @Nullable SharedScheduler scheduler;
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
    this.keepsScheduler = world.pick(2) == 0;
    if (keepsScheduler) {
      check(acquire() != null, "%s gets no scheduler", name);
    }
  }

  /**
   * Takes the scheduler that bundles share, as the instance of a DoFn does.
   *
   * @return null while an earlier one is being closed
   */
  private @Nullable SharedScheduler acquire() {
    SteppedScheduler<Edge> acquired = registry.acquire(this::newScheduler);
    if (acquired == null) {
      return null;
    }
    SharedScheduler shared = Objects.requireNonNull(scheduler);
    if (acquired != shared.steps) {
      throw world.violated(name + " gets a scheduler of before");
    }
    shared.acquired();
    return shared;
  }

  private SteppedScheduler<Edge> newScheduler() {
    SharedScheduler earlier = scheduler;
    if (earlier != null && !earlier.steps.isAtRest()) {
      throw world.violated(name + " has two schedulers at the same time");
    }
    SharedScheduler made = new SharedScheduler(this, name);
    scheduler = made;
    return made.steps;
  }

  private void release() {
    Objects.requireNonNull(scheduler).releasing();
    registry.release();
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
    if (scheduler != null) {
      scheduler.kill();
    }
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
    beginning.add(bundle);
    SharedScheduler shared = acquire();
    if (shared == null) {
      after(world.about(World.MILLIS), () -> run(bundle)); // there it would wait
      return;
    }
    beginning.remove(bundle);
    world.log(() -> name + " begins " + bundle + (bundle.writesAll ? " of leftovers" : ""));
    BundleAttempt attempt = new BundleAttempt(this, shared, bundle);
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
    release();
    if (trusted) {
      run.nextBundle(this);
    }
  }

  List<Bundle> bundles() {
    return Stream.concat(beginning.stream(), bundles.stream().map(BundleAttempt::bundle)).toList();
  }

  /** The run is over. */
  void close() {
    if (alive && !closed) {
      closed = true;
      if (keepsScheduler) {
        release();
      }
    }
  }

  private void checkStep() {
    if (scheduler != null) {
      scheduler.checkStep();
    }
    for (BundleAttempt bundle : bundles) {
      bundle.checkStep();
    }
  }

  void checkEnd() {
    if (alive && scheduler != null) {
      scheduler.checkEnd(shape.workers());
    }
  }

  @Override
  public String toString() {
    return name;
  }

  /** Returns writers that say what a fault means; the simulation makes their transactions. */
  static BatchWriter.Factory<Edge> writers() {
    return Writers.SIMULATED;
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
