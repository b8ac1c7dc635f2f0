package dev.diagonal.jobs;

import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.schema.Session;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Renews the claim of a worker three times a lease, on a thread and a connection of its own, which
 * is only opened for a batch that lasts that long. Beats for one claim at a time.
 */
final class Heartbeat implements AutoCloseable {

  private static final int BEATS_PER_LEASE = 3;

  private final BatchTable table;
  private final Session connection;
  private final long beatMillis;
  private final ScheduledExecutorService timer;

  Heartbeat(JdbcTarget database, BatchTable table, WorkSettings settings) {
    this(
        table,
        settings,
        // The row is locked only while its batch is being completed or claimed.
        HeldConnection.autoCommitting(database, Duration.ofMillis(beatMillis(settings))),
        newTimer());
  }

  /**
   * @param connection each statement on it is a transaction
   * @param timer runs the beats; is shut down at the end
   */
  Heartbeat(
      BatchTable table, WorkSettings settings, Session connection, ScheduledExecutorService timer) {
    this.table = table;
    this.beatMillis = beatMillis(settings);
    this.connection = connection;
    this.timer = timer;
  }

  private static long beatMillis(WorkSettings settings) {
    return Math.max(1, settings.lease().toMillis() / BEATS_PER_LEASE);
  }

  private static ScheduledExecutorService newTimer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "batch heartbeat");
              thread.setDaemon(true);
              return thread;
            });
    // Or the beats of batches that are done would be kept until they were due.
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /** Renews this claim until what is returned is closed. */
  Beating begin(Claim claim) {
    return new Beating(claim);
  }

  /** The renewals of one claim. */
  final class Beating implements AutoCloseable {

    private final Claim claim;
    private final ScheduledFuture<?> beats;
    private volatile boolean lost;

    private Beating(Claim claim) {
      this.claim = claim;
      this.beats =
          timer.scheduleWithFixedDelay(this::beat, beatMillis, beatMillis, TimeUnit.MILLISECONDS);
    }

    /** Whether the claim is known to be good no more. */
    boolean isLost() {
      return lost;
    }

    private void beat() {
      try {
        lost |= !table.renew(connection.use(), claim);
      } catch (SQLException | RuntimeException e) {
        // The next beat tries again; if none gets through, another takes the batch, and the claim
        // is found lost when it is to complete.
        connection.close();
      }
    }

    @Override
    public void close() {
      beats.cancel(false);
    }
  }

  @Override
  public void close() {
    if (!timer.isShutdown()) {
      // Not under a beat that is being made.
      timer.execute(connection::close);
      timer.shutdown();
    }
  }
}
