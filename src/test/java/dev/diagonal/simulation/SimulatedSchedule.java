package dev.diagonal.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * All that decides a simulated run: the dice, what may go wrong, and how large it is.
 *
 * @param seed of the dice
 */
record SimulatedSchedule(long seed, FaultPlan plan, Shape shape) {

  private static final int MOST_TRIES = 3_000;

  /** Returns the schedule of a number: odd ones are loads, of eight one is of folds. */
  static SimulatedSchedule of(long number) {
    SplittableRandom random = new SplittableRandom(number);
    FaultPlan plan = FaultPlan.draw(random);
    Shape shape =
        number % 2 == 1
            ? LoadShape.draw(random)
            : number % 8 == 0 ? FoldShape.draw(random) : JobShape.draw(random);
    return new SimulatedSchedule(number, plan, shape);
  }

  /** What came of a run. */
  record Outcome(World world, @Nullable Throwable failure) {}

  /** Runs it; with a timeline if it is traced. */
  Outcome run(boolean traced) {
    World world = new World(seed, plan, traced);
    try {
      shape.in(world).run();
      return new Outcome(world, null);
    } catch (RuntimeException | Error failure) {
      return new Outcome(world, failure);
    }
  }

  /** Returns the first of some schedules that fails, and how; null for none. */
  static @Nullable String firstFailing(long from, long count) {
    for (long number = from; number < from + count; number++) {
      Outcome outcome = of(number).run(false);
      if (outcome.failure != null) {
        return "schedule %s, after %s steps: %s"
            .formatted(number, outcome.world.steps(), outcome.failure);
      }
    }
    return null;
  }

  /** Returns the first failure among some schedules, shrunk, with its timeline; null for none. */
  static @Nullable String firstFailure(long from, long count) {
    for (long number = from; number < from + count; number++) {
      SimulatedSchedule schedule = of(number);
      Outcome outcome = schedule.run(false);
      if (outcome.failure != null) {
        SimulatedSchedule shortest = schedule.shrunk();
        Outcome traced = shortest.run(true);
        return "schedule %s fails after %s steps: %s%nshortest, of %s steps: %s%n%s%n%s"
            .formatted(
                number,
                outcome.world.steps(),
                outcome.failure,
                traced.world.steps(),
                shortest,
                String.join(System.lineSeparator(), traced.world.timeline()),
                traced.failure);
      }
    }
    return null;
  }

  /** Returns the shortest schedule that fails too and is found by leaving out part by part. */
  private SimulatedSchedule shrunk() {
    SimulatedSchedule best = this;
    int bestSteps = run(false).world.steps();
    int tries = 0;
    boolean better = true;
    while (better && tries < MOST_TRIES) {
      better = false;
      for (SimulatedSchedule candidate : best.smaller()) {
        tries++;
        Outcome outcome = candidate.run(false);
        if (outcome.failure != null && outcome.world.steps() < bestSteps) {
          best = candidate;
          bestSteps = outcome.world.steps();
          better = true;
          break;
        }
      }
    }
    return best;
  }

  private List<SimulatedSchedule> smaller() {
    List<SimulatedSchedule> schedules = new ArrayList<>();
    for (int faults = 0; faults < 5; faults++) {
      schedules.add(new SimulatedSchedule(seed, plan.atMost(faults), shape));
    }
    for (Fault fault : plan.faults()) {
      schedules.add(new SimulatedSchedule(seed, plan.without(fault), shape));
    }
    for (Shape each : shape.smaller()) {
      for (int next = 0; next < 8; next++) {
        schedules.add(new SimulatedSchedule(seed + next, plan, each));
      }
    }
    for (int next = 1; next < 20; next++) {
      schedules.add(new SimulatedSchedule(seed + next, plan, shape));
    }
    return schedules;
  }
}
