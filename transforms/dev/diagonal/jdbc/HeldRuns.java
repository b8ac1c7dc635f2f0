package dev.diagonal.jdbc;

import dev.diagonal.jdbc.internal.schema.RunKeeper;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Holds runs for the writers of this JVM, by one connection per database and run. Static, as the
 * writers of a JVM know nothing of each other and share its connections.
 *
 * <p>Safe for use by several threads.
 */
final class HeldRuns {

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

  private static final Map<Key, HeldRuns> HELD = new HashMap<>();

  private record Key(String database, String schema, @Nullable UUID run) {}

  private final Key key;
  private final RunKeeper keeper;
  private int holders;

  private HeldRuns(Key key, RunKeeper keeper) {
    this.key = key;
    this.keeper = keeper;
  }

  /** Holds the run of a write until what is returned is released. */
  static HeldRuns take(Connector database, LedgerSettings settings) throws SQLException {
    Key key = new Key(database.name(), settings.schema().name(), settings.run());
    synchronized (HELD) {
      HeldRuns held = HELD.get(key);
      if (held == null) {
        UUID run = settings.run();
        held =
            new HeldRuns(
                key,
                RunKeeper.open(
                    settings.schema(),
                    HeldConnection.autoCommitting(database, LOCK_TIMEOUT),
                    run == null ? UUID.randomUUID() : run,
                    "writers of process " + ProcessHandle.current().pid()));
        HELD.put(key, held);
      }
      held.holders++;
      return held;
    }
  }

  UUID run() {
    return keeper.run();
  }

  /** Deletes tokens that nobody asks for any more. */
  void forget(Collection<UUID> tokens) {
    keeper.forget(tokens);
  }

  /** The last writer ends the run if it is this process's own. */
  void release() {
    synchronized (HELD) {
      holders--;
      if (holders > 0) {
        return;
      }
      HELD.remove(key);
    }
    if (key.run == null) {
      keeper.end();
    } else {
      keeper.close();
    }
  }
}
