package dev.diagonal.taxi;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.schedule.BatchWriter;
import java.sql.SQLException;
import java.util.List;

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
 * <p>Neo4j has no locks that two processes could agree on, so all batches go through one process:
 * see {@link #locksSlots}.
 *
 * <p>Faults: a lost connection, a server that is not there and what Neo4j calls transient
 * (deadlocks above all), and transactions that were terminated, are retryable; violated constraints
 * and data that Neo4j refuses lie in the rows; all else is neither.
 *
 * @param database the database; the Neo4j driver must be on the class path
 */
public record Neo4jTrips(JdbcTarget database) implements BatchWriter.Factory<Trip> {

  /**
   * @throws IllegalArgumentException if the URL of {@code database} is not one of Neo4j
   */
  public Neo4jTrips {
    Neo4jConnection.checkNeo4j(database);
  }

  /** Whether {@code url} is one of Neo4j: {@code jdbc:neo4j://} or, encrypted, {@code +s} or so. */
  public static boolean accepts(String url) {
    return url.startsWith("jdbc:neo4j:") || url.startsWith("jdbc:neo4j+");
  }

  /**
   * Creates the constraints that each {@code trip_id} and zone stands once, unless they are there,
   * and merges the zones: their names are replaced, their counts stay, or start at 0.
   *
   * @throws SQLException if the database refuses it or cannot be reached
   * @throws IllegalStateException if the driver is not on the class path
   */
  public void prepare(List<Zone> zones) throws SQLException {
    try (Neo4jConnection connection = new Neo4jConnection(database)) {
      for (String constraint : TripCypher.CONSTRAINTS) {
        connection.run(constraint);
      }
      connection.run(TripCypher.MERGE_ZONES, zones.stream().map(TripCypher::row).toList());
    }
  }

  @Override
  public BatchWriter<Trip> open() {
    return new Neo4jTripWriter(this);
  }

  @Override
  public String target() {
    return "Neo4j at " + database;
  }

  /** Returns false: one process writes, with several connections. */
  @Override
  public boolean locksSlots() {
    return false;
  }
}
