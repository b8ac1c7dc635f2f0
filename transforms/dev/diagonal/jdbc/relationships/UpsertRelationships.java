package dev.diagonal.jdbc.relationships;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.grid.CellLocks;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.table.FilesOfRows;
import dev.diagonal.internal.jdbc.table.RowsOfFiles;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.schedule.BatchWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Inserts relationships into PostgreSQL and counts them at both ends, each batch in a transaction
 * of one round trip.
 *
 * <p>Guarantee: a relationship with a new key is inserted and counted once at both ends, in the
 * same transaction. A relationship whose key exists, or that repeats a key of its batch, changes
 * nothing. Batches are therefore idempotent and atomic. With {@link #withLocks locks}, a
 * transaction holds the slot locks of its cell. It takes them in ascending order and releases them
 * when it ends, so writers never deadlock and no lock outlives its writer.
 *
 * <p>Faults: transient errors (serialization failure, deadlock, lock timeout, lost connection) are
 * retryable. Data that a column refuses and violated constraints are faults of single rows. All
 * others are neither. An id on both sides, where that is {@linkplain #refusingBothEnds refused},
 * throws {@link dev.diagonal.fault.BadInputException}.
 *
 * @param database the database
 * @param tables the tables, which must exist: see {@link RelationshipTables#createIfMissing}
 * @param binder binds the values of a row of {@code tables.edges()}
 * @param locks the slot locks, or null if one process writes and avoids conflicts by itself
 * @param lockTimeout how long a transaction waits for one lock, at least 1 ms
 * @param refuseBothEnds whether an id that is a source must not be a target
 * @param counting when relationships are added to the rows of their ends
 * @param mixed the grid whose hot ends are counted later, or null
 */
public record UpsertRelationships<T>(
    JdbcTarget database,
    RelationshipTables tables,
    RowBinder<T> binder,
    @Nullable CellLocks locks,
    Duration lockTimeout,
    boolean refuseBothEnds,
    Counting counting,
    @Nullable Grid<T> mixed)
    implements BatchWriter.Factory<T> {

  /** How long a transaction waits for one lock by default: 30 seconds. */
  public static final Duration DEFAULT_LOCK_TIMEOUT = Duration.ofSeconds(30);

  /**
   * @throws IllegalArgumentException if {@code database} is not PostgreSQL, {@code lockTimeout} is
   *     below 1 ms, or {@code refuseBothEnds} is set although each end has its own table
   */
  public UpsertRelationships {
    HeldConnection.checkPostgres(database);
    checkArgument(
        lockTimeout.toMillis() >= 1 && lockTimeout.toMillis() <= Integer.MAX_VALUE,
        "lockTimeout must be within 1 to %s ms, got %s",
        Integer.MAX_VALUE,
        lockTimeout);
    checkArgument(
        !refuseBothEnds || tables.isOneTable(),
        "an id may be on both sides when each end has its own table, got %s and %s",
        tables.sources().name(),
        tables.targets().name());
  }

  /** Returns writers without slot locks. */
  public static <T> UpsertRelationships<T> into(
      JdbcTarget database, RelationshipTables tables, RowBinder<T> binder) {
    return new UpsertRelationships<>(
        database, tables, binder, null, DEFAULT_LOCK_TIMEOUT, false, Counting.IMMEDIATE, null);
  }

  /** Takes the locks of a batch's cell, so that several processes may write concurrently. */
  public UpsertRelationships<T> withLocks(CellLocks slotLocks) {
    return new UpsertRelationships<>(
        database, tables, binder, slotLocks, lockTimeout, refuseBothEnds, counting, mixed);
  }

  /**
   * Sets how long a transaction waits for one lock; default 30 seconds.
   *
   * @throws IllegalArgumentException if {@code timeout} is below a millisecond
   */
  public UpsertRelationships<T> withLockTimeout(Duration timeout) {
    return new UpsertRelationships<>(
        database, tables, binder, locks, timeout, refuseBothEnds, counting, mixed);
  }

  /**
   * Fails if an id would be on both sides; allowed by default.
   *
   * @throws IllegalArgumentException if each end has its own table
   */
  public UpsertRelationships<T> refusingBothEnds() {
    return new UpsertRelationships<>(
        database, tables, binder, locks, lockTimeout, true, counting, mixed);
  }

  /**
   * Sets when relationships are added to the rows of their ends; default {@link
   * Counting#IMMEDIATE}. The other settings need the tables that {@link Fold#createIfMissing}
   * creates, and a {@link Fold} after the load.
   */
  public UpsertRelationships<T> withCounting(Counting way) {
    checkArgument(way != Counting.MIXED, "counting must be IMMEDIATE or FOLDED, got %s", way);
    return new UpsertRelationships<>(
        database, tables, binder, locks, lockTimeout, refuseBothEnds, way, null);
  }

  /**
   * Counts {@linkplain Counting#MIXED partly in the batch's transaction}, and takes the slot locks
   * of the grid.
   *
   * @param grid one that {@linkplain Grid#spreadingHotEnds spreads hot ends}; the write must use
   *     the same one
   */
  public UpsertRelationships<T> withMixedCounting(Grid<T> grid) {
    return new UpsertRelationships<>(
        database, tables, binder, grid, lockTimeout, refuseBothEnds, Counting.MIXED, grid);
  }

  /** Returns what detects changes of the input files, or null. */
  @Nullable FilesOfRows<T> files() {
    return RowsOfFiles.filesOf(binder);
  }

  @Override
  public BatchWriter<T> open() {
    return counting == Counting.FOLDED ? new FoldedWriter<>(this) : new RelationshipWriter<>(this);
  }

  @Override
  public String target() {
    return "table " + tables.edges().name() + " of " + database;
  }

  @Override
  public boolean locksSlots() {
    return locks != null || counting == Counting.FOLDED; // folded writers share no row of an end
  }
}
