-- Where rating-batches puts the totals of each batch, and all of them together once published. May
-- be run again and again:
--   psql -f postgres_staging_init.sql
-- rating-batches runs it too where a table is missing, with the names that its options give.

CREATE SCHEMA IF NOT EXISTS "staging";

-- Logged: an unlogged table is emptied by a crash, while its batches would stay complete.
-- A row counts if its batch is complete and its attempt is the last one of the batch.
CREATE TABLE IF NOT EXISTS "staging"."movie_ratings" (
  batch_id     bigint NOT NULL,
  attempt      integer NOT NULL,
  movie_id     bigint NOT NULL,
  rating_count bigint NOT NULL,
  rating_sum   numeric(22,3) NOT NULL,
  rating_mean  numeric(16,6) GENERATED ALWAYS AS (rating_sum / rating_count) STORED,
  rating_min   numeric(10,3) NOT NULL,
  rating_max   numeric(10,3) NOT NULL,
  PRIMARY KEY (batch_id, attempt, movie_id)
);

CREATE TABLE IF NOT EXISTS "public"."movie_rating_totals" (
  movie_id     bigint PRIMARY KEY,
  rating_count bigint,
  rating_sum   numeric(22,3),
  rating_mean  numeric(16,6),
  rating_min   numeric(10,3),
  rating_max   numeric(10,3)
);
