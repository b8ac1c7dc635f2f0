package dev.diagonal.simulation;

import dev.diagonal.simulation.SteppedJdbc.Close;
import dev.diagonal.simulation.SteppedJdbc.Commit;
import dev.diagonal.simulation.SteppedJdbc.Execute;
import dev.diagonal.simulation.SteppedJdbc.Use;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The server's side of one connection: answers questions, and loses some of the answers. */
final class JobClient {

  private static final long LATENCY = World.MILLIS / 2;
  private static final long IDLE_LIMIT = 2 * World.SECONDS;
  private static final List<Fault> FATES =
      List.of(
          Fault.CONNECTION_LOST,
          Fault.ZOMBIE_TRANSACTION,
          Fault.DEADLOCK_VICTIM,
          Fault.DISK_FULL,
          Fault.REFUSED);
  private static final List<String> STATES = List.of("08006", "08006", "40P01", "53100", "42501");

  private final World world;
  private final StatementServer server;
  private final String name;
  private final boolean autoCommits;
  private final long lockTimeoutNanos;
  private JobServer.@Nullable Tx tx;
  private boolean connected;
  private boolean gone;

  JobClient(
      World world,
      StatementServer server,
      String name,
      boolean autoCommits,
      long lockTimeoutNanos) {
    this.world = world;
    this.server = server;
    this.name = name;
    this.autoCommits = autoCommits;
    this.lockTimeoutNanos = lockTimeoutNanos;
  }

  /** Returns what needs no time; null for all that does. */
  @Nullable Object now(Object question) {
    if (question instanceof Use && connected && !isBroken()) {
      return true;
    }
    if (question instanceof Close) {
      disconnect();
      return true;
    }
    return null;
  }

  private boolean isBroken() {
    JobServer.Tx current = tx;
    return current != null && current.ended;
  }

  /** The transaction that a statement belongs to. */
  JobServer.Tx transaction() {
    JobServer.Tx current = tx;
    if (current == null) {
      current = server.begin(name);
      tx = current;
    }
    return current;
  }

  /** Gives the answer later. */
  void later(Object question, Consumer<Object> answer) {
    world.after(world.about(LATENCY), () -> arrives(question, answer));
  }

  private void arrives(Object question, Consumer<Object> answer) {
    if (gone && !(question instanceof Commit)) {
      return;
    }
    if (server.isDown() || isBroken()) {
      reply(answer, new SQLException("simulated", "57P01"));
    } else if (question instanceof Use) {
      connected = true;
      reply(answer, true);
    } else if (question instanceof Commit) {
      commit(answer);
    } else {
      for (int i = 0; i < FATES.size(); i++) {
        if (world.strikes(FATES.get(i), 0.006)) {
          meet(FATES.get(i), STATES.get(i), answer);
          return;
        }
      }
      execute((Execute) question, answer, lockTimeoutNanos);
    }
  }

  /** The statement fails; a zombie keeps its transaction, and its locks, until it is ended. */
  private void meet(Fault fault, String state, Consumer<Object> answer) {
    world.log(() -> name + " meets " + fault);
    JobServer.Tx abandoned = transaction();
    if (fault == Fault.ZOMBIE_TRANSACTION) {
      tx = null;
      connected = false;
      world.after(world.about(IDLE_LIMIT), () -> server.rollBack(abandoned));
    } else {
      server.rollBack(abandoned);
    }
    reply(answer, new SQLException("simulated", state));
  }

  private void execute(Execute statement, Consumer<Object> answer, long patienceNanos) {
    JobServer.Tx current = transaction();
    if (gone || current.ended) {
      reply(answer, new SQLException("simulated", "57P01"));
      return;
    }
    if (patienceNanos <= 0) {
      server.rollBack(current);
      reply(answer, new SQLException("simulated", "55P03"));
      return;
    }
    JobServer.Answer result = server.execute(current, statement.sql(), statement.parameters());
    JobServer.Tx blocker = result.blocker();
    if (blocker != null) {
      world.log(() -> name + " waits for " + blocker.client);
      long since = world.nowNanos();
      boolean[] woken = {false};
      Runnable again =
          () -> {
            if (!woken[0]) {
              woken[0] = true;
              execute(statement, answer, patienceNanos - (world.nowNanos() - since));
            }
          };
      blocker.waiting.add(again);
      world.after(patienceNanos, again);
      return;
    }
    if (autoCommits) {
      server.commit(current);
      tx = null;
    }
    reply(answer, result);
  }

  private void commit(Consumer<Object> answer) {
    JobServer.Tx current = tx;
    if (current != null) {
      if (world.strikes(Fault.CONNECTION_LOST, 0.01)) {
        meet(Fault.CONNECTION_LOST, "08006", answer);
        return;
      }
      server.commit(current);
      tx = null;
      if (world.strikes(Fault.ANSWER_LOST, 0.03)) {
        world.log(() -> name + " does not hear of its commit");
        connected = false;
        reply(answer, new SQLException("simulated", "08006"));
        return;
      }
    }
    reply(answer, true);
  }

  private void reply(Consumer<Object> answer, Object value) {
    if (value instanceof SQLException) {
      connected = false;
    }
    world.after(world.about(LATENCY), () -> answer.accept(value));
  }

  private void disconnect() {
    connected = false;
    JobServer.Tx current = tx;
    tx = null;
    if (current != null) {
      server.rollBack(current);
    }
  }

  /** The process has died; the server notices at some time. */
  void abandon() {
    gone = true;
    world.after(world.about(50 * World.MILLIS), this::disconnect);
  }
}
