package dev.diagonal.taxi;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is said to Neo4j about trips and zones. {@code $1} is a list of maps, one for each. */
final class TripCypher {

  static final List<UniqueKey> KEYS =
      List.of(new UniqueKey("Trip", "trip_id"), new UniqueKey("Zone", "id"));

  static final String MERGE_ZONES =
      """
      UNWIND $1 AS row MERGE (zone:Zone {id: row.id})
      SET zone.pickups = coalesce(zone.pickups, 0),
          zone.dropoffs = coalesce(zone.dropoffs, 0),
          zone.revenue = coalesce(zone.revenue, 0.0),
          zone += row.names
      """;

  /**
   * A trip without its relationship has been created by this transaction, since both are committed
   * together. MERGE and not MATCH: it waits for another transaction that creates the same trip, as
   * one whose client gave it up may still be doing, and then sees it.
   *
   * <p>A zone that somebody else has created may have no counters, and null + 1 is null.
   */
  static final String WRITE_TRIPS =
      """
      UNWIND $1 AS row
      MERGE (trip:Trip {trip_id: row.trip_id})
      WITH trip, row WHERE NOT EXISTS { (trip)-[:STARTED_AT]->() }
      SET trip += row.columns
      MERGE (pickup:Zone {id: row.pickup_zone})
      MERGE (dropoff:Zone {id: row.dropoff_zone})
      CREATE (trip)-[:STARTED_AT]->(pickup)
      CREATE (trip)-[:ENDED_AT]->(dropoff)
      SET pickup.pickups = coalesce(pickup.pickups, 0) + 1,
          pickup.revenue = coalesce(pickup.revenue, 0.0) + row.amount
      SET dropoff.dropoffs = coalesce(dropoff.dropoffs, 0) + 1
      SET pickup.dropoffs = coalesce(pickup.dropoffs, 0)
      SET dropoff.pickups = coalesce(dropoff.pickups, 0),
          dropoff.revenue = coalesce(dropoff.revenue, 0.0)
      """;

  /** A property by which a label's nodes are told apart. */
  record UniqueKey(String label, String property) {

    /**
     * Has no name: with one, {@code IF NOT EXISTS} accepts any constraint of that name in place of
     * this one.
     */
    String constraint() {
      return "CREATE CONSTRAINT IF NOT EXISTS FOR (n:%s) REQUIRE n.%s IS UNIQUE"
          .formatted(label, property);
    }

    String findIndexes() {
      return "SHOW INDEXES YIELD name, type, labelsOrTypes, properties, owningConstraint"
          + " WHERE type = 'RANGE' AND owningConstraint IS NULL"
          + " AND labelsOrTypes = ['%s'] AND properties = ['%s'] RETURN name"
              .formatted(label, property);
    }

    String findDuplicates(int limit) {
      return "MATCH (n:%1$s) WHERE n.%2$s IS NOT NULL WITH n.%2$s AS key, count(*) AS nodes"
              .formatted(label, property)
          + " WHERE nodes > 1 RETURN key, nodes ORDER BY key LIMIT "
          + limit;
    }

    @Override
    public String toString() {
      return ":" + label + "(" + property + ")";
    }
  }

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
