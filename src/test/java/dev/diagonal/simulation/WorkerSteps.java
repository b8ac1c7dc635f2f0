package dev.diagonal.simulation;

import static dev.diagonal.simulation.Violation.check;

import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.SteppedThread;
import dev.diagonal.simulation.SimulatedServer.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A thread of a scheduler in a simulated process. */
final class WorkerSteps {

  /** Lost connections, deadlocks, lock time-outs, full disks and restarts. */
  private static final Set<String> PASSING =
      Set.of("08006", "40P01", "55P03", "53100", "57P01", "57P03");

  private final LoadProcess process;
  private final SharedScheduler shared;
  private final SteppedThread<Edge> thread;
  private final String name;
  private final Runnable call = this::called;
  private int attemptsOfRows;
  private @Nullable Transaction transaction;
  private @Nullable List<Edge> rows;
  private int waits;

  WorkerSteps(
      LoadProcess process, SharedScheduler shared, SteppedThread<Edge> thread, String name) {
    this.process = process;
    this.shared = shared;
    this.thread = thread;
    this.name = name;
    thread.begin();
    given();
  }

  private void given() {
    shared.watch.started(thread.group(), thread.cell());
    if (shared.steps.isStopped(thread.group())) {
      throw process.world.violated(name + " starts a cancelled batch");
    }
    rows = null;
    process.soon(this::attempt);
  }

  private void attempt() {
    List<Edge> next = thread.nextRows();
    if (next == null) {
      ended(true);
      return;
    }
    attemptsOfRows = next == rows ? attemptsOfRows + 1 : 1;
    boolean repeats = rows != null;
    rows = next;
    if (attemptsOfRows > process.shape.attempts()) {
      throw process.world.violated(name + " tries the same rows too often");
    }
    if (repeats && shared.steps.isStopped(thread.group())) {
      throw process.world.violated(name + " tries a cancelled batch again");
    }
    transaction =
        process.server.begin(
            name,
            process.run.locks[thread.cell()],
            next,
            answer -> process.after(0, () -> answered(answer)));
  }

  private void answered(@Nullable Throwable answer) {
    transaction = null;
    if (answer == null) {
      thread.written();
      attempt();
    } else if (answer instanceof Error error) {
      thread.failed(error);
      ended(false);
    } else if (answer instanceof Exception fault) {
      Duration delay = thread.failed(fault, process.settings);
      if (delay == null) {
        checkGivesUp(fault);
        ended(true);
      } else {
        if (shared.steps.isStopped(thread.group())) {
          throw process.world.violated(name + " waits to try a cancelled batch again");
        }
        checkDelay(delay, fault);
        process.world.log(() -> name + " tries again after " + delay.toMillis() + " ms");
        process.after(delay.toNanos(), this::attempt);
      }
    }
  }

  private void checkGivesUp(Exception fault) {
    if (PASSING.contains(String.valueOf(SqlFaults.state(fault)))
        && attemptsOfRows < process.shape.attempts()
        && !shared.steps.isStopped(thread.group())) {
      throw process.world.violated(name + " gives up after a fault that may pass");
    }
  }

  private void checkDelay(Duration delay, Exception fault) {
    if (SqlFaults.isRetryable(fault)) {
      long most =
          Math.min(
              LoadProcess.FIRST_DELAY.toNanos() << (attemptsOfRows - 1),
              LoadProcess.LONGEST_DELAY.toNanos());
      long nanos = delay.toNanos();
      check(nanos >= most / 2 && nanos <= most, "%s waits %s between attempts", name, delay);
    }
  }

  private void ended(boolean goesOn) {
    int cell = thread.cell();
    int places = thread.places();
    BatchGroup<Edge> group = thread.group();
    shared.watch.ended(cell, places);
    if (!goesOn) {
      shared.watch.threadEnds();
    }
    if (thread.isFailed()) {
      shared.watch.stopped(group::equals); // before anything else starts
    }
    thread.ended(goesOn);
    if (goesOn) {
      await();
    } else {
      end();
    }
  }

  private void await() {
    if (thread.hasBatch()) {
      take();
    } else if (!thread.isWaiting()) {
      leave();
    } else {
      thread.whenCalled(call);
      int wait = ++waits;
      process.after(LoadProcess.IDLE, () -> idled(wait));
    }
  }

  /** A signal has come, in the middle of somebody else's step. */
  private void called() {
    waits++;
    if (thread.hasBatch()) {
      take();
    } else {
      process.soon(this::await);
    }
  }

  private void take() {
    check(thread.takes(), "%s lost its batch", name);
    given();
  }

  private void idled(int wait) {
    if (wait == waits) {
      thread.forgetCall(call);
      leave();
    }
  }

  private void leave() {
    if (thread.takes()) {
      given();
    } else {
      shared.watch.threadEnds();
      end();
    }
  }

  private void end() {
    process.soon(
        () -> {
          shared.watch.threadEnded();
          thread.end();
        });
  }

  void kill() {
    if (transaction != null) {
      transaction.abandon();
    }
  }
}
