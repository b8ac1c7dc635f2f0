UNWIND $rows AS row
MERGE (trip:Trip {trip_id: row.edge_id})
WITH trip, row WHERE NOT EXISTS { (trip)-[:STARTED_AT]->() }
SET trip.pickup_datetime = row.lpep_pickup_datetime, trip.total_amount = row.total_amount
MERGE (pickup:Zone {id: row.PULocationID})
  ON CREATE SET pickup.pickups = 0, pickup.dropoffs = 0, pickup.revenue = 0.0
MERGE (dropoff:Zone {id: row.DOLocationID})
  ON CREATE SET dropoff.pickups = 0, dropoff.dropoffs = 0, dropoff.revenue = 0.0
CREATE (trip)-[:STARTED_AT]->(pickup)
CREATE (trip)-[:ENDED_AT]->(dropoff)
SET pickup.pickups = pickup.pickups + 1, pickup.revenue = pickup.revenue + coalesce(row.total_amount, 0.0)
SET dropoff.dropoffs = dropoff.dropoffs + 1
RETURN count(trip) AS trips
