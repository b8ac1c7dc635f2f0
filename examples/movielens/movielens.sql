CREATE SCHEMA IF NOT EXISTS movielens;
CREATE TABLE IF NOT EXISTS movielens.movies (
  "movieId" integer PRIMARY KEY,
  title text NOT NULL,
  genres text NOT NULL
);
CREATE TABLE IF NOT EXISTS movielens.ratings (
  "userId" integer,
  "movieId" integer,
  rating numeric(2, 1) NOT NULL,
  "timestamp" bigint NOT NULL,
  PRIMARY KEY ("userId", "movieId")
);
