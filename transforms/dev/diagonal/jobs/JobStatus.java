package dev.diagonal.jobs;

import dev.diagonal.internal.jobs.schema.JobSession;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a job at one moment.
 *
 * @param byStatus how many batches have each status, and how many rows they have
 * @param unpublished how many complete batches are not yet published in the table of the totals
 * @param badRows how many rows of complete batches were left out
 * @param oldestLease when the longest running batch was begun; null if none is running
 * @param rowsPerSecond of one worker: the rows of complete batches, divided by the time from claim
 *     to end of each
 * @param failed the failed batches, by id: the first hundred of {@link #failedBatches}
 */
public record JobStatus(
    List<Count> byStatus,
    long unpublished,
    long badRows,
    @Nullable Lease oldestLease,
    long rowsPerSecond,
    List<Failed> failed) {

  private static final int MAX_FAILED = 100;

  /**
   * The batches of one status.
   *
   * @param rows as read for complete batches, otherwise as planned
   */
  public record Count(String status, long batches, long rows) {}

  /**
   * A batch in progress.
   *
   * @param age how long ago it was begun
   * @param left how much of its lease is left; negative if it has ended
   */
  public record Lease(long batchId, String worker, Duration age, Duration left) {}

  /** A failed batch, and the reason. */
  public record Failed(long batchId, int attempts, String error) {}

  /**
   * Reads the status.
   *
   * @throws SQLException if the database cannot be reached
   */
  public static JobStatus of(JdbcTarget database, JobTables tables)
      throws SQLException, InterruptedException {
    try (JobSession session = new JobSession(database)) {
      return session.call(connection -> of(connection, tables));
    }
  }

  /**
   * Returns why a batch failed; empty if it did not.
   *
   * @throws SQLException if the database cannot be reached
   */
  public static Optional<Failed> failureOf(JdbcTarget database, JobTables tables, long batchId)
      throws SQLException, InterruptedException {
    try (JobSession session = new JobSession(database)) {
      return session
          .call(connection -> failed(connection, tables.batchesSql(), "batch_id = ?", batchId))
          .stream()
          .findFirst();
    }
  }

  /** Returns how many batches have failed. */
  public long failedBatches() {
    return batches("failed");
  }

  /** Returns how many batches are not complete. */
  public long incomplete() {
    return byStatus.stream().mapToLong(Count::batches).sum() - batches("complete");
  }

  private long batches(String status) {
    return byStatus.stream()
        .filter(count -> count.status.equals(status))
        .mapToLong(Count::batches)
        .sum();
  }

  private static JobStatus of(Connection connection, JobTables tables) throws SQLException {
    String batches = tables.batchesSql();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      List<Count> counts = new ArrayList<>();
      String byStatus =
          """
          SELECT s.status, count(b.batch_id),
                 coalesce(sum(CASE WHEN b.status = 'complete' THEN rows_read ELSE planned_rows END), 0)
          FROM unnest(ARRAY['pending', 'processing', 'complete', 'failed'])
               WITH ORDINALITY AS s (status, n)
          LEFT JOIN %s AS b ON b.status = s.status GROUP BY s.n, s.status ORDER BY s.n
          """;
      try (ResultSet result = statement.executeQuery(byStatus.formatted(batches))) {
        while (result.next()) {
          counts.add(new Count(result.getString(1), result.getLong(2), result.getLong(3)));
        }
      }
      return new JobStatus(
          counts,
          number(
              statement,
              """
              SELECT count(*) FROM %s WHERE status = 'complete'
                AND (attempts IS DISTINCT FROM published_attempt OR published_into IS DISTINCT FROM %s)
              """
                  .formatted(batches, Publication.identity(tables))),
          number(
              statement,
              "SELECT sum(bad_rows) FROM %s WHERE status = 'complete'".formatted(batches)),
          oldestLease(statement, batches),
          number(
              statement,
              """
              SELECT sum(rows_read) / greatest(extract(epoch FROM sum(finished_at - started_at)), 0.001)
              FROM %s WHERE status = 'complete'
              """
                  .formatted(batches)),
          failed(connection, batches, "batch_id >= ?", 0));
    }
  }

  private static @Nullable Lease oldestLease(Statement statement, String batches)
      throws SQLException {
    String sql =
        """
        SELECT batch_id, worker, extract(epoch FROM clock_timestamp() - started_at) * 1000,
               extract(epoch FROM lease_until - clock_timestamp()) * 1000
        FROM %s WHERE status = 'processing' ORDER BY started_at LIMIT 1
        """;
    try (ResultSet result = statement.executeQuery(sql.formatted(batches))) {
      return result.next()
          ? new Lease(
              result.getLong(1),
              result.getString(2),
              Duration.ofMillis(result.getLong(3)),
              Duration.ofMillis(result.getLong(4)))
          : null;
    }
  }

  private static List<Failed> failed(
      Connection connection, String batches, String condition, long batchId) throws SQLException {
    String sql =
        "SELECT batch_id, attempts, error FROM %s WHERE status = 'failed' AND %s ORDER BY batch_id LIMIT ?"
            .formatted(batches, condition);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, batchId);
      statement.setInt(2, MAX_FAILED);
      try (ResultSet result = statement.executeQuery()) {
        List<Failed> failed = new ArrayList<>();
        while (result.next()) {
          failed.add(new Failed(result.getLong(1), result.getInt(2), result.getString(3)));
        }
        return failed;
      }
    }
  }

  private static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }
}
