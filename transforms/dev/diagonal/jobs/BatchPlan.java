package dev.diagonal.jobs;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.jobs.schema.JobSession;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/**
 * Plans batches: cuts the ratings that no batch covers into ranges of ids.
 *
 * <p>Each new batch has exactly {@code batchRows} rows, however large the gaps between ids; only
 * the last batch of a plan may have fewer. Ranges cover all ids from the least to the greatest
 * planned one, and never overlap. One statement reads the new ids once, however many batches they
 * make.
 *
 * <p><b>Late rows.</b> Every row that is committed when a plan begins is in exactly one batch when
 * the plan ends, and is counted once that batch is complete, whatever its id. Two mechanisms ensure
 * this:
 *
 * <ol>
 *   <li>A transaction that drew a low id may commit after one that drew a high id. So a plan takes
 *       a SHARE lock on the ratings, which waits for all transactions that have written ratings. It
 *       reads the greatest id and releases the lock. If ids are drawn as rows are inserted (an
 *       identity or serial column without CACHE), no row below that id can appear later. Reads are
 *       not blocked. Writes are blocked while the oldest writer runs, but for at most 5 seconds at
 *       a time: then the plan releases the lock and retries, eight times, before it fails.
 *   <li>Ids may also be drawn elsewhere: cached by sessions or clients, or written by hand. So a
 *       plan counts the rows of all existing batches, in one pass over the ids. A batch becomes
 *       pending again if it is complete or in progress with another number of rows; its earlier
 *       output is replaced. So does a complete batch whose totals are missing from the staging
 *       table.
 * </ol>
 *
 * <p>The second mechanism compares counts: it does not notice changed rows, or as many deleted rows
 * as late ones. A row that is committed while a plan runs belongs to this plan or to the next one.
 *
 * <p>Plans and publications of a job run one after another, in any number of processes, and wait
 * for each other without a limit; workers continue meanwhile. VACUUM and ANALYZE of the job table
 * also wait for them.
 */
public final class BatchPlan {

  private static final int RATINGS_LOCK_MILLIS = 5_000;

  private BatchPlan() {}

  /**
   * What a plan did.
   *
   * @param batches how many batches are new
   * @param rows how many rows they have
   * @param reopened how many batches are pending again, because their rows have changed or their
   *     totals are missing from the staging table
   */
  public record Planned(long batches, long rows, long reopened) {}

  /**
   * Plans the ratings that no batch covers.
   *
   * @param batchRows how many rows a batch has
   * @param recount whether to look for late rows and lost totals in existing batches (see above);
   *     without it only new ids are read
   * @throws IllegalArgumentException if {@code batchRows} is below 1
   * @throws SQLException if the database cannot be reached, a transaction that has written ratings
   *     does not end (SQLState 55P03), or the user may not lock their table (42501: UPDATE, DELETE
   *     or TRUNCATE is required)
   */
  public static Planned plan(JdbcTarget database, JobTables tables, long batchRows, boolean recount)
      throws SQLException, InterruptedException {
    checkArgument(batchRows >= 1, "batchRows must be >= 1, got %s", batchRows);
    try (JobSession session = new JobSession(database)) {
      return session.callLong(connection -> plan(connection, tables, batchRows, recount));
    }
  }

  private static Planned plan(
      Connection connection, JobTables tables, long batchRows, boolean recount)
      throws SQLException {
    lock(connection, tables);
    Bounds ids = settledIds(connection, tables);
    Bounds planned = bounds(connection, "min(lower_id), max(upper_id)", tables.batchesSql());
    if (ids == null) {
      return new Planned(0, 0, recount ? reopen(connection, tables) : 0);
    }
    if (planned == null) {
      return insert(connection, tables, batchRows, ids.least, ids.greatest, null, 0);
    }
    long reopened = recount ? reopen(connection, tables) : 0;
    Planned below =
        ids.least < planned.least
            ? insert(
                connection, tables, batchRows, ids.least, planned.least - 1, planned.least - 1, 0)
            : new Planned(0, 0, 0);
    Planned above =
        ids.greatest > planned.greatest
            ? insert(
                connection, tables, batchRows, planned.greatest + 1, ids.greatest, null, reopened)
            : new Planned(0, 0, reopened);
    return new Planned(
        below.batches + above.batches, below.rows + above.rows, below.reopened + above.reopened);
  }

  /**
   * Locks out other plans and publications, and nothing else. Waits for them without a limit. Takes
   * no snapshot, so it may be the first statement of a transaction.
   */
  static void lock(Connection connection, JobTables tables) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      String timeout;
      try (ResultSet result = statement.executeQuery("SHOW lock_timeout")) {
        result.next();
        timeout = result.getString(1);
      }
      statement.execute("SET LOCAL lock_timeout = 0");
      statement.execute(
          "LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE".formatted(tables.batchesSql()));
      statement.execute("SET LOCAL lock_timeout = '%s'".formatted(timeout));
    }
  }

  private record Bounds(long least, long greatest) {}

  /**
   * Returns the least and the greatest id between which no further row can appear; null without
   * rows.
   */
  private static @Nullable Bounds settledIds(Connection connection, JobTables tables)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SAVEPOINT unlocked");
      statement.execute("SET LOCAL lock_timeout = %s".formatted(RATINGS_LOCK_MILLIS));
      statement.execute("LOCK TABLE %s IN SHARE MODE".formatted(tables.ratingsSql()));
      Bounds ids =
          bounds(connection, "min(%1$s), max(%1$s)".formatted(tables.idSql()), tables.ratingsSql());
      // This also releases the lock.
      statement.execute("ROLLBACK TO SAVEPOINT unlocked");
      return ids;
    }
  }

  private static @Nullable Bounds bounds(Connection connection, String columns, String table)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT %s FROM %s".formatted(columns, table))) {
      result.next();
      Bounds bounds = new Bounds(result.getLong(1), result.getLong(2));
      return result.wasNull() ? null : bounds;
    }
  }

  /**
   * Cuts the rows from one id to another.
   *
   * @param end the upper id of the last batch; null for the id of its last row
   */
  private static Planned insert(
      Connection connection,
      JobTables tables,
      long batchRows,
      long from,
      long to,
      @Nullable Long end,
      long reopened)
      throws SQLException {
    String sql =
        """
        WITH numbered AS (
          SELECT %1$s::bigint AS id, row_number() OVER ids AS n, lead(%1$s) OVER ids IS NULL AS last
          FROM %2$s WHERE %1$s BETWEEN ? AND ? WINDOW ids AS (ORDER BY %1$s)),
        planned AS (
          INSERT INTO %3$s (source, lower_id, upper_id, planned_rows)
          SELECT ?, lag(id, 1, ? - 1) OVER cuts + 1,
                 CASE WHEN last THEN coalesce(?, id) ELSE id END,
                 n - lag(n, 1, 0::bigint) OVER cuts
          FROM numbered WHERE n %% ? = 0 OR last WINDOW cuts AS (ORDER BY id) ORDER BY id
          RETURNING planned_rows)
        SELECT count(*), coalesce(sum(planned_rows), 0) FROM planned
        """
            .formatted(tables.idSql(), tables.ratingsSql(), tables.batchesSql());
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, from);
      statement.setLong(2, to);
      statement.setString(3, tables.source());
      statement.setLong(4, from);
      statement.setObject(5, end, Types.BIGINT);
      statement.setLong(6, batchRows);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return new Planned(result.getLong(1), result.getLong(2), reopened);
      }
    }
  }

  /**
   * Makes batches pending whose row count has changed, or whose totals are missing from the staging
   * table.
   */
  private static long reopen(Connection connection, JobTables tables) throws SQLException {
    String sql =
        """
        WITH ranges AS MATERIALIZED (
          SELECT array_agg(lower_id ORDER BY lower_id) AS lowers, max(upper_id) AS greatest FROM %3$s),
        counted AS MATERIALIZED (
          SELECT width_bucket(%1$s::bigint, lowers) AS n, count(*) AS rows
          FROM %2$s, ranges WHERE %1$s <= greatest GROUP BY 1),
        staged AS MATERIALIZED (
          SELECT batch_id, attempt AS attempts, count(*) AS movies FROM %4$s GROUP BY 1, 2),
        found AS (
          SELECT batch_id, status, coalesce(rows, 0) AS rows,
                 CASE WHEN status = 'complete' THEN rows_read ELSE planned_rows END AS expected,
                 status = 'complete' AND coalesce(staged.movies, 0) IS DISTINCT FROM b.movies
                   AS unstaged
          FROM (SELECT *, row_number() OVER (ORDER BY lower_id) AS n FROM %3$s) AS b
          LEFT JOIN counted USING (n) LEFT JOIN staged USING (batch_id, attempts)),
        changed AS (
          UPDATE %3$s AS b SET planned_rows = found.rows,
            status = CASE WHEN b.status = 'failed' THEN 'failed' ELSE 'pending' END,
            failures = CASE WHEN b.status = 'failed' THEN failures ELSE 0 END,
            lease_until = NULL
          FROM found WHERE found.batch_id = b.batch_id
            AND (found.rows <> found.expected OR found.unstaged)
          RETURNING found.status)
        SELECT count(*) FROM changed WHERE status IN ('complete', 'processing')
        """
            .formatted(
                tables.idSql(), tables.ratingsSql(), tables.batchesSql(), tables.stagingSql());
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }
}
