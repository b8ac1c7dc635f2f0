package dev.diagonal.internal.jobs.schema;

import dev.diagonal.internal.jdbc.schema.Session;
import java.time.Duration;

/** Makes {@link JobSession}s whose connection and waits are given. */
public final class SteppedSession {

  private SteppedSession() {}

  /** Waits between attempts. */
  public interface Pause {
    void pause(Duration delay) throws InterruptedException;
  }

  /** Returns a session that waits by calling {@code pause}; without jitter. */
  public static JobSession of(Session connection, Pause pause) {
    return new JobSession("simulated", connection, pause::pause, () -> 1);
  }
}
