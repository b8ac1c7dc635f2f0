package dev.diagonal.jobs;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.jobs.schema.JobSession;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Publishes the totals of complete batches. Afterwards the table of the totals has one row per
 * movie with the exact totals over all complete batches, and no other row. Means are rounded half
 * up to six digits from the exact sum.
 *
 * <p>Runs in one transaction, so readers see it atomically. Incremental: it touches only movies of
 * batches that became complete, or stopped being complete, since the last publication. It totals
 * each of these movies anew from the staging table, whatever its row contained. If nothing has
 * changed, it writes nothing. It deletes the staging rows of replaced attempts.
 *
 * <p>The job table remembers which table was published into. If that table is another one, was
 * created anew or is empty, it is filled from all complete batches, and rows of other movies are
 * deleted.
 *
 * <p>Before it writes, it counts the staging rows of every complete batch: if totals are missing,
 * it publishes nothing.
 */
public final class Publication {

  // A batch counts with its last attempt, if it is complete; published_attempt is the attempt that
  // was published.
  private static final String NOW = "CASE WHEN status = 'complete' THEN attempts END";

  private Publication() {}

  /**
   * What a publication did.
   *
   * @param batches how many batches were not published before, or with another attempt
   * @param written how many movies have new totals
   * @param deleted how many movies no longer have ratings
   */
  public record Published(long batches, long written, long deleted) {}

  /**
   * Publishes complete batches, however many bad rows they left out.
   *
   * @param incomplete whether to publish although some batches are not complete; those are left out
   * @throws IncompleteException if batches are not complete and {@code incomplete} is false
   * @throws StagingLostException if totals of complete batches are not in the staging table
   * @throws SQLException if the database cannot be reached or refuses
   */
  public static Published publish(JdbcTarget database, JobTables tables, boolean incomplete)
      throws SQLException, InterruptedException {
    return publish(database, tables, incomplete, Long.MAX_VALUE);
  }

  /**
   * Publishes complete batches, unless they left out too many bad rows.
   *
   * @param incomplete whether to publish although some batches are not complete; those are left out
   * @param maxBadRows the maximum number of rows that all complete batches together may have left
   *     out
   * @throws IncompleteException if batches are not complete and {@code incomplete} is false
   * @throws BadInputException if more rows were left out
   * @throws StagingLostException if totals of complete batches are not in the staging table
   * @throws SQLException if the database cannot be reached or refuses
   */
  public static Published publish(
      JdbcTarget database, JobTables tables, boolean incomplete, long maxBadRows)
      throws SQLException, InterruptedException {
    try (JobSession session = new JobSession(database)) {
      return session.callLong(connection -> publish(connection, tables, incomplete, maxBadRows));
    }
  }

  private static Published publish(
      Connection connection, JobTables tables, boolean incomplete, long maxBadRows)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // The snapshot is taken after the lock and is used by all statements that follow.
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      BatchPlan.lock(connection, tables);
      // The planner has no statistics for freshly filled tables and takes them for nearly empty:
      // nested loops over 100,000 ratings took half a minute.
      statement.execute("SET LOCAL enable_nestloop = off");
      PublicationChecks.checkComplete(statement, tables, incomplete);
      PublicationChecks.checkBadRows(statement, tables, maxBadRows);
      String into = text(statement, "SELECT " + identity(tables));
      boolean full = isNew(connection, tables, into);
      if (full) {
        statement.executeUpdate(
            "UPDATE %s SET published_attempt = NULL, published_into = NULL WHERE published_attempt IS NOT NULL"
                .formatted(tables.batchesSql()));
      }
      long batches =
          PublicationChecks.number(
              statement,
              "SELECT count(*) FROM %s WHERE (%s) IS DISTINCT FROM published_attempt"
                  .formatted(tables.batchesSql(), NOW));
      if (batches == 0) {
        return new Published(0, 0, 0);
      }
      PublicationChecks.checkStaged(statement, tables);
      Published published = merge(statement, tables, batches, full);
      statement.executeUpdate(
          """
          DELETE FROM %1$s AS s USING %2$s AS b
          WHERE s.batch_id = b.batch_id AND s.attempt <> b.attempts AND b.status = 'complete'
            AND b.attempts IS DISTINCT FROM b.published_attempt AND b.attempts > 1
          """
              .formatted(tables.stagingSql(), tables.batchesSql()));
      markPublished(connection, tables, into);
      return published;
    }
  }

  /**
   * Returns SQL for the identity of the totals table, as the job table remembers it; null if the
   * table does not exist.
   */
  static String identity(JobTables tables) {
    return """
        (SELECT format('%%I.%%I, oid %%s', nspname, relname, c.oid)
         FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
         WHERE c.oid = to_regclass(%s))
        """
        .formatted(PostgresSql.literal(tables.totalsSql()));
  }

  /**
   * Returns whether the table of the totals is not the one that was last published into, or was
   * emptied.
   */
  private static boolean isNew(Connection connection, JobTables tables, String into)
      throws SQLException {
    String sql =
        """
        SELECT count(*) = 0
          OR bool_or(published_into IS DISTINCT FROM ?)
          OR (sum(movies) > 0 AND NOT EXISTS (SELECT 1 FROM %s))
        FROM %s WHERE published_attempt IS NOT NULL
        """
            .formatted(tables.totalsSql(), tables.batchesSql());
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, into);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getBoolean(1);
      }
    }
  }

  private static void markPublished(Connection connection, JobTables tables, String into)
      throws SQLException {
    String sql =
        """
        UPDATE %1$s SET published_attempt = (%2$s),
          published_into = CASE WHEN status = 'complete' THEN ? END
        WHERE (%2$s) IS DISTINCT FROM published_attempt
        """
            .formatted(tables.batchesSql(), NOW);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, into);
      int unused = statement.executeUpdate();
    }
  }

  private static Published merge(Statement statement, JobTables tables, long batches, boolean full)
      throws SQLException {
    // Computes the mean from whole numbers: a quotient would be rounded twice.
    String sql =
        """
        WITH touched AS MATERIALIZED (%4$s),
        summed AS MATERIALIZED (
          SELECT s.movie_id, sum(s.rating_count)::bigint AS n, sum(s.rating_sum) AS total,
                 min(s.rating_min) AS least, max(s.rating_max) AS greatest
          FROM %1$s AS s JOIN %2$s AS b ON b.batch_id = s.batch_id AND b.attempts = s.attempt
          WHERE b.status = 'complete'%5$s
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
            .formatted(
                tables.stagingSql(),
                tables.batchesSql(),
                tables.totalsSql(),
                full ? "SELECT movie_id FROM " + tables.totalsSql() : touched(tables),
                full ? "" : " AND s.movie_id IN (SELECT movie_id FROM touched)");
    try (ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return new Published(batches, result.getLong(1), result.getLong(2));
    }
  }

  private static String touched(JobTables tables) {
    return """
        SELECT DISTINCT s.movie_id FROM %s AS s JOIN %s AS b USING (batch_id)
        WHERE (%s) IS DISTINCT FROM b.published_attempt
        """
        .formatted(tables.stagingSql(), tables.batchesSql(), NOW);
  }

  private static String text(Statement statement, String sql) throws SQLException {
    try (ResultSet result = statement.executeQuery(sql)) {
      result.next();
      String text = result.getString(1);
      return text == null ? "" : text;
    }
  }

  /** Totals of complete batches are missing from the staging table, so nothing was published. */
  public static final class StagingLostException extends RuntimeException {

    private static final long serialVersionUID = 1;

    StagingLostException(String message) {
      super(message);
    }
  }

  /** Some batches are not complete, so nothing was published. */
  public static final class IncompleteException extends RuntimeException {

    private static final long serialVersionUID = 1;

    IncompleteException(String message) {
      super(message);
    }
  }
}
