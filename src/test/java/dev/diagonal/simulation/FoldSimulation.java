package dev.diagonal.simulation;

import dev.diagonal.jdbc.relationships.SteppedFold;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;

/**
 * Loaders that write edges with their deltas, and folders that move deltas into the counts: the SQL
 * and the order of its statements are real.
 */
final class FoldSimulation implements Simulated {

  private static final long BOUND = 2_000 * World.SECONDS;
  private static final int MOST_STEPS = 100_000;
  private static final int FOLD_EVERY = 3;

  private final World world;
  private final FoldShape shape;
  private final FoldServer server;
  private final List<Edge> edges = new ArrayList<>();
  private int loading;
  private int made;
  private boolean done;

  FoldSimulation(World world, FoldShape shape) {
    this.world = world;
    this.shape = shape;
    int all = shape.batches() * shape.batchSize();
    for (int id = 0; id < all; id++) {
      edges.add(new Edge(id, world.pick(shape.nodes()), world.pick(shape.nodes()), false));
    }
    this.server = new FoldServer(world, edges, shape.nodes());
    for (int i = 0; i < shape.loaders(); i++) {
      loading++;
      Loader loader = new Loader(i);
      loader.start();
    }
    for (int i = 0; i < shape.folders(); i++) {
      Folder folder = new Folder();
      folder.startLater();
    }
    for (int time = 0; time < 3; time++) {
      world.after(world.about((50 + 150 * time) * World.MILLIS), this::disturb);
    }
  }

  private void disturb() {
    if (!done && world.strikes(Fault.SERVER_RESTART, 0.1)) {
      server.restart();
    }
  }

  /** A client with one connection that runs one piece of code after the other. */
  private abstract class Process {
    final String name = getClass().getSimpleName() + made++;
    final JobClient client = new JobClient(world, server, name, false, 5 * World.SECONDS);
    final Replay replay = new Replay(client::now);
    final SteppedJdbc jdbc = new SteppedJdbc(replay);
    private boolean alive = true;
    private long pausedUntilNanos;

    /** Work on the connection, from its begin to its commit. */
    interface Work {
      void run(Connection connection) throws Exception;
    }

    void run(Work work, Runnable then) {
      Object question;
      try {
        question =
            replay.run(
                () -> {
                  work.run(jdbc.use());
                  return null;
                });
      } catch (Violation violation) {
        throw violation;
      } catch (Exception fault) {
        world.log(() -> name + " fails: " + fault.getMessage() + ", and tries again");
        replay.clear();
        Object unused = client.now(new SteppedJdbc.Close());
        after(world.about(30 * World.MILLIS), () -> run(work, then));
        return;
      }
      if (question == null) {
        replay.clear();
        then.run();
      } else {
        client.later(
            question,
            value ->
                after(
                    0,
                    () -> {
                      replay.answer(value);
                      run(work, then);
                    }));
      }
    }

    void after(long nanos, Runnable action) {
      world.after(
          nanos,
          () -> {
            if (world.nowNanos() < pausedUntilNanos) {
              after(pausedUntilNanos - world.nowNanos(), action);
            } else if (alive) {
              action.run();
            }
          });
    }

    void kill() {
      world.log(() -> name + " is killed");
      alive = false;
      client.abandon();
    }

    void pause(long nanos) {
      world.log(() -> name + " is paused");
      pausedUntilNanos = world.nowNanos() + nanos;
    }

    boolean isAlive() {
      return alive;
    }
  }

  /** Writes all batches, in an order of its own. */
  private final class Loader extends Process {
    private final int order;
    private int batch;
    private boolean replaced;

    Loader(int order) {
      this.order = order;
    }

    void start() {
      after(world.about(World.MILLIS), this::write);
      if (world.strikes(Fault.PROCESS_KILLED, 0.15)) {
        world.after(world.about(60 * World.MILLIS), () -> replaceIfRunning(true));
      }
      if (world.strikes(Fault.PROCESS_PAUSED, 0.15)) {
        world.after(world.about(60 * World.MILLIS), () -> replaceIfRunning(false));
      }
    }

    /** The runner takes it for dead: another one writes all batches again. */
    private void replaceIfRunning(boolean kills) {
      if (batch >= shape.batches() || replaced || !isAlive()) {
        return;
      }
      replaced = true;
      if (kills) {
        kill();
      } else {
        pause(world.about(100 * World.MILLIS));
      }
      new Loader(order).start();
    }

    private void write() {
      int first = (batch + order) % shape.batches() * shape.batchSize();
      run(
          connection -> {
            try (PreparedStatement insert = connection.prepareStatement(SteppedFold.insert())) {
              for (int i = 0; i < shape.batchSize(); i++) {
                insert.setLong(i + 1, first + i);
              }
              insert.executeQuery().close();
            }
            connection.commit();
          },
          this::written);
    }

    private void written() {
      if (world.strikes(Fault.BUNDLE_REPEATED, 0.03)) {
        write();
      } else if (++batch % FOLD_EVERY == 0) {
        run(SteppedFold::ifMany, this::goOn);
      } else {
        goOn();
      }
    }

    private void goOn() {
      if (batch < shape.batches()) {
        after(world.about(2 * World.MILLIS), this::write);
      } else if (!replaced && --loading == 0) {
        new Folder().start();
      }
    }
  }

  /** Folds, as the end of a load or {@code --fold} does. */
  private final class Folder extends Process {

    void startLater() {
      after(world.about(40 * World.MILLIS), this::start);
    }

    void start() {
      run(
          connection -> {
            SteppedFold.now(connection);
            connection.commit();
          },
          this::folded);
    }

    private void folded() {
      if (loading > 0) {
        startLater();
      } else {
        done = true;
      }
    }
  }

  @Override
  public void run() {
    while (world.step()) {
      if (world.nowNanos() > BOUND || world.steps() > MOST_STEPS) {
        throw new Violation("not done after " + world.steps() + " steps");
      }
    }
    if (!done) {
      throw new Violation("nothing goes on, and not all is done");
    }
    server.checkEnd();
  }

  @Override
  public String toString() {
    return shape.toString();
  }
}
