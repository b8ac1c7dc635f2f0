package dev.diagonal.internal.taxi;

import dev.diagonal.grid.CellLocks;
import dev.diagonal.internal.statement.Neo4jConnection;
import dev.diagonal.internal.statement.Neo4jDrivers;
import dev.diagonal.internal.statement.UniqueKey;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.statement.RunStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes trips and zones to Neo4j as {@code (:Trip)-[:STARTED_AT]->(:Zone)} and {@code
 * (:Trip)-[:ENDED_AT]->(:Zone)}, and counts trips at both zones, each batch in one transaction.
 *
 * <p>A trip has its {@code trip_id}, a text, and the columns of {@link TripColumn} that have a
 * value, except the two zones, which its relationships lead to. A zone has its {@code id}, {@code
 * pickups}, {@code dropoffs} and {@code revenue}, the sum of {@code total_amount} of the trips that
 * start there: a floating-point number, whose last digits depend on the order of the batches.
 * Missing zones are created.
 *
 * <p>Guarantee: a trip with a new {@code trip_id} is created and counted once. A trip that exists,
 * or that repeats an id of its batch, changes nothing. Batches are therefore idempotent and atomic.
 * This requires {@link #prepare}.
 *
 * <p>Faults: lost connections, unreachable servers, Neo4j's transient errors (mainly deadlocks) and
 * terminated transactions are retryable. Violated constraints and data that Neo4j refuses are
 * faults of single rows. All others are neither.
 *
 * @param database the database; the Neo4j driver must be on the class path
 * @param locks the slot locks, or null if one process writes
 */
public record Neo4jTrips(JdbcTarget database, @Nullable CellLocks locks)
    implements BatchWriter.Factory<Trip> {

  /**
   * @throws IllegalArgumentException if {@code database} is not Neo4j
   */
  public Neo4jTrips {
    Neo4jDrivers.checkNeo4j(database);
  }

  /** Returns writers of trips without slot locks, for one process. */
  public static Neo4jTrips into(JdbcTarget database) {
    return new Neo4jTrips(database, null);
  }

  /** Takes the locks of a batch's cell, so that several processes may write concurrently. */
  public Neo4jTrips withLocks(CellLocks slotLocks) {
    return new Neo4jTrips(database, slotLocks);
  }

  /**
   * Creates the constraints that make {@code trip_id} and the {@code id} of zones unique, unless
   * they exist, and merges the zones: their names are replaced, and their counts stay or start at
   * 0.
   *
   * @throws dev.diagonal.internal.statement.GraphMismatchException if an index or duplicate nodes
   *     rule out a constraint
   * @throws SQLException if the database refuses it or cannot be reached
   * @throws IllegalStateException if the driver is not on the class path
   */
  public void prepare(List<Zone> zones) throws SQLException {
    try (Neo4jConnection connection = new Neo4jConnection(database)) {
      for (UniqueKey key : TripCypher.KEYS) {
        key.create(database, connection);
      }
      connection.run(TripCypher.MERGE_ZONES, zones.stream().map(TripCypher::row).toList());
    }
    statement().prepare();
  }

  /**
   * Logs in, looks for the constraints and lets the database parse the statement. Changes nothing.
   *
   * @return which constraints exist and which would be created
   * @throws dev.diagonal.internal.statement.GraphMismatchException if an index or duplicate nodes
   *     rule out a constraint
   * @throws SQLException if the database refuses the statement or cannot be reached
   */
  public List<String> check() throws SQLException {
    List<String> found = new ArrayList<>();
    try (Neo4jConnection connection = new Neo4jConnection(database)) {
      for (UniqueKey key : TripCypher.KEYS) {
        found.add(key.check(database, connection));
      }
    }
    statement().check();
    return found;
  }

  private RunStatement<Trip> statement() {
    RunStatement<Trip> statement =
        RunStatement.in(database, TripCypher.WRITE_TRIPS, TaxiTables.tripParameters());
    return locks == null ? statement : statement.withLocks(locks);
  }

  @Override
  public BatchWriter<Trip> open() {
    return statement().open();
  }

  @Override
  public String target() {
    return statement().target();
  }

  @Override
  public boolean locksSlots() {
    return locks != null;
  }
}
