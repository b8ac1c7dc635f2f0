CREATE TABLE zones (
  id bigint PRIMARY KEY, borough text, zone text, service_zone text,
  pickups bigint NOT NULL DEFAULT 0, dropoffs bigint NOT NULL DEFAULT 0, revenue numeric NOT NULL DEFAULT 0);
CREATE TABLE trips (
  trip_id uuid PRIMARY KEY, pickup_datetime timestamp, pickup_zone bigint, dropoff_zone bigint, total_amount numeric);
