package dev.diagonal.taxi;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is said to Neo4j about trips and zones. {@code $1} is a list of maps, one for each. */
final class TripCypher {

  static final List<String> CONSTRAINTS =
      List.of(
          "CREATE CONSTRAINT diagonal_trip_id IF NOT EXISTS"
              + " FOR (trip:Trip) REQUIRE trip.trip_id IS UNIQUE",
          "CREATE CONSTRAINT diagonal_zone_id IF NOT EXISTS"
              + " FOR (zone:Zone) REQUIRE zone.id IS UNIQUE");

  private static final String NO_TRIPS_YET =
      "ON CREATE SET %1$s.pickups = 0, %1$s.dropoffs = 0, %1$s.revenue = 0.0\n";

  static final String MERGE_ZONES =
      "UNWIND $1 AS row MERGE (zone:Zone {id: row.id})\n"
          + NO_TRIPS_YET.formatted("zone")
          + "SET zone += row.names";

  /**
   * A trip without its relationship has been created by this transaction, since both are committed
   * together. MERGE and not MATCH: it waits for another transaction that creates the same trip, as
   * one whose client gave it up may still be doing, and then sees it.
   */
  static final String WRITE_TRIPS =
      """
      UNWIND $1 AS row
      MERGE (trip:Trip {trip_id: row.trip_id})
      WITH trip, row WHERE NOT EXISTS { (trip)-[:STARTED_AT]->() }
      SET trip += row.columns
      MERGE (pickup:Zone {id: row.pickup_zone})
      """
          + NO_TRIPS_YET.formatted("pickup")
          + "MERGE (dropoff:Zone {id: row.dropoff_zone})\n"
          + NO_TRIPS_YET.formatted("dropoff")
          + """
            CREATE (trip)-[:STARTED_AT]->(pickup)
            CREATE (trip)-[:ENDED_AT]->(dropoff)
            SET pickup.pickups = pickup.pickups + 1,
                pickup.revenue = pickup.revenue + row.amount
            SET dropoff.dropoffs = dropoff.dropoffs + 1
            """;

  private TripCypher() {}

  static Map<String, Object> row(Trip trip) {
    Map<String, Object> columns = new HashMap<>();
    trip.columns()
        .forEach(
            (column, value) -> {
              if (!column.isRequired()) {
                columns.put(column.sqlName(), value);
              }
            });
    Object amount = trip.get(TripColumn.TOTAL_AMOUNT);
    return Map.of(
        "trip_id",
        trip.id().toString(),
        "pickup_zone",
        trip.pickupZone(),
        "dropoff_zone",
        trip.dropoffZone(),
        "amount",
        amount == null ? 0.0 : amount,
        "columns",
        columns);
  }

  static Map<String, Object> row(Zone zone) {
    Map<String, Object> names = new HashMap<>(); // a null takes the name away
    names.put("borough", zone.borough());
    names.put("zone", zone.name());
    names.put("service_zone", zone.serviceZone());
    return Map.of("id", zone.id(), "names", names);
  }
}
