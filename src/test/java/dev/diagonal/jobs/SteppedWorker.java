package dev.diagonal.jobs;

import dev.diagonal.internal.jdbc.schema.Session;
import dev.diagonal.internal.jobs.schema.NumberType;
import dev.diagonal.internal.jobs.schema.RatingColumns;
import dev.diagonal.internal.jobs.schema.SteppedSession;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.ratings.MovieTotals;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A {@link BatchWorker} whose connections, clock and timer are given; it reads no ratings. */
public final class SteppedWorker {

  private final BatchWorker worker;
  private final WorkSettings settings;
  private final JobTables tables = JobTables.DEFAULT;

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
    this.settings = WorkSettings.DEFAULT.withLease(lease).withMaxAttempts(maxAttempts);
    BatchTable table = new BatchTable(tables, settings);
    this.worker =
        new BatchWorker(
            tables,
            settings,
            name,
            table,
            SteppedSession.of(connection, pause),
            new Heartbeat(table, settings, heartbeatConnection, timer),
            new Totals(tables, work),
            new Staging(tables, work));
  }

  /** Does what is next; returns how long to wait then, null if nothing is left to do. */
  public @Nullable Duration next(BatchWorker.Listener listener)
      throws SQLException, InterruptedException {
    return worker.next(listener);
  }

  /** Begins a run, as {@link BatchWorker#beginRun}. */
  public static void beginRun(Connection connection) throws SQLException {
    int unused = BatchTable.forgive(connection, JobTables.DEFAULT);
  }

  private static final class Totals extends RangeTotals {
    private static final RatingColumns COLUMNS =
        new RatingColumns(NumberType.BIGINT, NumberType.BIGINT, NumberType.BIGINT);
    private final Work work;
    private long[] found = {0, 0};

    Totals(JobTables tables, Work work) {
      super(tables, COLUMNS);
      this.work = work;
    }

    @Override
    boolean read(Connection connection, Claim claim, long maxBad, BooleanSupplier stopped)
        throws SQLException {
      long[] now = work.read(claim.batchId(), stopped);
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
    private final Work work;

    Staging(JobTables tables, Work work) {
      super(tables);
      this.work = work;
    }

    @Override
    void copy(Connection connection, Claim claim, MovieTotals totals) throws SQLException {
      work.stage(claim.batchId(), claim.attempt());
    }
  }
}
