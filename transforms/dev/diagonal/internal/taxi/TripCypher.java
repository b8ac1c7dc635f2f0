package dev.diagonal.internal.taxi;

import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.statement.UniqueKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds the Cypher for trips and zones. {@code $rows} is a list of maps, one per trip or zone. */
final class TripCypher {

  static final List<UniqueKey> KEYS =
      List.of(new UniqueKey("Trip", "trip_id"), new UniqueKey("Zone", "id"));

  static final String MERGE_ZONES =
      """
      UNWIND $rows AS row MERGE (zone:Zone {id: row.id})
      SET zone.pickups = coalesce(zone.pickups, 0),
          zone.dropoffs = coalesce(zone.dropoffs, 0),
          zone.revenue = coalesce(zone.revenue, 0.0),
          zone += row.names
      """;

  /**
   * A trip without its relationship was created by this transaction, since both are committed
   * together. Uses MERGE instead of MATCH: MERGE waits for a concurrent transaction that creates
   * the same trip, such as one that its client has abandoned, and then sees it. A trip that occurs
   * twice in a batch counts once.
   *
   * <p>A zone that another program has created may lack counters, and null + 1 is null.
   */
  static final String WRITE_TRIPS =
      """
      UNWIND $rows AS row
      WITH row.trip_id AS id, head(collect(row)) AS row
      MERGE (trip:Trip {trip_id: id})
      WITH trip, row WHERE NOT EXISTS { (trip)-[:STARTED_AT]->() }
      SET %s
      MERGE (pickup:Zone {id: row.pickup_zone})
      MERGE (dropoff:Zone {id: row.dropoff_zone})
      CREATE (trip)-[:STARTED_AT]->(pickup)
      CREATE (trip)-[:ENDED_AT]->(dropoff)
      SET pickup.pickups = coalesce(pickup.pickups, 0) + 1,
          pickup.revenue = coalesce(pickup.revenue, 0.0) + coalesce(row.total_amount, 0.0)
      SET dropoff.dropoffs = coalesce(dropoff.dropoffs, 0) + 1
      SET pickup.dropoffs = coalesce(pickup.dropoffs, 0)
      SET dropoff.pickups = coalesce(dropoff.pickups, 0),
          dropoff.revenue = coalesce(dropoff.revenue, 0.0)
      """
          .formatted(
              Arrays.stream(TripColumn.values())
                  .filter(column -> !column.isRequired())
                  .map(column -> "trip.%1$s = row.%1$s".formatted(column.sqlName()))
                  .collect(joining(", ")));

  private TripCypher() {}

  static Map<String, Object> row(Zone zone) {
    Map<String, Object> names = new HashMap<>(); // a null removes the name
    names.put("borough", zone.borough());
    names.put("zone", zone.name());
    names.put("service_zone", zone.serviceZone());
    return Map.of("id", zone.id(), "names", names);
  }
}
