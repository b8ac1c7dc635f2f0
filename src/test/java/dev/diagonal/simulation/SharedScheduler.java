package dev.diagonal.simulation;

import static dev.diagonal.simulation.Violation.check;

import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.SteppedScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A scheduler that the bundles of a process share, its threads, and what watches it. */
final class SharedScheduler {

  final SteppedScheduler<Edge> steps;
  final SlotWatch watch;
  private final LoadProcess process;
  private final List<WorkerSteps> workers = new ArrayList<>();
  private int users;

  SharedScheduler(LoadProcess process, String name) {
    this.process = process;
    World world = process.world;
    Schedule schedule = process.run.grid.schedule();
    this.watch = new SlotWatch(world, schedule, process.settings, name);
    this.steps =
        new SteppedScheduler<>(
            schedule,
            LoadProcess.writers(),
            process.settings,
            Duration.ofNanos(LoadProcess.IDLE),
            world::nowNanos,
            world::fraction,
            Runnable::run,
            thread ->
                workers.add(new WorkerSteps(process, this, thread, name + "w" + workers.size())));
  }

  void acquired() {
    users++;
  }

  /** A user is about to release it: if it is the last one, batches that wait do so no more. */
  void releasing() {
    users--;
    if (users == 0) {
      watch.stopped(group -> true);
    }
  }

  void checkStep() {
    watch.checkStep(steps.takenPlaces());
    if (steps.isClosed() != (users == 0)) {
      throw process.world.violated(
          "%s has %s users of a scheduler that is %s"
              .formatted(process, users, steps.isClosed() ? "closed" : "open"));
    }
  }

  void checkEnd(int mostTransactions) {
    check(steps.isAtRest(), "%s has threads that do not end", process);
    check(
        steps.maxOpen() <= mostTransactions,
        "%s had %s transactions open",
        process,
        steps.maxOpen());
  }

  void cancel(BatchGroup<Edge> group) {
    watch.stopped(group::equals);
    steps.cancel(group);
  }

  void kill() {
    workers.forEach(WorkerSteps::kill);
  }
}
