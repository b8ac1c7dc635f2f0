package dev.diagonal.jobs;

import dev.diagonal.internal.jdbc.schema.Session;
import dev.diagonal.internal.jobs.schema.NumberType;
import dev.diagonal.internal.jobs.schema.RatingColumns;
import dev.diagonal.internal.jobs.schema.SteppedSession;
import dev.diagonal.internal.ratings.MovieTotals;
import dev.diagonal.jobs.schema.JobTables;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A {@link BatchWorker} whose connections, clock and timer are given; it reads no ratings. */
public final class SteppedWorker {

  private static final JobTables TABLES = JobTables.DEFAULT;

  /**
   * The buffers of a worker, of one for all of a thread: they are large, and between two calls of
   * {@link #next} nothing is in them.
   */
  private static final ThreadLocal<Buffers> BUFFERS =
      ThreadLocal.withInitial(() -> new Buffers(new Totals(), new Staging()));

  private final BatchWorker worker;
  private final Buffers buffers = BUFFERS.get();
  private final Work work;

  private record Buffers(Totals totals, Staging staging) {}

  /** What is left out of the transaction of a batch: reading ratings and copying totals. */
  public interface Work {
    /** Returns how many ratings there are, good and bad; null if the worker is to stop. */
    long @Nullable [] read(long batch, BooleanSupplier stopped) throws SQLException;

    void stage(long batch, long attempt) throws SQLException;
  }

  public SteppedWorker(
      String name,
      Duration lease,
      int maxAttempts,
      Session connection,
      Session heartbeatConnection,
      ScheduledExecutorService timer,
      SteppedSession.Pause pause,
      Work work) {
    WorkSettings settings = WorkSettings.DEFAULT.withLease(lease).withMaxAttempts(maxAttempts);
    BatchTable table = new BatchTable(TABLES, settings);
    this.work = work;
    this.worker =
        new BatchWorker(
            TABLES,
            settings,
            name,
            table,
            SteppedSession.of(connection, pause),
            new Heartbeat(table, settings, heartbeatConnection, timer),
            buffers.totals,
            buffers.staging);
  }

  /** Does what is next; returns how long to wait then, null if nothing is left to do. */
  public @Nullable Duration next(BatchWorker.Listener listener)
      throws SQLException, InterruptedException {
    buffers.totals.work = work;
    buffers.staging.work = work;
    return worker.next(listener);
  }

  /** Begins a run, as {@link BatchWorker#beginRun}. */
  public static void beginRun(Connection connection) throws SQLException {
    int unused = BatchTable.forgive(connection, JobTables.DEFAULT);
  }

  private static final class Totals extends RangeTotals {
    private static final RatingColumns COLUMNS =
        new RatingColumns(NumberType.BIGINT, NumberType.BIGINT, NumberType.BIGINT);
    private @Nullable Work work;
    private long[] found = {0, 0};

    Totals() {
      super(TABLES, COLUMNS);
    }

    @Override
    boolean read(Connection connection, Claim claim, long maxBad, BooleanSupplier stopped)
        throws SQLException {
      long[] now = Objects.requireNonNull(work).read(claim.batchId(), stopped);
      found = now == null ? found : now;
      return now != null;
    }

    @Override
    long rows() {
      return found[0];
    }

    @Override
    long badRows() {
      return found[1];
    }

    @Override
    List<BadRating> badRatings() {
      return List.of(new BadRating(1, "simulated")).subList(0, found[1] > 0 ? 1 : 0);
    }
  }

  private static final class Staging extends StagingRows {
    private @Nullable Work work;

    Staging() {
      super(TABLES);
    }

    @Override
    void copy(Connection connection, Claim claim, MovieTotals totals) throws SQLException {
      Objects.requireNonNull(work).stage(claim.batchId(), claim.attempt());
    }
  }
}
