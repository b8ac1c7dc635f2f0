package dev.diagonal.jobs;

import dev.diagonal.jdbc.JdbcTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Publishes the totals of complete batches: afterwards the table of the totals has, for every movie
 * of theirs, one row with the exact totals over all complete batches. Means are rounded half up to
 * six digits from the exact sum.
 *
 * <p>One transaction, which others see as a whole or not at all. Incremental: only movies of
 * batches that are complete since the last publication, or complete no more, are touched; each of
 * them is totalled anew from the staging table, so that it does not matter what was in its row.
 * When nothing has changed since the last publication, nothing is written. What attempts that were
 * replaced have left in the staging table is deleted.
 */
public final class Publication {

  // A batch counts with its last attempt, if it is complete; published_attempt is what did count.
  private static final String NOW = "CASE WHEN status = 'complete' THEN attempts END";

  private Publication() {}

  /**
   * What a publication did.
   *
   * @param batches how many batches were not published before, or otherwise
   * @param written how many movies have new totals
   * @param deleted how many movies have no ratings any more
   */
  public record Published(long batches, long written, long deleted) {}

  /**
   * Publishes what is not published.
   *
   * @param incomplete whether to publish while batches are not complete, without those
   * @throws IncompleteException if batches are not complete and {@code incomplete} is false
   * @throws SQLException if the database cannot be reached, or refuses
   */
  public static Published publish(JdbcTarget database, JobTables tables, boolean incomplete)
      throws SQLException, InterruptedException {
    try (JobSession session = new JobSession(database)) {
      return session.callLong(connection -> publish(connection, tables, incomplete));
    }
  }

  private static Published publish(Connection connection, JobTables tables, boolean incomplete)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // The snapshot is taken after the lock, and is that of all statements that follow.
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      BatchPlan.lock(connection, tables);
      // Of tables that have just been filled the server knows nothing yet, and guesses that there
      // is next to nothing in them: nested loops over 100,000 ratings took half a minute.
      statement.execute("SET LOCAL enable_nestloop = off");
      checkComplete(statement, tables, incomplete);
      long batches =
          number(
              statement,
              "SELECT count(*) FROM %s WHERE (%s) IS DISTINCT FROM published_attempt"
                  .formatted(tables.batchesSql(), NOW));
      if (batches == 0) {
        return new Published(0, 0, 0);
      }
      Published published = merge(statement, tables, batches);
      statement.executeUpdate(
          """
          DELETE FROM %1$s AS s USING %2$s AS b
          WHERE s.batch_id = b.batch_id AND s.attempt <> b.attempts AND b.status = 'complete'
            AND b.attempts IS DISTINCT FROM b.published_attempt AND b.attempts > 1
          """
              .formatted(tables.stagingSql(), tables.batchesSql()));
      statement.executeUpdate(
          "UPDATE %1$s SET published_attempt = (%2$s) WHERE (%2$s) IS DISTINCT FROM published_attempt"
              .formatted(tables.batchesSql(), NOW));
      return published;
    }
  }

  private static Published merge(Statement statement, JobTables tables, long batches)
      throws SQLException {
    // The mean by whole numbers: a quotient would be rounded twice.
    String sql =
        """
        WITH touched AS MATERIALIZED (
          SELECT DISTINCT s.movie_id FROM %1$s AS s JOIN %2$s AS b USING (batch_id)
          WHERE (%4$s) IS DISTINCT FROM b.published_attempt),
        summed AS MATERIALIZED (
          SELECT s.movie_id, sum(s.rating_count)::bigint AS n, sum(s.rating_sum) AS total,
                 min(s.rating_min) AS least, max(s.rating_max) AS greatest
          FROM %1$s AS s JOIN %2$s AS b ON b.batch_id = s.batch_id AND b.attempts = s.attempt
          WHERE b.status = 'complete' AND s.movie_id IN (SELECT movie_id FROM touched)
          GROUP BY s.movie_id),
        merged AS (
          INSERT INTO %3$s AS t
            (movie_id, rating_count, rating_sum, rating_mean, rating_min, rating_max)
          SELECT movie_id, n, total,
                 sign(total) * div(abs(total) * 2000000 + n, 2 * n) * 0.000001, least, greatest
          FROM summed ORDER BY movie_id
          ON CONFLICT (movie_id) DO UPDATE
          SET rating_count = EXCLUDED.rating_count, rating_sum = EXCLUDED.rating_sum,
              rating_mean = EXCLUDED.rating_mean, rating_min = EXCLUDED.rating_min,
              rating_max = EXCLUDED.rating_max
          WHERE (t.rating_count, t.rating_sum, t.rating_mean, t.rating_min, t.rating_max)
            IS DISTINCT FROM (EXCLUDED.rating_count, EXCLUDED.rating_sum, EXCLUDED.rating_mean,
                              EXCLUDED.rating_min, EXCLUDED.rating_max)
          RETURNING 1),
        deleted AS (
          DELETE FROM %3$s AS t USING touched
          WHERE t.movie_id = touched.movie_id
            AND NOT EXISTS (SELECT 1 FROM summed WHERE summed.movie_id = t.movie_id)
          RETURNING 1)
        SELECT (SELECT count(*) FROM merged), (SELECT count(*) FROM deleted)
        """
            .formatted(tables.stagingSql(), tables.batchesSql(), tables.totalsSql(), NOW);
    try (ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return new Published(batches, result.getLong(1), result.getLong(2));
    }
  }

  private static void checkComplete(Statement statement, JobTables tables, boolean incomplete)
      throws SQLException {
    String incompleteBatches =
        "SELECT count(*) FROM %s WHERE status <> 'complete'".formatted(tables.batchesSql());
    long missing = incomplete ? 0 : number(statement, incompleteBatches);
    if (missing > 0) {
      throw new IncompleteException(
          "%,d of the %,d batches of %s are not complete; nothing is published"
              .formatted(
                  missing,
                  number(statement, "SELECT count(*) FROM " + tables.batchesSql()),
                  tables.batches()));
    }
  }

  private static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }

  /** Batches are not complete, so nothing was published. */
  public static final class IncompleteException extends RuntimeException {

    private static final long serialVersionUID = 1;

    IncompleteException(String message) {
      super(message);
    }
  }
}
