package dev.diagonal.simulation;

import java.util.PriorityQueue;

/**
 * Something that all who use it at the same time share equally, such as the cores of a server: one
 * user gets one unit of it at most, all together no more than its capacity.
 */
final class SharedResource {

  private final World world;
  private final double capacity;
  private final PriorityQueue<Use> uses = new PriorityQueue<>();

  /** How many nanoseconds of the resource a user that was always there would have had. */
  private double given;

  private long sinceNanos;
  private int changes;
  private int number;

  private record Use(double endsAt, int number, Runnable then) implements Comparable<Use> {
    @Override
    public int compareTo(Use other) {
      int byEnd = Double.compare(endsAt, other.endsAt);
      return byEnd == 0 ? Integer.compare(number, other.number) : byEnd;
    }
  }

  SharedResource(World world, double capacity) {
    this.world = world;
    this.capacity = capacity;
  }

  /** Uses so many nanoseconds of one unit, and then does something. */
  void use(double nanos, Runnable then) {
    advance();
    uses.add(new Use(given + nanos, number++, then));
    awaitNext();
  }

  private double share() {
    return Math.min(1, capacity / uses.size());
  }

  private void advance() {
    if (!uses.isEmpty()) {
      given += (world.nowNanos() - sinceNanos) * share();
    }
    sinceNanos = world.nowNanos();
  }

  private void awaitNext() {
    int change = ++changes;
    Use next = uses.peek();
    if (next != null) {
      double left = Math.max(0, next.endsAt - given) / share();
      world.after((long) Math.ceil(left), () -> ended(change));
    }
  }

  private void ended(int change) {
    if (change != changes) {
      return; // somebody has come since
    }
    advance();
    Use next = uses.remove();
    awaitNext();
    next.then.run();
  }
}
