UNWIND $rows AS row
MERGE (zone:Zone {id: row.LocationID})
  ON CREATE SET zone.pickups = 0, zone.dropoffs = 0, zone.revenue = 0.0
SET zone.borough = row.Borough, zone.zone = row.Zone, zone.service_zone = row.service_zone
