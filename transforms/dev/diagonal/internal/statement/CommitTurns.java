package dev.diagonal.internal.statement;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets the transactions of one process commit to one database one after another, in the order in
 * which they ask for their turn. {@link Neo4jSlots#takeCommit} says why.
 *
 * <p>A commit may wait in Neo4j for a lock of a transaction that waits here for its turn. Neo4j
 * cannot know of such a circle, so a transaction waits only while no single commit takes longer
 * than a limit. How many commits are ahead of it does not matter.
 *
 * <p>Thread-safe.
 */
public final class CommitTurns {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String database;
  private final Duration limit;
  private final LongSupplier nanoTime;

  /** The turns in their order; the first one is that of the transaction that commits. */
  private final ArrayDeque<Object> turns = new ArrayDeque<>();

  private long firstSinceNanos;

  /**
   * Creates turns in which a commit takes at most 60 seconds.
   *
   * @param database the database, for messages
   */
  public CommitTurns(String database) {
    this(database, LIMIT, System::nanoTime);
  }

  CommitTurns(String database, Duration limit, LongSupplier nanoTime) {
    this.database = database;
    this.limit = limit;
    this.nanoTime = nanoTime;
  }

  /** A commit. */
  @FunctionalInterface
  interface Commit {
    void run() throws SQLException;
  }

  /**
   * Runs a commit when it is its turn.
   *
   * @throws SQLTimeoutException if another one takes longer than the limit
   */
  void run(Commit commit) throws SQLException {
    Object turn = new Object();
    try {
      await(turn);
      commit.run();
    } finally {
      end(turn);
    }
  }

  /** Returns how many transactions commit or wait. */
  synchronized int size() {
    return turns.size();
  }

  private synchronized void await(Object turn) throws SQLException {
    if (turns.isEmpty()) {
      firstSinceNanos = nanoTime.getAsLong();
    }
    turns.add(turn);
    long arrivedNanos = nanoTime.getAsLong();
    while (turns.peek() != turn) {
      long now = nanoTime.getAsLong();
      // One that arrives during a long commit waits as long as the others have.
      long left = limit.toNanos() - Math.min(now - firstSinceNanos, now - arrivedNanos);
      if (left <= 0) {
        throw new SQLTimeoutException(
            "waited to commit to %s, but the commit of another transaction of this process has taken more than %s s: SHOW TRANSACTIONS shows what it waits for; with fewer concurrent transactions (--maxWorkers), commits wait less for each other"
                .formatted(database, limit.toSeconds()));
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SQLException("interrupted", e);
      }
    }
  }

  private synchronized void end(Object turn) {
    if (turns.peek() == turn) {
      firstSinceNanos = nanoTime.getAsLong();
    }
    turns.remove(turn);
    notifyAll();
  }
}
