package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Holds a run: while a keeper is open, the run counts as alive. It has its own connection and
 * thread, and replaces a lost connection within seconds. During that time the run may be considered
 * dead and ended; the fence of {@link Runs} then prevents its transactions from being repeated.
 *
 * <p>Thread-safe.
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
   * Registers a run if it is not registered yet, and holds it until the keeper is closed.
   *
   * @param session a dedicated connection with auto-commit; the keeper closes it
   * @param command how the run is listed
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
   * Registers the run again if it has been ended. Only for a run for which this process is not
   * writing.
   */
  public synchronized void register() throws SQLException {
    boolean done = false;
    try {
      // Takes the lock first, so that a registered run is always held.
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

  /**
   * Deletes tokens that are no longer needed. Tokens that cannot be deleted now are deleted with
   * the run.
   */
  public synchronized void forget(Collection<UUID> tokens) {
    try {
      if (!closed && !tokens.isEmpty()) {
        runs.schema().ledger().forget(session.use(), tokens);
      }
    } catch (SQLException e) {
      session.close();
    }
  }

  /** Stops holding the run; what it has in the database stays for its other holders. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
    session.close();
  }

  /**
   * Ends the run and closes the keeper. {@code diagonal clean} deletes what cannot be deleted now.
   */
  public synchronized void end() {
    try {
      runs.end(session.use(), run);
    } catch (SQLException e) {
      // What is left of it is never read.
    } finally {
      close();
    }
  }
}
