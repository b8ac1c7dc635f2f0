package dev.diagonal.internal.jdbc.ledger;

import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.RunKeeper;
import dev.diagonal.jdbc.connection.Connector;
import dev.diagonal.jdbc.connection.LedgerSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Holds runs for the writers of this JVM, with one connection per database and run. Static, because
 * the writers of a JVM do not know each other but share its connections.
 *
 * <p>A run is held for some seconds after its last writer, since many small ranges are written one
 * after another (a connection and a row for each would double their time). A JVM that exits ends
 * its runs.
 *
 * <p>Thread-safe.
 */
public final class HeldRuns {

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration LINGER = Duration.ofSeconds(2);

  private static final Map<Key, HeldRuns> HELD = new HashMap<>();

  private record Key(String database, String schema, @Nullable UUID run) {}

  private final Key key;
  private final RunKeeper keeper;
  private final Thread atExit = new Thread(this::finish, "end of a run at exit");
  private int holders;
  private boolean lingers;
  private long releasedNanos;

  private HeldRuns(Key key, RunKeeper keeper) {
    this.key = key;
    this.keeper = keeper;
  }

  /** Holds the run of a write until the result is released. */
  public static HeldRuns take(Connector database, LedgerSettings settings) throws SQLException {
    Key key = new Key(database.name(), settings.schema(), settings.run());
    synchronized (HELD) {
      HeldRuns held = HELD.get(key);
      if (held == null) {
        held = new HeldRuns(key, open(database, settings));
        Runtime.getRuntime().addShutdownHook(held.atExit);
        HELD.put(key, held);
      } else if (held.holders == 0) {
        held.keeper.register();
      }
      held.holders++;
      return held;
    }
  }

  private static RunKeeper open(Connector database, LedgerSettings settings) throws SQLException {
    UUID run = settings.run();
    return RunKeeper.open(
        new InternalSchema(settings.schema()),
        HeldConnection.autoCommitting(database, LOCK_TIMEOUT),
        run == null ? UUID.randomUUID() : run,
        "writers of process " + ProcessHandle.current().pid());
  }

  public UUID run() {
    return keeper.run();
  }

  /** Deletes tokens that are no longer needed. */
  public void forget(Collection<UUID> tokens) {
    keeper.forget(tokens);
  }

  /** Ends the hold of one writer. */
  public void release() {
    synchronized (HELD) {
      holders--;
      releasedNanos = System.nanoTime();
      if (holders == 0 && !lingers) {
        lingers = true;
        Thread thread = new Thread(this::linger, "end of run " + keeper.run());
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  private void linger() {
    synchronized (HELD) {
      try {
        while (holders == 0) {
          long leftMillis = LINGER.toMillis() - (System.nanoTime() - releasedNanos) / 1_000_000;
          if (leftMillis <= 0) {
            HELD.remove(key);
            break;
          }
          HELD.wait(leftMillis);
        }
      } catch (InterruptedException e) {
        return; // already ended
      } finally {
        lingers = false;
      }
      if (holders > 0) {
        return;
      }
    }
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // the JVM exits, and its hook ends the run
    }
    finish();
  }

  /** Ends the run if it belongs to this process. */
  private void finish() {
    if (key.run == null) {
      keeper.end();
    } else {
      keeper.close();
    }
  }
}
