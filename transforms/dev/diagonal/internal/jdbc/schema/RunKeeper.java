package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Holds a run: while a keeper is open, nobody takes the run for gone. It has a connection and a
 * thread of its own; a connection that is lost is replaced within seconds. In between, the run may
 * be taken for gone and ended; then the fence of {@link Runs} keeps its transactions from being
 * repeated.
 *
 * <p>Safe for use by several threads.
 */
public final class RunKeeper implements AutoCloseable {

  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final Runs runs;
  private final UUID run;
  private final String command;
  private final Session session;
  private final Thread thread;
  private @Nullable Connection holding;
  private boolean closed;

  private RunKeeper(Runs runs, UUID run, String command, Session session) {
    this.runs = runs;
    this.run = run;
    this.command = command;
    this.session = session;
    this.thread = new Thread(this::keep, "keeper of run " + run);
    thread.setDaemon(true);
  }

  /**
   * Registers a run, unless it is registered, and holds it until the keeper is closed.
   *
   * @param session a connection of its own with auto-commit; the keeper closes it
   * @param command what is shown of the run
   */
  public static RunKeeper open(InternalSchema schema, Session session, UUID run, String command)
      throws SQLException {
    RunKeeper keeper = new RunKeeper(schema.runs(), run, command, session);
    keeper.register();
    keeper.thread.start();
    return keeper;
  }

  /** Returns the run that is held. */
  public UUID run() {
    return run;
  }

  private synchronized void keep() {
    Duration pause = LOOK_EVERY;
    while (!closed) {
      try {
        wait(pause.toMillis());
        if (!closed) {
          Connection unused = holding();
          pause = LOOK_EVERY;
        }
      } catch (InterruptedException e) {
        return;
      } catch (SQLException | RuntimeException e) {
        session.close();
        pause = RETRY_AFTER;
      }
    }
  }

  /**
   * Registers the run again, should someone have ended it. Only for a run that nothing in this
   * process writes for.
   */
  public synchronized void register() throws SQLException {
    boolean done = false;
    try {
      // The lock comes first: a run is never registered and not held.
      runs.begin(holding(), run, command);
      done = true;
    } finally {
      if (!done) {
        session.close(); // the next attempt opens another connection
      }
    }
  }

  /** Returns the connection, which holds the run. */
  private Connection holding() throws SQLException {
    Connection connection = session.use();
    if (connection != holding) {
      runs.hold(connection, run);
      holding = connection;
    }
    return connection;
  }

  /** Deletes tokens that nobody asks for any more. What cannot be deleted now goes with the run. */
  public synchronized void forget(Collection<UUID> tokens) {
    try {
      if (!closed && !tokens.isEmpty()) {
        runs.schema().ledger().forget(session.use(), tokens);
      }
    } catch (SQLException e) {
      session.close();
    }
  }

  /** Stops holding the run; what it has in the database stays for the others that hold it. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
    session.close();
  }

  /**
   * Ends the run and closes the keeper. What cannot be deleted now is left to {@code diagonal
   * clean}.
   */
  public synchronized void end() {
    try {
      runs.end(session.use(), run);
    } catch (SQLException e) {
      // Nobody reads what is left of it.
    } finally {
      close();
    }
  }
}
