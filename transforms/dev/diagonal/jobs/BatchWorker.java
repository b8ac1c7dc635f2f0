package dev.diagonal.jobs;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.jobs.schema.JobSession;
import dev.diagonal.internal.jobs.schema.RatingColumns;
import dev.diagonal.internal.metrics.LeaseUse;
import dev.diagonal.internal.metrics.RunRecorder;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.RangeTotals.BadRating;
import dev.diagonal.jobs.schema.JobTables;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Comparators;
import org.jspecify.annotations.Nullable;

/**
 * Processes the batches of a job table, one after another. A worker claims a batch in its own
 * transaction, which is visible to all others. In a second transaction it reads the ratings, totals
 * them in memory, copies the totals into the staging table and marks the batch complete. If
 * anything fails, that transaction is rolled back and the batch is marked failed, with the reason.
 *
 * <p>Guarantees, with any number of workers in any number of processes: a batch is complete if and
 * only if all totals of its last attempt are in the staging table. Two workers never complete the
 * same batch. A claim holds for a lease, which the worker renews. After a lease has ended, any
 * worker may take the batch. The previous one can then no longer complete it, because its attempt
 * is not the last one.
 *
 * <p>Holds one connection, and a second one while a batch lasts longer than a third of the lease.
 * Memory: 32 bytes per movie; rows are streamed. Not thread-safe: use one worker per thread.
 */
public final class BatchWorker implements AutoCloseable {

  private static final Duration FIRST_POLL = Duration.ofMillis(10);
  private static final Duration LONGEST_POLL = Duration.ofSeconds(1);

  private final JobTables tables;
  private final WorkSettings settings;
  private final String name;
  private final BatchTable table;
  private final JobSession session;
  private final Heartbeat heartbeat;
  private final StagingRows staging;
  private @Nullable RangeTotals range;
  private Duration poll = FIRST_POLL;

  /** Receives the results of a worker. */
  @FunctionalInterface
  public interface Listener {
    /**
     * A batch is complete. Not called if the reply to the commit was lost.
     *
     * @param badRows the bad rows that were left out
     */
    void completed(ProcessedBatch batch, List<DeadLetter> badRows);
  }

  /**
   * Creates a worker, which connects on first use.
   *
   * @throws IllegalArgumentException if {@code database} is not PostgreSQL
   */
  public BatchWorker(JdbcTarget database, JobTables tables, WorkSettings settings) {
    this(
        tables,
        settings,
        ManagementFactory.getRuntimeMXBean().getName() + " " + UUID.randomUUID(),
        new BatchTable(tables, settings),
        new JobSession(database),
        new Heartbeat(database, new BatchTable(tables, settings), settings),
        null,
        new StagingRows(tables));
  }

  /**
   * @param name shown in the job table while the worker has a batch; unique among workers
   * @param range reads the ratings; null to derive it from the columns of the table
   */
  BatchWorker(
      JobTables tables,
      WorkSettings settings,
      String name,
      BatchTable table,
      JobSession session,
      Heartbeat heartbeat,
      @Nullable RangeTotals range,
      StagingRows staging) {
    this.tables = tables;
    this.settings = settings;
    this.name = name;
    this.table = table;
    this.session = session;
    this.heartbeat = heartbeat;
    this.range = range;
    this.staging = staging;
  }

  /**
   * Begins a run: failed batches may again be tried {@link WorkSettings#maxAttempts} times.
   * Attempts that are in progress do not count, whether their workers are alive or not. Call this
   * once per run, before its workers start.
   *
   * @throws SQLException if the database cannot be reached
   */
  public static void beginRun(JdbcTarget database, JobTables tables)
      throws SQLException, InterruptedException {
    try (JobSession run = new JobSession(database)) {
      int unused = run.call(connection -> BatchTable.forgive(connection, tables));
    }
  }

  /** The result of {@link #processBatch}. */
  public enum Outcome {
    /** The batch was processed and is complete. */
    COMPLETED,
    /** The batch was already complete; nothing was done. */
    WAS_COMPLETE,
    /** Another worker is processing or completing the batch; nothing was done. */
    TAKEN,
    /** The batch failed; its row in the job table has the reason. */
    FAILED,
    /** The lease ended before the batch was complete, and another worker has taken it. */
    LOST
  }

  /**
   * Processes one batch if it is pending, failed (however often), or its worker's lease has ended.
   *
   * @throws IllegalArgumentException if the batch does not exist
   * @throws SQLException if the database cannot be reached
   */
  public Outcome processBatch(long batchId, Listener listener)
      throws SQLException, InterruptedException {
    Optional<Claim> claim = session.call(connection -> table.claim(connection, batchId, name));
    if (claim.isPresent()) {
      return process(claim.get(), listener);
    }
    String status =
        session
            .call(connection -> table.status(connection, batchId))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "batchId must be a batch of %s, got %s"
                            .formatted(tables.batches(), batchId)));
    return status.equals("complete") ? Outcome.WAS_COMPLETE : Outcome.TAKEN;
  }

  /**
   * Processes batches until none is left that could be claimed, now or after the worker that has it
   * fails. Leaves batches that have failed {@link WorkSettings#maxAttempts} times.
   *
   * @throws SQLException if the database cannot be reached
   * @throws InterruptedException if the thread is interrupted; a batch in progress is marked
   *     failed, or taken by another worker when its lease ends
   */
  public void processAll(Listener listener) throws SQLException, InterruptedException {
    poll = FIRST_POLL;
    Duration wait = Duration.ZERO;
    while (wait != null) {
      Thread.sleep(wait.toMillis()); // throws if the thread was interrupted before, too
      wait = next(listener);
    }
  }

  /**
   * Processes the next batch that can be claimed.
   *
   * @return how long to wait before the next call; null if no batch is left
   */
  @Nullable Duration next(Listener listener) throws SQLException, InterruptedException {
    Optional<Claim> claim = session.call(connection -> table.claimNext(connection, name));
    if (claim.isPresent()) {
      Outcome unused = process(claim.get(), listener);
      poll = FIRST_POLL;
      return Duration.ZERO;
    }
    if (!session.call(table::hasChance)) {
      return null;
    }
    Duration wait = poll;
    poll = Comparators.min(poll.multipliedBy(3).dividedBy(2), LONGEST_POLL);
    return wait;
  }

  private Outcome process(Claim claim, Listener listener)
      throws SQLException, InterruptedException {
    @Nullable ProcessedBatch done = null;
    RangeTotals read;
    RunRecorder.Open open = RunRecorder.open(() -> "job table " + tables.batches(), null, 0, name);
    Heartbeat.Beating beating = heartbeat.begin(claim);
    Outcome outcome = Outcome.FAILED;
    try (beating) {
      read = range();
      done = session.callOnce(connection -> work(connection, claim, read, beating));
      outcome = Outcome.COMPLETED;
    } catch (ClaimLostException lost) {
      outcome = Outcome.LOST;
      return outcome;
    } catch (SQLException | RuntimeException | Error fault) {
      outcome = failed(claim, fault);
      if (fault instanceof Error error) {
        throw error;
      }
      return outcome;
    } finally {
      open.close(
          done == null ? 0 : done.rows(),
          outcome != Outcome.COMPLETED,
          new LeaseUse(
              claim.batchId(), claim.attempt(), beating.renewals(), outcome == Outcome.LOST));
    }
    String table = tables.ratings();
    listener.completed(
        done, read.badRatings().stream().map(bad -> bad.toDeadLetter(table)).toList());
    return Outcome.COMPLETED;
  }

  private RangeTotals range() throws SQLException, InterruptedException {
    RangeTotals known = range;
    if (known == null) {
      known =
          new RangeTotals(tables, session.call(connection -> RatingColumns.of(connection, tables)));
      range = known;
    }
    return known;
  }

  /** Runs the transaction of a batch. It has no effect if this throws. */
  private ProcessedBatch work(
      Connection connection, Claim claim, RangeTotals read, Heartbeat.Beating beating)
      throws SQLException {
    // One more than allowed, so that the message can name one.
    long kept = settings.skipsBadRows() ? Math.max(1, settings.maxBadRows()) : 1;
    if (!read.read(connection, claim, kept, beating::isLost)) {
      throw new ClaimLostException();
    }
    checkBadRows(read);
    staging.copy(connection, claim, read.totals());
    int movies = read.totals().movies();
    if (!table.complete(connection, claim, read.rows(), read.badRows(), movies)) {
      throw new ClaimLostException();
    }
    return new ProcessedBatch(
        claim.batchId(), claim.attempt(), read.rows(), read.badRows(), movies);
  }

  /**
   * The claim was lost. Thrown out of the transaction, so that its connection is closed: it cannot
   * be reused in the middle of a COPY.
   */
  private static final class ClaimLostException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ClaimLostException() {
      super("the claim was lost", null, false, false);
    }
  }

  private void checkBadRows(RangeTotals read) {
    if (read.badRows() == 0
        || (settings.skipsBadRows() && read.badRows() <= settings.maxBadRows())) {
      return;
    }
    BadRating first = read.badRatings().get(0);
    throw new BadInputException(
        "%s bad record(s), the first: %s"
            .formatted(read.badRows(), first.toDeadLetter(tables.ratings()).reason()));
  }

  private Outcome failed(Claim claim, Throwable fault) throws SQLException, InterruptedException {
    String reason = Reason.withCauses(fault);
    boolean forGood = fault instanceof BadInputException;
    return session.call(
        connection -> {
          if (table.fail(connection, claim, reason, forGood)) {
            return Outcome.FAILED;
          }
          // The commit may have succeeded although its reply was lost.
          return table.isCompletedBy(connection, claim) ? Outcome.COMPLETED : Outcome.LOST;
        });
  }

  @Override
  public void close() {
    heartbeat.close();
    session.close();
  }
}
