package dev.diagonal.jobs;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.jobs.schema.JobTables;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/** Checks the preconditions of a {@link Publication} before it writes anything. */
final class PublicationChecks {

  private PublicationChecks() {}

  static void checkComplete(Statement statement, JobTables tables, boolean incomplete)
      throws SQLException {
    String incompleteBatches =
        "SELECT count(*) FROM %s WHERE status <> 'complete'".formatted(tables.batchesSql());
    long missing = incomplete ? 0 : number(statement, incompleteBatches);
    if (missing > 0) {
      throw new Publication.IncompleteException(
          String.format(
              Locale.ROOT,
              "%,d of the %,d batches of %s are not complete; nothing is published",
              missing,
              number(statement, "SELECT count(*) FROM " + tables.batchesSql()),
              tables.batches()));
    }
  }

  static void checkBadRows(Statement statement, JobTables tables, long most) throws SQLException {
    long bad =
        number(
            statement,
            "SELECT coalesce(sum(bad_rows), 0) FROM %s WHERE status = 'complete'"
                .formatted(tables.batchesSql()));
    if (bad > most) {
      throw new BadInputException(
          "%s bad record(s) were left out of the complete batches of %s, but at most %s are allowed; nothing is published"
              .formatted(bad, tables.batches(), most));
    }
  }

  /** Checks that the staging table has the totals of every complete batch. */
  static void checkStaged(Statement statement, JobTables tables) throws SQLException {
    String sql =
        """
        SELECT count(*), min(b.batch_id) FROM %1$s AS b
        LEFT JOIN (SELECT batch_id, attempt, count(*) AS movies FROM %2$s GROUP BY 1, 2) AS s
          ON s.batch_id = b.batch_id AND s.attempt = b.attempts
        WHERE b.status = 'complete' AND b.movies IS DISTINCT FROM coalesce(s.movies, 0)
        """
            .formatted(tables.batchesSql(), tables.stagingSql());
    try (ResultSet result = statement.executeQuery(sql)) {
      result.next();
      long lost = result.getLong(1);
      if (lost > 0) {
        throw new Publication.StagingLostException(
            "table %s lacks the totals of %s complete batches of %s, the first of them %s; nothing is published; a plan with recount processes them again"
                .formatted(tables.staging(), lost, tables.batches(), result.getLong(2)));
      }
    }
  }

  static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }
}
