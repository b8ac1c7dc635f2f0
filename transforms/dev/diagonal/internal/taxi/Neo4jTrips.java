package dev.diagonal.internal.taxi;

import dev.diagonal.grid.CellLocks;
import dev.diagonal.internal.statement.Neo4jConnection;
import dev.diagonal.internal.statement.UniqueKey;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.statement.RunStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writers that put trips and zones into Neo4j as {@code (:Trip)-[:STARTED_AT]->(:Zone)} and {@code
 * (:Trip)-[:ENDED_AT]->(:Zone)}, and count them at both zones, each batch in one transaction.
 *
 * <p>A trip has its {@code trip_id}, a text, and the columns of {@link TripColumn} that have a
 * value, but for the two zones: the relationships lead there. A zone has its {@code id}, {@code
 * pickups}, {@code dropoffs} and {@code revenue}, the sum of {@code total_amount} of the trips that
 * start there: a floating-point number, whose last digits depend on the order of the batches. A
 * zone that is not there is created.
 *
 * <p>Guarantee: a trip whose {@code trip_id} is not there yet is created and counted once; one that
 * is there, or that comes a second time in the batch, changes nothing. So writing a batch again
 * changes nothing, and a batch is written as a whole or not at all. This needs {@link #prepare}.
 *
 * <p>Faults: a lost connection, a server that is not there and what Neo4j calls transient
 * (deadlocks above all), and transactions that were terminated, are retryable; violated constraints
 * and data that Neo4j refuses lie in the rows; all else is neither.
 *
 * @param database the database; the Neo4j driver must be on the class path
 * @param locks the slot locks, or null if one process writes
 */
public record Neo4jTrips(JdbcTarget database, @Nullable CellLocks locks)
    implements BatchWriter.Factory<Trip> {

  /**
   * @throws IllegalArgumentException if the URL of {@code database} is not one of Neo4j
   */
  public Neo4jTrips {
    Neo4jConnection.checkNeo4j(database);
  }

  /** Returns writers of trips without slot locks, for one process. */
  public static Neo4jTrips into(JdbcTarget database) {
    return new Neo4jTrips(database, null);
  }

  /** Takes the locks of a batch's cell, so that several processes may write at once. */
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
