package dev.diagonal.simulation;

import dev.diagonal.jobs.SteppedWorker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Runs of a job table by some workers: until all batches are complete, and then published. */
final class JobSimulation implements Simulated {

  private static final long BOUND = 2_000 * World.SECONDS;
  private static final int MOST_STEPS = 100_000;

  private final World world;
  private final JobShape shape;
  private final JobServer server;
  private final Set<JobWorkerSteps> workers = new LinkedHashSet<>();
  private final Set<Long> bad = new HashSet<>();

  /** Batches that a plan has made pending during this run, perhaps after its workers had looked. */
  private final Set<Long> opened = new HashSet<>();

  private final Set<List<Long>> reported = new HashSet<>();
  private final Map<JobServer.Tx, Long> read = new HashMap<>();
  private int starting;
  private int runs;
  private int made;
  private boolean done;

  JobSimulation(World world, JobShape shape) {
    this.world = world;
    this.shape = shape;
    this.server = new JobServer(world, shape.batches(), shape.maxAttempts());
    for (long batch = 1; batch <= shape.batches(); batch++) {
      if (world.strikes(Fault.BAD_ROW, 0.03)) {
        bad.add(batch);
      }
    }
    beginRun();
    for (int time = 0; time < 3; time++) {
      world.after(world.about((30 + 100 * time) * World.MILLIS), this::disturb);
    }
  }

  JobServer server() {
    return server;
  }

  private void beginRun() {
    runs++;
    world.log(() -> "run " + runs + " begins");
    server.runBegins();
    opened.clear();
    JobClient client = new JobClient(world, server, "begin", false, World.SECONDS);
    forgive(client);
  }

  private void forgive(JobClient client) {
    Replay replay = new Replay(question -> answerNow(client, question));
    SteppedJdbc jdbc = new SteppedJdbc(replay);
    try {
      Object unused =
          replay.run(
              () -> {
                SteppedWorker.beginRun(jdbc.use());
                return null;
              });
    } catch (Exception fault) {
      throw new IllegalStateException(fault);
    }
    for (int i = 0; i < shape.workers(); i++) {
      startWorker();
    }
  }

  /** The statement of a run's begin takes effect at once. */
  private Object answerNow(JobClient client, Object question) {
    if (question instanceof SteppedJdbc.Execute statement) {
      JobServer.Tx tx = client.transaction();
      JobServer.Answer answer = server.execute(tx, statement.sql(), statement.parameters());
      if (answer.blocker() != null) {
        server.rollBack(tx); // it is repeated in truth; here the failures stay
        return new JobServer.Answer(List.of(), 0, null);
      }
      server.commit(tx);
      return answer;
    }
    return true;
  }

  private void startWorker() {
    starting++;
    world.after(
        world.about(5 * World.MILLIS),
        () -> {
          starting--;
          JobWorkerSteps worker = new JobWorkerSteps(this, world, "w" + made++, shape);
          workers.add(worker);
          if (world.strikes(Fault.PROCESS_KILLED, 0.12)) {
            world.after(world.about(80 * World.MILLIS), () -> kill(worker));
          }
          if (world.strikes(Fault.LEASE_ENDED, 0.12)) {
            long nanos = 2L * shape.leaseMillis() * World.MILLIS;
            world.after(world.about(60 * World.MILLIS), () -> worker.pause(nanos));
          }
          if (world.strikes(Fault.PROCESS_PAUSED, 0.12)) {
            world.after(
                world.about(60 * World.MILLIS),
                () -> worker.pause(world.about(300 * World.MILLIS)));
          }
          worker.step();
        });
  }

  private void kill(JobWorkerSteps worker) {
    if (worker.isAlive()) {
      worker.kill();
      failed(worker);
    }
  }

  /** A worker has died: the runner starts another one. */
  void failed(JobWorkerSteps worker) {
    workers.remove(worker);
    startWorker();
  }

  /** A worker has found nothing left to do. */
  void ended(JobWorkerSteps worker) {
    workers.remove(worker);
    if (workers.isEmpty() && starting == 0) {
      runEnds();
    }
  }

  private void runEnds() {
    for (JobServer.Row row : server.all()) {
      boolean over =
          row.is("complete") || (row.is("failed") && row.number("failures") >= shape.maxAttempts());
      if (!over && !opened.contains(row.number("batch_id"))) {
        throw world.violated("the run has ended with " + row.committed);
      }
    }
    if (server.areAllComplete()) {
      server.checkPublication();
      done = true;
      world.log(() -> "all is published");
    } else {
      bad.clear(); // somebody has corrected the ratings
      beginRun();
    }
  }

  private void disturb() {
    if (done) {
      return;
    }
    if (world.strikes(Fault.SERVER_RESTART, 0.1)) {
      server.restart();
    }
    if (world.strikes(Fault.LATE_ROWS, 0.2)) {
      addLateRows();
    }
  }

  /** Rows come into a range, and a plan makes its batch pending again, as {@code reopen} does. */
  private void addLateRows() {
    JobServer.Row row = server.row(1 + world.pick(shape.batches()));
    row.ratings++;
    if (row.owner == null && (row.is("complete") || row.is("processing"))) {
      Map<String, Object> values = new HashMap<>(row.committed);
      values.put("status", "pending");
      values.put("failures", 0L);
      values.put("lease_until", null);
      opened.add(row.number("batch_id"));
      row.committed = values;
      world.log(() -> "late rows open " + values);
    } else {
      row.ratings--;
    }
  }

  /** Reads the ratings of a batch in a transaction; returns how many, and how many are bad. */
  long[] read(JobServer.Tx tx, long batch) {
    long ratings = server.row(batch).ratings;
    read.put(tx, ratings);
    return new long[] {ratings, bad.contains(batch) ? 1 : 0};
  }

  void stage(JobServer.Tx tx, long batch, long attempt) {
    if (!tx.ended) {
      server.stage(tx, batch, attempt, Objects.requireNonNull(read.get(tx)));
    }
  }

  /** A worker has reported a batch as complete. */
  void reported(JobWorkerSteps worker, long batch, long attempt) {
    if (!reported.add(List.of(batch, attempt))) {
      throw world.violated(worker + " reports batch " + batch + " twice");
    }
    if (!server.hasCompleted(batch, attempt)) {
      throw world.violated(worker + " reports batch " + batch + ", which it has not completed");
    }
  }

  @Override
  public void run() {
    List<String> open = new ArrayList<>();
    while (world.step()) {
      if (world.nowNanos() > BOUND || world.steps() > MOST_STEPS) {
        server.all().forEach(row -> open.add(String.valueOf(row.committed)));
        throw new Violation("not done after " + world.steps() + " steps: " + workers + open);
      }
    }
    if (!done) {
      throw new Violation("nothing goes on, and not all is done: " + workers);
    }
  }

  @Override
  public String toString() {
    return shape.toString();
  }
}
