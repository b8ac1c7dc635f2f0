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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Renews the claim of a worker three times per lease, on its own thread and connection. The
 * connection is opened only if a batch lasts until its first renewal. Renews one claim at a time.
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
   * @param timer runs the renewals; {@link #close} shuts it down
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
    // Otherwise the renewals of completed batches would be kept until they are due.
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /** Renews this claim until the result is closed. */
  Beating begin(Claim claim) {
    return new Beating(claim);
  }

  /** The renewals of one claim. */
  final class Beating implements AutoCloseable {

    private final Claim claim;
    private final ScheduledFuture<?> beats;
    private final AtomicInteger renewals = new AtomicInteger();
    private volatile boolean lost;

    private Beating(Claim claim) {
      this.claim = claim;
      this.beats =
          timer.scheduleWithFixedDelay(this::beat, beatMillis, beatMillis, TimeUnit.MILLISECONDS);
    }

    /** Returns whether the claim is known to be lost. */
    boolean isLost() {
      return lost;
    }

    /** Returns how often the lease was renewed. */
    int renewals() {
      return renewals.get();
    }

    private void beat() {
      try {
        if (table.renew(connection.use(), claim)) {
          renewals.incrementAndGet();
        } else {
          lost = true;
        }
      } catch (SQLException | RuntimeException e) {
        // The next renewal tries again. If none succeeds, another worker takes the batch, and
        // completing it finds the claim lost.
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
      // Waits for a renewal in progress.
      timer.execute(connection::close);
      timer.shutdown();
    }
  }
}
