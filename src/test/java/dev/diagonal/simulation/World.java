package dev.diagonal.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A virtual clock, what is due when, and the dice. One step runs one event; nothing else changes
 * the time. The same seed and the same limits give the same run.
 */
final class World {

  static final long MILLIS = 1_000_000;
  static final long SECONDS = 1_000 * MILLIS;

  private final PriorityQueue<Event> due = new PriorityQueue<>();
  private final SplittableRandom random;
  private final SplittableRandom faultRandom;
  private final FaultPlan plan;
  private final Map<Fault, Integer> struck = new EnumMap<>(Fault.class);
  private final boolean traced;
  private final List<String> timeline = new ArrayList<>();
  private long nowNanos;
  private int steps;
  private int faults;
  private @Nullable Violation violation;

  private record Event(long atNanos, int tie, int number, Runnable action)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      int byTie = byTime == 0 ? Integer.compare(tie, other.tie) : byTime;
      return byTie == 0 ? Integer.compare(number, other.number) : byTie;
    }
  }

  private int events;

  World(long seed, FaultPlan plan, boolean traced) {
    this.random = new SplittableRandom(seed);
    this.faultRandom = random.split();
    this.plan = plan;
    this.traced = traced;
  }

  long nowNanos() {
    return nowNanos;
  }

  int steps() {
    return steps;
  }

  Map<Fault, Integer> struck() {
    return struck;
  }

  List<String> timeline() {
    return timeline;
  }

  /** Returns a number from 0 to bound - 1. */
  int pick(int bound) {
    return random.nextInt(bound);
  }

  double fraction() {
    return random.nextDouble();
  }

  /** Returns a time from half of this to one and a half of it. */
  long about(long nanos) {
    return nanos / 2 + (long) (random.nextDouble() * nanos);
  }

  /** Runs an action after some time; events of the same moment run in a random order. */
  void after(long nanos, Runnable action) {
    due.add(new Event(nowNanos + nanos, random.nextInt(), events++, action));
  }

  /** Runs the next event; returns false if there is none. */
  boolean step() {
    Event next = due.poll();
    if (next == null) {
      return false;
    }
    nowNanos = next.atNanos;
    steps++;
    next.action.run();
    if (violation != null) {
      throw violation;
    }
    return true;
  }

  /** Decides whether a fault strikes here. */
  boolean strikes(Fault fault, double probability) {
    boolean strikes = faultRandom.nextDouble() < probability * plan.intensity(fault);
    if (!strikes || faults >= plan.most()) {
      return false;
    }
    faults++;
    struck.merge(fault, 1, Integer::sum);
    return true;
  }

  /** Whether nothing has gone wrong but that transactions were slow. */
  boolean isUndisturbed() {
    return faults == struck.getOrDefault(Fault.SLOW_TRANSACTION, 0);
  }

  /** Ends the run after this step, also where the code that runs catches what it is thrown. */
  Violation violated(String message) {
    if (violation == null) {
      violation = new Violation(message);
    }
    return violation;
  }

  void log(Supplier<String> text) {
    if (traced) {
      timeline.add("%10.3f ms  %s".formatted(nowNanos / (double) MILLIS, text.get()));
    }
  }
}
