package dev.diagonal.internal.jobs;

import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jobs.schema.JobTables;

/** Builds the statements that load ratings from the temporary table of a transaction. */
final class LoadSql {

  // The planner has no statistics for a freshly filled table and would scan all ratings for every
  // row. This makes it look each row up by the key.
  private static final String CREATE =
      """
      CREATE TEMPORARY TABLE %s
        (n bigint, user_id bigint, movie_id %s, rating numeric, place uuid) ON COMMIT DROP;
      SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off
      """;

  // Existing rows are filtered out first, because every conflict draws an id; sorted rows are also
  // faster to insert. The counts: new rows, existing rows, rows that another row of the same key
  // replaces.
  private static final String ALL =
      """
      WITH inserted AS (
        INSERT INTO %1$s (%2$s, %3$s, %4$s, %6$s)
        SELECT user_id, movie_id, rating, place FROM pg_temp.%5$s AS l
        WHERE NOT EXISTS (SELECT 1 FROM %1$s AS r WHERE r.%6$s = l.place)
        ORDER BY n ON CONFLICT (%6$s) DO NOTHING RETURNING 1)
      SELECT count(*), (SELECT count(*) FROM pg_temp.%5$s) - count(*), 0 FROM inserted
      """;

  private static final String ONE =
      """
      WITH known AS MATERIALIZED (
        SELECT count(*) AS n FROM pg_temp.%5$s AS l JOIN %1$s AS r ON r.%2$s = l.user_id
          AND r.%3$s = l.movie_id AND r.%6$s = l.place),
      updated AS (
        UPDATE %1$s AS r SET %4$s = l.rating, %6$s = l.place
        FROM (SELECT DISTINCT ON (user_id, movie_id) * FROM pg_temp.%5$s
              ORDER BY user_id, movie_id, place DESC) AS l
        WHERE r.%2$s = l.user_id AND r.%3$s = l.movie_id AND r.%6$s < l.place),
      inserted AS (
        INSERT INTO %1$s AS r (%2$s, %3$s, %4$s, %6$s)
        SELECT user_id, movie_id, rating, place
        FROM (SELECT DISTINCT ON (user_id, movie_id) * FROM pg_temp.%5$s
              ORDER BY user_id, movie_id, place DESC) AS l
        WHERE NOT EXISTS (
          SELECT 1 FROM %1$s AS r WHERE r.%2$s = l.user_id AND r.%3$s = l.movie_id)
        ORDER BY n ON CONFLICT (%2$s, %3$s)
        DO UPDATE SET %4$s = excluded.%4$s, %6$s = excluded.%6$s WHERE r.%6$s < excluded.%6$s
        RETURNING (xmax = 0) AS is_new)
      SELECT new.n, known.n, (SELECT count(*) FROM pg_temp.%5$s) - new.n - known.n
      FROM known, (SELECT count(*) FILTER (WHERE is_new) AS n FROM inserted) AS new
      """;

  private final JobTables tables;
  private final boolean onePerUserAndMovie;
  private final String loaded;

  LoadSql(LoadTarget target) {
    this.tables = target.tables();
    this.onePerUserAndMovie = target.onePerUserAndMovie();
    this.loaded = PostgresSql.unlike("diagonal_loaded", tables.ratings());
  }

  String create() {
    return CREATE.formatted(loaded, tables.movieType());
  }

  String copy() {
    return "COPY pg_temp.%s FROM STDIN".formatted(loaded);
  }

  /** Returns the statement that inserts the rows and returns the three counts. */
  String insert() {
    return (onePerUserAndMovie ? ONE : ALL)
        .formatted(
            tables.ratingsSql(),
            tables.userSql(),
            tables.movieSql(),
            tables.ratingSql(),
            loaded,
            PostgresSql.quote(JobTables.PLACE));
  }
}
