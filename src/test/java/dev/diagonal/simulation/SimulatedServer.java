package dev.diagonal.simulation;

import static dev.diagonal.simulation.Violation.check;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model of PostgreSQL as far as a load of edges needs it: advisory locks that are granted in the
 * order of requests and held to the end of the transaction, rows that a transaction locks when it
 * changes them, commits, restarts. An edge is inserted unless it is there, and then counted at both
 * ends.
 *
 * <p>A transaction that would wait for a row that another one has changed is a violation: the slot
 * locks are there to prevent exactly that.
 */
final class SimulatedServer {

  static final long LOCK_TIMEOUT = 2 * World.SECONDS;
  private static final int LOCKS = 128;
  private static final long LATENCY = World.MILLIS / 2;
  private static final long DURATION = 8 * World.MILLIS;
  private static final int SLOW_FACTOR = 100;

  private static final List<Fault> FATES =
      List.of(
          Fault.CONNECTION_LOST,
          Fault.ANSWER_LOST,
          Fault.ZOMBIE_TRANSACTION,
          Fault.DEADLOCK_VICTIM,
          Fault.DISK_FULL,
          Fault.REFUSED,
          Fault.ERROR);

  private final World world;
  private final @Nullable Transaction[] lockOwner = new Transaction[LOCKS];
  private final List<Deque<Transaction>> lockQueues = new ArrayList<>(LOCKS);
  private final @Nullable Transaction[] edgeOwner;
  private final @Nullable Transaction[] nodeOwner;
  private final @Nullable Edge[] edges;
  private final int[] degrees;
  private final Set<Transaction> open = new LinkedHashSet<>();
  private boolean down;
  private int number;

  SimulatedServer(World world, int edges, int nodes) {
    this.world = world;
    this.edges = new Edge[edges];
    this.edgeOwner = new Transaction[edges];
    this.nodeOwner = new Transaction[nodes];
    this.degrees = new int[nodes];
    for (int lock = 0; lock < LOCKS; lock++) {
      lockQueues.add(new ArrayDeque<>(0));
    }
  }

  boolean holds(Edge edge) {
    return edges[edge.id()] != null;
  }

  /** Checks that each count equals the edges at its node. */
  void checkCounts() {
    int[] expected = new int[degrees.length];
    for (Edge edge : edges) {
      if (edge != null) {
        expected[edge.source()]++;
        expected[edge.target()]++;
      }
    }
    check(Arrays.equals(expected, degrees), "counts are %s", Arrays.toString(degrees));
  }

  /** Starts a transaction. The answer is null after the commit, or else what failed. */
  Transaction begin(
      String client, int[] locks, List<Edge> rows, Consumer<@Nullable Throwable> answer) {
    Transaction transaction = new Transaction(client, ++number, locks, rows, answer);
    world.after(world.about(LATENCY), transaction::arrive);
    return transaction;
  }

  /** Somebody who is not of this load holds these locks for a while. */
  void lockForeign(int[] locks, long nanos) {
    Transaction foreign = new Transaction("foreign", ++number, locks, List.of(), ignored -> {});
    foreign.nanos = nanos;
    foreign.patient = true;
    foreign.arrive();
  }

  void restart() {
    world.log(() -> "the server restarts");
    down = true;
    for (Transaction transaction : List.copyOf(open)) {
      transaction.abort("57P01");
    }
    world.after(
        world.about(300 * World.MILLIS),
        () -> {
          down = false;
          world.log(() -> "the server is up");
        });
  }

  /** Makes the locks, one after the other, those of the next in the queue. */
  private void release(Transaction ended) {
    for (int i = 0; i < ended.held; i++) {
      int lock = ended.locks[i];
      Transaction next = lockQueues.get(lock).poll();
      lockOwner[lock] = next;
      if (next != null) {
        next.held++;
        world.after(world.about(LATENCY / 10), next::acquire);
      }
    }
    if (ended.hasRows) {
      for (Edge edge : ended.rows) {
        edgeOwner[edge.id()] = null;
        nodeOwner[edge.source()] = null;
        nodeOwner[edge.target()] = null;
      }
    }
  }

  /** A transaction of one statement that takes the locks and one that writes the rows. */
  final class Transaction {

    private final String client;
    private final int id;
    private final int[] locks;
    private final List<Edge> rows;
    private final Consumer<@Nullable Throwable> answer;
    private long nanos;
    private boolean patient;
    private int held;
    private boolean hasRows;
    private boolean ended;
    private boolean answered;
    private @Nullable Fault fate;

    private Transaction(
        String client, int id, int[] locks, List<Edge> rows, Consumer<@Nullable Throwable> answer) {
      this.client = client;
      this.id = id;
      this.locks = locks;
      this.rows = rows;
      this.answer = answer;
      this.nanos = world.about(DURATION);
    }

    private void arrive() {
      if (ended) {
        return;
      }
      if (down) {
        ended = true;
        reply("57P03");
        return;
      }
      open.add(this);
      drawFate();
      acquire();
    }

    private void drawFate() {
      if (patient) {
        return;
      }
      if (world.strikes(Fault.SLOW_TRANSACTION, 0.04)) {
        nanos *= SLOW_FACTOR;
      }
      for (Fault fault : FATES) {
        if (world.strikes(fault, 0.015)) {
          fate = fault;
          world.log(() -> this + " will meet " + fault);
          return;
        }
      }
    }

    private void acquire() {
      if (ended) {
        return;
      }
      while (held < locks.length) {
        int lock = locks[held];
        if (lockOwner[lock] != null && lockOwner[lock] != this) {
          lockQueues.get(lock).add(this);
          int wanted = held;
          Transaction owner = lockOwner[lock];
          world.log(() -> this + " waits for lock " + lock + " of " + owner);
          if (!patient) {
            world.after(LOCK_TIMEOUT, () -> timeOut(lock, wanted));
          }
          if (fate == Fault.ZOMBIE_TRANSACTION) {
            reply("08006");
          }
          return;
        }
        lockOwner[lock] = this;
        held++;
      }
      takeRows();
    }

    private void timeOut(int lock, int wanted) {
      if (!ended && held == wanted && lockQueues.get(lock).remove(this)) {
        abort("55P03");
      }
    }

    private void takeRows() {
      hasRows = true;
      for (Edge edge : rows) {
        edgeOwner[edge.id()] = taken(edgeOwner[edge.id()], "edge", edge.id());
        nodeOwner[edge.source()] = taken(nodeOwner[edge.source()], "node", edge.source());
        nodeOwner[edge.target()] = taken(nodeOwner[edge.target()], "node", edge.target());
      }
      world.log(() -> this + " has its locks and writes " + rows.size() + " rows");
      if (fate == Fault.ZOMBIE_TRANSACTION) {
        world.after(world.about(nanos / 4), () -> reply("08006"));
        nanos *= 3;
      }
      world.after(nanos, this::finish);
    }

    private Transaction taken(@Nullable Transaction owner, String kind, int id) {
      if (owner != null && owner != this) {
        throw world.violated("%s waits for %s %s of %s".formatted(this, kind, id, owner));
      }
      return this;
    }

    private void finish() {
      if (ended) {
        return;
      }
      Fault met = fate;
      if (isRefused()) {
        abort("22003");
      } else if (met == Fault.CONNECTION_LOST) {
        abort("08006");
      } else if (met == Fault.DEADLOCK_VICTIM) {
        abort("40P01");
      } else if (met == Fault.DISK_FULL) {
        abort("53100");
      } else if (met == Fault.REFUSED) {
        abort("42501");
      } else if (met == Fault.ERROR) {
        end();
        reply(new OutOfMemoryError("simulated"));
      } else {
        commit();
      }
    }

    private boolean isRefused() {
      for (Edge edge : rows) {
        if (edge.bad()) {
          return true;
        }
      }
      return false;
    }

    private void commit() {
      for (Edge edge : rows) {
        if (edges[edge.id()] == null) {
          edges[edge.id()] = edge;
          degrees[edge.source()]++;
          degrees[edge.target()]++;
        }
      }
      world.log(() -> this + " commits");
      end();
      if (fate == Fault.ANSWER_LOST) {
        reply("08006");
      } else {
        reply((Throwable) null);
      }
    }

    /** Rolls back. */
    private void abort(String state) {
      world.log(() -> this + " fails with " + state);
      end();
      reply(state);
    }

    /** The client has died: the server rolls back, or does not notice before the commit. */
    void abandon() {
      answered = true;
      if (!ended && world.pick(2) == 0) {
        ended |= !open.contains(this);
        world.after(world.about(50 * World.MILLIS), this::rollBack);
      }
    }

    private void rollBack() {
      if (!ended) {
        world.log(() -> this + " is rolled back, as its client is gone");
        end();
      }
    }

    private void end() {
      ended = true;
      open.remove(this);
      if (held < locks.length) {
        lockQueues.get(locks[held]).remove(this);
      }
      release(this);
    }

    private void reply(String state) {
      reply(new SQLException("simulated", state));
    }

    private void reply(@Nullable Throwable fault) {
      if (!answered) {
        answered = true;
        world.after(world.about(LATENCY), () -> answer.accept(fault));
      }
    }

    @Override
    public String toString() {
      return client + " t" + id;
    }
  }
}
