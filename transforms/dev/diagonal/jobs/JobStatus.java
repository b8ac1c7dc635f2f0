package dev.diagonal.jobs;

import dev.diagonal.jdbc.JdbcTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a job is, at one moment.
 *
 * @param byStatus how many batches there are of each status, and of how many rows
 * @param unpublished how many batches are complete and not published
 * @param oldestLease since when the batch that is worked on longest has been begun; null without
 *     one
 * @param rowsPerSecond from the first start to the last end of a batch that is complete
 * @param failed the batches that are failed, by id: the first hundred
 */
public record JobStatus(
    List<Count> byStatus,
    long unpublished,
    @Nullable Lease oldestLease,
    long rowsPerSecond,
    List<Failed> failed) {

  private static final int MAX_FAILED = 100;

  /**
   * The batches of one status.
   *
   * @param rows as they were read, if the status is complete, else as they were planned
   */
  public record Count(String status, long batches, long rows) {}

  /**
   * A batch that is worked on.
   *
   * @param age how long ago it was begun
   * @param left how long its lease lasts; negative if that has ended
   */
  public record Lease(long batchId, String worker, Duration age, Duration left) {}

  /** A batch that is failed, and why. */
  public record Failed(long batchId, int attempts, String error) {}

  /**
   * Reads the status.
   *
   * @throws SQLException if the database cannot be reached
   */
  public static JobStatus of(JdbcTarget database, JobTables tables)
      throws SQLException, InterruptedException {
    try (JobSession session = new JobSession(database)) {
      return session.call(connection -> of(connection, tables.batchesSql()));
    }
  }

  /** Returns how many batches are not complete. */
  public long incomplete() {
    return byStatus.stream()
        .filter(count -> !count.status.equals("complete"))
        .mapToLong(Count::batches)
        .sum();
  }

  private static JobStatus of(Connection connection, String batches) throws SQLException {
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
              "SELECT count(*) FROM %s WHERE status = 'complete' AND attempts IS DISTINCT FROM published_attempt"
                  .formatted(batches)),
          oldestLease(statement, batches),
          number(
              statement,
              """
              SELECT sum(rows_read) / greatest(extract(epoch FROM max(finished_at) - min(started_at)), 0.001)
              FROM %s WHERE status = 'complete'
              """
                  .formatted(batches)),
          failed(connection, batches));
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

  private static List<Failed> failed(Connection connection, String batches) throws SQLException {
    String sql =
        "SELECT batch_id, attempts, error FROM %s WHERE status = 'failed' ORDER BY batch_id LIMIT ?"
            .formatted(batches);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, MAX_FAILED);
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
