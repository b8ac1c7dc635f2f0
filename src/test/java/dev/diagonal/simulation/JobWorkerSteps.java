package dev.diagonal.simulation;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.jobs.BatchWorker;
import dev.diagonal.jobs.ProcessedBatch;
import dev.diagonal.jobs.SteppedWorker;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A worker on the job table in a simulated process, with its heartbeat. */
final class JobWorkerSteps implements BatchWorker.Listener, SteppedWorker.Work {

  /** Reads the ratings of a batch. */
  private record Read(long batch, BooleanSupplier stopped) {}

  /** Copies the totals of an attempt. */
  private record Stage(long batch, long attempt) {}

  private record Sleep(Duration delay) {}

  final World world;
  final String name;
  private final JobSimulation simulation;
  private final Replay replay;
  private final JobClient client;
  private final VirtualTimer timer;
  private final SteppedWorker worker;
  private final double clockSpeed;
  private boolean alive = true;
  private long pausedUntilNanos;
  private @Nullable Duration pause;

  JobWorkerSteps(JobSimulation simulation, World world, String name, JobShape shape) {
    this.simulation = simulation;
    this.world = world;
    this.name = name;
    Duration lease = Duration.ofMillis(shape.leaseMillis());
    this.clockSpeed = world.strikes(Fault.CLOCK_SKEW, 0.2) ? 0.7 + 0.5 * world.fraction() : 1;
    this.client = new JobClient(world, simulation.server(), name, false, 30 * World.SECONDS);
    this.replay = new Replay(client::now);
    this.timer = new VirtualTimer(this, lease);
    this.worker =
        new SteppedWorker(
            name,
            lease,
            shape.maxAttempts(),
            new SteppedJdbc(replay),
            timer.connection(),
            timer,
            delay -> unchecked(new Sleep(delay)),
            this);
  }

  /** Does something in this process after some time of its clock, if it lives. */
  void after(long nanos, Runnable action) {
    world.after(
        (long) Math.ceil(nanos / clockSpeed),
        () -> {
          if (world.nowNanos() < pausedUntilNanos) {
            after(pausedUntilNanos - world.nowNanos(), action);
          } else if (alive) {
            action.run();
          }
        });
  }

  JobServer server() {
    return simulation.server();
  }

  boolean isReplaying() {
    return replay.isSuspended();
  }

  boolean isAlive() {
    return alive;
  }

  /** Runs on until the next question that takes time. */
  void step() {
    Object question;
    try {
      question = replay.run(this::next);
    } catch (Exception | Error fault) {
      if (fault instanceof Violation violation) {
        throw violation;
      }
      world.log(() -> name + " fails: " + fault);
      end();
      simulation.failed(this);
      return;
    }
    if (question != null) {
      answer(question);
      return;
    }
    replay.clear();
    Duration wait = pause;
    if (wait == null) {
      world.log(() -> name + " finds nothing left to do");
      end();
      simulation.ended(this);
    } else {
      after(wait.toNanos(), this::step);
    }
  }

  private Object next() throws Exception {
    pause = worker.next(this);
    return this;
  }

  private void answer(Object question) {
    if (question instanceof Sleep sleep) {
      after(sleep.delay.toNanos(), () -> answered(true));
    } else if (question instanceof Read read) {
      read(read);
    } else if (question instanceof Stage stage) {
      world.after(
          world.about(World.MILLIS),
          () -> {
            simulation.stage(client.transaction(), stage.batch, stage.attempt);
            after(0, () -> answered(true));
          });
    } else {
      client.later(question, value -> after(0, () -> answered(value)));
    }
  }

  private void answered(Object value) {
    replay.answer(value);
    step();
  }

  private void read(Read read) {
    long nanos = world.about(10 * World.MILLIS);
    if (world.strikes(Fault.SLOW_TRANSACTION, 0.05)) {
      nanos *= 100;
    }
    boolean fails = world.strikes(Fault.ERROR, 0.01);
    long begun = world.nowNanos() + nanos;
    readOn(read, begun, fails);
  }

  private void readOn(Read read, long untilNanos, boolean fails) {
    if (read.stopped.getAsBoolean()) {
      world.log(() -> name + " knows that it has lost batch " + read.batch);
      answered(new long[0]);
    } else if (world.nowNanos() < untilNanos) {
      after(
          Math.min(20 * World.MILLIS, untilNanos - world.nowNanos()),
          () -> readOn(read, untilNanos, fails));
    } else if (fails) {
      answered(new OutOfMemoryError("simulated"));
    } else {
      answered(simulation.read(client.transaction(), read.batch));
    }
  }

  private Object unchecked(Object question) {
    try {
      return replay.ask(question);
    } catch (RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new IllegalStateException(fault);
    }
  }

  @Override
  public long @Nullable [] read(long batch, BooleanSupplier stopped) throws SQLException {
    long[] found = (long[]) unchecked(new Read(batch, stopped));
    return found.length == 0 ? null : found;
  }

  @Override
  public void stage(long batch, long attempt) {
    Objects.requireNonNull(unchecked(new Stage(batch, attempt)));
  }

  @Override
  public void completed(ProcessedBatch batch, List<DeadLetter> badRows) {
    simulation.reported(this, batch.batchId(), batch.attempt());
  }

  void kill() {
    world.log(() -> name + " is killed");
    end();
    client.abandon();
    timer.abandon();
  }

  void pause(long nanos) {
    world.log(() -> name + " is paused");
    pausedUntilNanos = world.nowNanos() + nanos;
  }

  private void end() {
    alive = false;
    timer.shutdown();
  }

  @Override
  public String toString() {
    return name;
  }
}
