-- The job table of rating-batches. May be run again and again:
--   psql -f jobs_init.sql
-- rating-batches runs it too where the table is missing, with the names that its options give.

CREATE SCHEMA IF NOT EXISTS "jobs";

CREATE TABLE IF NOT EXISTS "jobs"."aggregation_batches" (
  batch_id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The table and the columns whose rows are counted: one job table is for one of them.
  source            text NOT NULL,
  -- The batch is all rows with lower_id <= id <= upper_id.
  lower_id          bigint NOT NULL,
  upper_id          bigint NOT NULL,
  planned_rows      bigint NOT NULL,
  status            text NOT NULL DEFAULT 'pending'
                    CHECK (status IN ('pending', 'processing', 'complete', 'failed')),
  -- How often it was claimed; the claim of a worker is good while this is the number it was given.
  attempts          integer NOT NULL DEFAULT 0,
  -- How many attempts have failed since a run began or the batch was planned; -1 while one is being
  -- made that was begun before the run.
  failures          integer NOT NULL DEFAULT 0,
  worker            text,
  lease_until       timestamptz,
  started_at        timestamptz,
  finished_at       timestamptz,
  rows_read         bigint,
  bad_rows          bigint,
  movies            bigint,
  error             text,
  -- The attempt whose rows are in the published table, if any are.
  published_attempt integer,
  -- The table they are in: another one, or one that was created anew, is filled in full.
  published_into    text,
  CHECK (lower_id <= upper_id),
  CHECK ((status = 'processing') = (lease_until IS NOT NULL)),
  CHECK (status <> 'complete' OR (rows_read IS NOT NULL AND error IS NULL)),
  CHECK (status <> 'failed' OR error IS NOT NULL),
  -- No row is in two batches.
  EXCLUDE USING gist (int8range(lower_id, upper_id, '[]') WITH &&)
);

-- What a worker looks through for its next batch.
CREATE INDEX IF NOT EXISTS "aggregation_batches_claimable"
  ON "jobs"."aggregation_batches" (failures, batch_id) WHERE status IN ('pending', 'failed');
