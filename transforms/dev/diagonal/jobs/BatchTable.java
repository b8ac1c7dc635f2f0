package dev.diagonal.jobs;

import dev.diagonal.jobs.schema.JobTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * Updates the job table for workers, with one or two statements per operation; the caller commits.
 * All times are those of the database's clock.
 *
 * <p>Workers that claim concurrently each get another batch, and none waits. The attempt number
 * identifies a claim, so a worker that has lost its batch can no longer change it.
 */
final class BatchTable {

  private static final int MAX_ERROR_CHARACTERS = 2_000;

  private final String batches;
  private final WorkSettings settings;
  private final String claimNext;
  private final String failAbandoned;
  private final String renew;
  private final String complete;
  private final String fail;
  private final String isCompleted;
  private final String hasChance;

  BatchTable(JobTables tables, WorkSettings settings) {
    this.batches = tables.batchesSql();
    this.settings = settings;
    this.claimNext = claimSql("status IN ('pending', 'failed') AND failures < ?", "SKIP LOCKED");
    this.failAbandoned = failAbandonedSql("true");
    this.renew = updateSql("lease_until = clock_timestamp() + ? * interval '1 millisecond'");
    this.complete =
        updateSql(
            "status = 'complete', failures = 0, lease_until = NULL,"
                + " finished_at = clock_timestamp(), rows_read = ?, bad_rows = ?, movies = ?");
    this.fail =
        updateSql(
            "status = 'failed', failures = greatest(failures + 1, ?), lease_until = NULL,"
                + " finished_at = clock_timestamp(), error = ?");
    this.isCompleted =
        "SELECT 1 FROM %s WHERE batch_id = ? AND attempts = ? AND status = 'complete'"
            .formatted(batches);
    this.hasChance =
        """
        SELECT EXISTS (SELECT 1 FROM %s
          WHERE status IN ('pending', 'processing') OR (status = 'failed' AND failures < ?))
        """
            .formatted(batches);
  }

  /**
   * Claims the next batch that is pending, or failed and may be retried: those with the fewest
   * failures first, then by id. Before that, batches whose lease has ended are marked failed.
   */
  Optional<Claim> claimNext(Connection connection, String worker) throws SQLException {
    Optional<Claim> claim = tryClaimNext(connection, worker);
    if (claim.isPresent()) {
      return claim;
    }
    try (PreparedStatement statement = connection.prepareStatement(failAbandoned)) {
      if (statement.executeUpdate() == 0) {
        return claim;
      }
    }
    return tryClaimNext(connection, worker);
  }

  /**
   * Claims this batch if it is pending or failed, or if its lease has ended. Waits for transactions
   * that are changing its row.
   */
  Optional<Claim> claim(Connection connection, long batchId, String worker) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(failAbandonedSql("batch_id = ?"))) {
      statement.setLong(1, batchId);
      statement.executeUpdate();
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            claimSql("batch_id = ? AND status IN ('pending', 'failed')", ""))) {
      statement.setLong(1, batchId);
      return claimed(statement, worker);
    }
  }

  private Optional<Claim> tryClaimNext(Connection connection, String worker) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(claimNext)) {
      statement.setInt(1, settings.maxAttempts());
      return claimed(statement, worker);
    }
  }

  private String claimSql(String condition, String ofLockedRows) {
    return """
        WITH next AS MATERIALIZED (
          SELECT batch_id FROM %1$s WHERE %2$s
          ORDER BY failures, batch_id LIMIT 1 FOR UPDATE %3$s)
        UPDATE %1$s AS b
        SET status = 'processing', attempts = attempts + 1, worker = ?,
            lease_until = clock_timestamp() + ? * interval '1 millisecond',
            started_at = clock_timestamp(), finished_at = NULL,
            rows_read = NULL, bad_rows = NULL, movies = NULL, error = NULL
        FROM next WHERE b.batch_id = next.batch_id
        RETURNING b.batch_id, attempts, lower_id, upper_id
        """
        .formatted(batches, condition, ofLockedRows);
  }

  private Optional<Claim> claimed(PreparedStatement statement, String worker) throws SQLException {
    statement.setString(2, worker);
    statement.setLong(3, settings.lease().toMillis());
    try (ResultSet result = statement.executeQuery()) {
      return result.next()
          ? Optional.of(
              new Claim(result.getLong(1), result.getInt(2), result.getLong(3), result.getLong(4)))
          : Optional.empty();
    }
  }

  /** Marks batches failed whose lease has ended. */
  private String failAbandonedSql(String condition) {
    return """
        UPDATE %1$s
        SET status = 'failed', failures = failures + 1, lease_until = NULL,
            finished_at = clock_timestamp(),
            error = format('attempt %%s of worker %%s was not over when its lease ended at %%s',
                           attempts, worker, lease_until)
        WHERE batch_id IN (
          SELECT batch_id FROM %1$s
          WHERE status = 'processing' AND lease_until < clock_timestamp() AND %2$s
          FOR UPDATE SKIP LOCKED)
        """
        .formatted(batches, condition);
  }

  /** Renews the lease of a claim; returns whether the claim was still valid. */
  boolean renew(Connection connection, Claim claim) throws SQLException {
    return update(
        connection,
        claim,
        renew,
        statement -> statement.setLong(1, settings.lease().toMillis()),
        1);
  }

  /** Marks a batch complete; returns whether the claim was still valid. */
  boolean complete(Connection connection, Claim claim, long rows, long badRows, long movies)
      throws SQLException {
    return update(
        connection,
        claim,
        complete,
        statement -> {
          statement.setLong(1, rows);
          statement.setLong(2, badRows);
          statement.setLong(3, movies);
        },
        3);
  }

  /**
   * Marks a batch failed; returns whether the claim was still valid.
   *
   * @param forGood whether a retry would be useless; then this run does not retry the batch
   */
  boolean fail(Connection connection, Claim claim, String reason, boolean forGood)
      throws SQLException {
    String text = reason.replace('\0', '\uFFFD');
    String shown =
        text.length() <= MAX_ERROR_CHARACTERS
            ? text
            : text.substring(0, text.offsetByCodePoints(0, MAX_ERROR_CHARACTERS / 2)) + "…";
    return update(
        connection,
        claim,
        fail,
        statement -> {
          statement.setInt(1, forGood ? settings.maxAttempts() : 0);
          statement.setString(2, shown);
        },
        2);
  }

  /** Sets the values of a statement. */
  private interface Values {
    void set(PreparedStatement statement) throws SQLException;
  }

  private String updateSql(String assignments) {
    return "UPDATE %s SET %s WHERE batch_id = ? AND attempts = ? AND status = 'processing'"
        .formatted(batches, assignments);
  }

  private boolean update(Connection connection, Claim claim, String sql, Values values, int count)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      values.set(statement);
      statement.setLong(count + 1, claim.batchId());
      statement.setInt(count + 2, claim.attempt());
      return statement.executeUpdate() == 1;
    }
  }

  /**
   * Resets how often batches have failed. Attempts in progress belong to another run: if they fail
   * or their lease ends, this run does not count it.
   */
  static int forgive(Connection connection, JobTables tables) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(
          """
          UPDATE %s SET failures = CASE status WHEN 'processing' THEN -1 ELSE 0 END
          WHERE (status = 'failed' AND failures > 0) OR (status = 'processing' AND failures >= 0)
          """
              .formatted(tables.batchesSql()));
    }
  }

  /** Returns the status of a batch; empty if no batch has this id. */
  Optional<String> status(Connection connection, long batchId) throws SQLException {
    String sql = "SELECT status FROM %s WHERE batch_id = ?".formatted(batches);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, batchId);
      try (ResultSet result = statement.executeQuery()) {
        return result.next() ? Optional.of(result.getString(1)) : Optional.empty();
      }
    }
  }

  /** Returns whether this attempt completed its batch. */
  boolean isCompletedBy(Connection connection, Claim claim) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(isCompleted)) {
      statement.setLong(1, claim.batchId());
      statement.setInt(2, claim.attempt());
      try (ResultSet result = statement.executeQuery()) {
        return result.next();
      }
    }
  }

  /** Returns whether a batch is left that can be claimed, now or after its worker fails. */
  boolean hasChance(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(hasChance)) {
      statement.setInt(1, settings.maxAttempts());
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getBoolean(1);
      }
    }
  }
}
