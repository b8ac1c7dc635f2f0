package dev.diagonal.jobs;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.jobs.schema.JobSession;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Publishes the totals of complete batches: afterwards the table of the totals has, for every movie
 * of theirs, one row with the exact totals over all complete batches, and no other row. Means are
 * rounded half up to six digits from the exact sum.
 *
 * <p>One transaction, which is atomic for readers. Incremental: only movies of batches that are
 * complete since the last publication, or complete no more, are touched; each of them is totalled
 * anew from the staging table, so that it does not matter what was in its row. When nothing has
 * changed since the last publication, nothing is written. What attempts that were replaced have
 * left in the staging table is deleted.
 *
 * <p>The job table remembers which table was published into. One that is another, was created anew
 * or is empty is filled in full, from all complete batches; rows of movies that they have not are
 * deleted from it.
 *
 * <p>Before anything is written the rows of the staging table are counted, for every complete
 * batch: when totals are gone nothing is published.
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
   * Publishes what is not published, however many bad rows were left out of it.
   *
   * @param incomplete whether to publish while batches are not complete, without those
   * @throws IncompleteException if batches are not complete and {@code incomplete} is false
   * @throws StagingLostException if totals of complete batches are not in the staging table
   * @throws SQLException if the database cannot be reached, or refuses
   */
  public static Published publish(JdbcTarget database, JobTables tables, boolean incomplete)
      throws SQLException, InterruptedException {
    return publish(database, tables, incomplete, Long.MAX_VALUE);
  }

  /**
   * Publishes what is not published, if few enough bad rows were left out.
   *
   * @param incomplete whether to publish while batches are not complete, without those
   * @param maxBadRows how many rows of all complete batches together may have been left out
   * @throws IncompleteException if batches are not complete and {@code incomplete} is false
   * @throws BadInputException if more rows were left out
   * @throws StagingLostException if totals of complete batches are not in the staging table
   * @throws SQLException if the database cannot be reached, or refuses
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
      // The snapshot is taken after the lock, and is that of all statements that follow.
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      BatchPlan.lock(connection, tables);
      // Of tables that have just been filled the server knows nothing yet, and guesses that there
      // is next to nothing in them: nested loops over 100,000 ratings took half a minute.
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

  /** SQL for the table of the totals as the job table remembers it; null if there is none. */
  static String identity(JobTables tables) {
    return """
        (SELECT format('%%I.%%I, oid %%s', nspname, relname, c.oid)
         FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
         WHERE c.oid = to_regclass(%s))
        """
        .formatted(literal(tables.totalsSql()));
  }

  private static String literal(String text) {
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }

  /** Whether the table of the totals is not the one that was published into, or was emptied. */
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
    // The mean by whole numbers: a quotient would be rounded twice.
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

  /** Totals of complete batches are not in the staging table, so nothing was published. */
  public static final class StagingLostException extends RuntimeException {

    private static final long serialVersionUID = 1;

    StagingLostException(String message) {
      super(message);
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
