package dev.diagonal.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server as far as the duration of loads depends on it: locks that are granted in the order of
 * requests, cores and a log that transactions share.
 */
final class ScaleServer {

  private static final int LOCKS = 128;

  private final World world;
  private final ScaleCosts costs;
  private final SharedResource cores;
  private final SharedResource log;
  private final List<Deque<Transaction>> queues = new ArrayList<>();
  private final @Nullable Transaction[] owners;
  private final Average working;
  private final Average waiting;

  ScaleServer(World world, ScaleCosts costs) {
    this.world = world;
    this.costs = costs;
    this.cores = new SharedResource(world, costs.cores());
    this.log = new SharedResource(world, 1);
    this.owners = new Transaction[LOCKS];
    this.working = new Average(world);
    this.waiting = new Average(world);
    for (int lock = 0; lock < LOCKS; lock++) {
      queues.add(new ArrayDeque<>(0));
    }
  }

  /** How many transactions have all their locks. */
  Average working() {
    return working;
  }

  /** How many transactions wait for a lock. */
  Average waiting() {
    return waiting;
  }

  /** Runs a transaction, and then does something. */
  void run(int[] locks, double edges, double nodes, Runnable then) {
    Transaction transaction = new Transaction(locks, edges, nodes, then);
    world.after(world.about(nanos(costs.freeMillis() / 2)), transaction::acquire);
  }

  private static long nanos(double millis) {
    return (long) (millis * World.MILLIS);
  }

  /** A number over time. */
  static final class Average {
    private final World world;
    private double sum;
    private long sinceNanos;
    private long fromNanos;
    private int now;

    private Average(World world) {
      this.world = world;
    }

    private void change(int by) {
      sum += (double) now * (world.nowNanos() - sinceNanos);
      sinceNanos = world.nowNanos();
      now += by;
    }

    /** Forgets what was before. */
    void begin() {
      change(0);
      sum = 0;
      fromNanos = world.nowNanos();
    }

    double get() {
      change(0);
      return sum / Math.max(1, world.nowNanos() - fromNanos);
    }
  }

  private final class Transaction {
    private final int[] locks;
    private final double edges;
    private final double nodes;
    private final Runnable then;
    private int held;
    private boolean waits;

    private Transaction(int[] locks, double edges, double nodes, Runnable then) {
      this.locks = locks;
      this.edges = edges;
      this.nodes = nodes;
      this.then = then;
    }

    private void acquire() {
      while (held < locks.length) {
        int lock = locks[held];
        if (owners[lock] != null && owners[lock] != this) {
          queues.get(lock).add(this);
          if (!waits) {
            waits = true;
            waiting.change(1);
          }
          return;
        }
        owners[lock] = this;
        held++;
      }
      if (waits) {
        waits = false;
        waiting.change(-1);
      }
      working.change(1);
      world.after(
          world.about(nanos(costs.heldMillis())),
          () -> cores.use(costs.cpuNanos(edges, nodes), this::write));
    }

    private void write() {
      log.use(costs.logNanos(edges), this::commit);
    }

    private void commit() {
      working.change(-1);
      for (int lock : locks) {
        Transaction next = queues.get(lock).poll();
        owners[lock] = next;
        if (next != null) {
          next.held++;
          world.after(0, next::acquire);
        }
      }
      world.after(world.about(nanos(costs.freeMillis() / 2)), then);
    }
  }
}
