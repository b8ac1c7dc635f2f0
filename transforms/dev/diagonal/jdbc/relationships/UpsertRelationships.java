package dev.diagonal.jdbc.relationships;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.grid.CellLocks;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.schedule.BatchWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Writers that insert relationships into PostgreSQL and count them at both ends, each batch in a
 * transaction of one round trip.
 *
 * <p>Guarantee: a relationship whose key is not there yet is inserted and counted once, at both
 * ends, in the same transaction; one whose key is there, or that comes a second time in the batch,
 * changes nothing. So writing a batch again changes nothing, and a batch is written as a whole or
 * not at all. Transactions hold the slot locks of their cell while they write, if there are {@link
 * #withLocks locks}: they are taken in ascending order and belong to the transaction, so that no
 * two writers wait for each other in a ring and none outlives its writer.
 *
 * <p>Faults: those that may pass (serialization, deadlock, lock time-out, a lost connection) are
 * retryable; data that a column refuses and violated constraints lie in the rows; all else is
 * neither. An id on both sides, where that is {@linkplain #refusingBothEnds refused}, throws {@link
 * dev.diagonal.fault.BadInputException}.
 *
 * @param database the database
 * @param tables the tables, which must be there: see {@link RelationshipTables#createIfMissing}
 * @param binder puts the values of a row of {@code tables.edges()}
 * @param locks the slot locks, or null if there is only one process and it takes care by itself
 * @param lockTimeout how long a transaction waits for one lock, at least a millisecond
 * @param refuseBothEnds whether an id that is a source must not be a target
 * @param counting when relationships are added to the rows of their ends
 * @param mixed the grid whose hot ends are counted later, or null
 * @param files records the files that rows are from, or null
 */
public record UpsertRelationships<T>(
    JdbcTarget database,
    RelationshipTables tables,
    RowBinder<T> binder,
    @Nullable CellLocks locks,
    Duration lockTimeout,
    boolean refuseBothEnds,
    @Nullable FilesOfRows<T> files,
    Counting counting,
    @Nullable Grid<T> mixed)
    implements BatchWriter.Factory<T> {

  /** How long a transaction waits for one lock unless set: 30 seconds. */
  public static final Duration DEFAULT_LOCK_TIMEOUT = Duration.ofSeconds(30);

  /**
   * @throws IllegalArgumentException if the URL of {@code database} is not one of PostgreSQL,
   *     {@code lockTimeout} is below a millisecond, or {@code refuseBothEnds} is set where each end
   *     has a table of its own
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
        "an id may stand on both sides where they have tables of their own, got %s and %s",
        tables.sources().name(),
        tables.targets().name());
  }

  /** Returns writers without slot locks. */
  public static <T> UpsertRelationships<T> into(
      JdbcTarget database, RelationshipTables tables, RowBinder<T> binder) {
    return new UpsertRelationships<>(
        database,
        tables,
        binder,
        null,
        DEFAULT_LOCK_TIMEOUT,
        false,
        null,
        Counting.IMMEDIATE,
        null);
  }

  /** Takes the locks of a batch's cell, so that several processes may write at once. */
  public UpsertRelationships<T> withLocks(CellLocks slotLocks) {
    return new UpsertRelationships<>(
        database, tables, binder, slotLocks, lockTimeout, refuseBothEnds, files, counting, mixed);
  }

  /**
   * Sets how long a transaction waits for one lock; default 30 seconds.
   *
   * @throws IllegalArgumentException if {@code timeout} is below a millisecond
   */
  public UpsertRelationships<T> withLockTimeout(Duration timeout) {
    return new UpsertRelationships<>(
        database, tables, binder, locks, timeout, refuseBothEnds, files, counting, mixed);
  }

  /**
   * Fails where an id would stand on both sides; by default it may.
   *
   * @throws IllegalArgumentException if each end has a table of its own
   */
  public UpsertRelationships<T> refusingBothEnds() {
    return new UpsertRelationships<>(
        database, tables, binder, locks, lockTimeout, true, files, counting, mixed);
  }

  /**
   * Sets when relationships are added to the rows of their ends; default {@link
   * Counting#IMMEDIATE}. Other ways need the tables that {@link Fold#createIfMissing} creates, and
   * a {@link Fold} at the end.
   */
  public UpsertRelationships<T> withCounting(Counting way) {
    checkArgument(way != Counting.MIXED, "counting must be IMMEDIATE or FOLDED, got %s", way);
    return new UpsertRelationships<>(
        database, tables, binder, locks, lockTimeout, refuseBothEnds, files, way, null);
  }

  /**
   * Counts {@linkplain Counting#MIXED partly at once}, and takes the slot locks of the grid.
   *
   * @param grid one that {@linkplain Grid#spreadingHotEnds spreads hot ends}; the write must use it
   */
  public UpsertRelationships<T> withMixedCounting(Grid<T> grid) {
    return new UpsertRelationships<>(
        database, tables, binder, grid, lockTimeout, refuseBothEnds, files, Counting.MIXED, grid);
  }

  /** Records the files that rows are from, and fails where one has changed; null for neither. */
  public UpsertRelationships<T> withFiles(@Nullable FilesOfRows<T> filesOfRows) {
    return new UpsertRelationships<>(
        database, tables, binder, locks, lockTimeout, refuseBothEnds, filesOfRows, counting, mixed);
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
    return locks != null || counting == Counting.FOLDED; // which shares no row of an end
  }
}
