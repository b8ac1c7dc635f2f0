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
   * Creates the constraints that make {@code trip_id} and the {@code id} of zones unique, unless
   * they exist, and merges the zones: their names are replaced, and their counts stay or start at
   * 0.
   *
   * @throws GraphMismatchException if an index or duplicate nodes rule out a constraint
   * @throws SQLException if the database refuses it or cannot be reached
   * @throws IllegalStateException if the driver is not on the class path
   */
  public void prepare(List<Zone> zones) throws SQLException {
    try (Neo4jConnection connection = new Neo4jConnection(database)) {
      for (TripCypher.UniqueKey key : TripCypher.KEYS) {
        makeUnique(connection, key);
      }
      connection.run(TripCypher.MERGE_ZONES, zones.stream().map(TripCypher::row).toList());
    }
  }

  private void makeUnique(Neo4jConnection connection, TripCypher.UniqueKey key)
      throws SQLException {
    try {
      connection.run(key.constraint());
    } catch (SQLException fault) {
      if (Neo4jFaults.isIndexInTheWay(fault)) {
        throw GraphMismatchException.ofIndex(
            database, key, connection.query(key.findIndexes()), fault);
      }
      if (Neo4jFaults.isConstraintViolated(fault)) {
        throw GraphMismatchException.ofDuplicates(
            database,
            key,
            connection.query(key.findDuplicates(GraphMismatchException.SHOWN_DUPLICATES)),
            fault);
      }
      throw fault;
    }
  }

  /**
   * Checks that Neo4j's driver is on the class path.
   *
   * @throws IllegalStateException if it is not; the message says how to add it
   */
  public static void checkDriver() {
    Neo4jConnection.checkDriver();
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
