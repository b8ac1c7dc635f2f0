INSERT INTO zones (id, borough, zone, service_zone)
SELECT * FROM unnest(:LocationID, :Borough, :Zone, :service_zone)
ON CONFLICT (id) DO UPDATE
  SET borough = excluded.borough, zone = excluded.zone, service_zone = excluded.service_zone
