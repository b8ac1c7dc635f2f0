package dev.diagonal.taxi;

import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes batches as {@link Neo4jTrips} says, over one connection.
 *
 * <p>Not safe for use by several threads at once.
 */
final class Neo4jTripWriter implements BatchWriter<Trip> {

  private final Neo4jConnection connection;

  Neo4jTripWriter(Neo4jTrips trips) {
    this.connection = new Neo4jConnection(trips.database());
  }

  /**
   * {@inheritDoc}
   *
   * @throws SQLException if the database refuses the batch; the message has the first key
   * @throws IllegalStateException if the driver is not on the class path
   */
  @Override
  public void write(Batch<Trip> batch) throws SQLException {
    Map<UUID, Map<String, Object>> rows = new LinkedHashMap<>();
    for (Trip trip : batch.rows()) {
      rows.computeIfAbsent(trip.id(), id -> TripCypher.row(trip));
    }
    boolean committed = false;
    try {
      connection.run(TripCypher.WRITE_TRIPS, List.copyOf(rows.values()));
      committed = true;
    } catch (SQLException fault) {
      throw new SQLException(
          "first key %s: %s".formatted(batch.rows().get(0).id(), fault.getMessage()),
          fault.getSQLState(),
          fault);
    } finally {
      if (!committed) {
        connection.close(); // the server rolls back, and the next batch starts on a fresh one
      }
    }
  }

  @Override
  public boolean isRetryable(Exception fault) {
    return Neo4jFaults.isRetryable(fault);
  }

  @Override
  public boolean isCausedByRows(Exception fault) {
    return Neo4jFaults.isCausedByRows(fault);
  }

  @Override
  public void close() {
    connection.close();
  }
}
