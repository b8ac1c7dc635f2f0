-- A table of ratings, for those who have none: the step "load" of rating-batches fills it. May be
-- run again and again:
--   psql -f ratings_init.sql

CREATE TABLE IF NOT EXISTS "public"."ratings" (
  "rating_id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "user_id"   bigint NOT NULL,
  "movie_id"  bigint NOT NULL,
  "rating"    numeric(10,3) NOT NULL,
  -- The file and the byte that load has read it from: loading a file again adds nothing.
  place       uuid UNIQUE
);
