WITH new AS (
  INSERT INTO trips (trip_id, pickup_datetime, pickup_zone, dropoff_zone, total_amount)
  SELECT * FROM unnest(:edge_id, :lpep_pickup_datetime, :PULocationID, :DOLocationID, :total_amount)
  ON CONFLICT DO NOTHING
  RETURNING pickup_zone, dropoff_zone, coalesce(total_amount, 0) AS amount),
counted AS (
  INSERT INTO zones AS known (id, pickups, dropoffs, revenue)
  SELECT id, sum(pickups), sum(dropoffs), sum(revenue)
  FROM (SELECT pickup_zone AS id, 1 AS pickups, 0 AS dropoffs, amount AS revenue FROM new
        UNION ALL SELECT dropoff_zone, 0, 1, 0 FROM new) AS ends
  GROUP BY id
  ON CONFLICT (id) DO UPDATE
    SET pickups = known.pickups + excluded.pickups, dropoffs = known.dropoffs + excluded.dropoffs,
        revenue = known.revenue + excluded.revenue)
SELECT count(*) AS trips FROM new
