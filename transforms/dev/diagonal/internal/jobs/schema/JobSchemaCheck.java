package dev.diagonal.internal.jobs.schema;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.TableShape;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.ratings.RatingRows;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks the tables of a job for a dry run. Missing tables are created in a transaction that is
 * rolled back, so that the database checks names and rights, and nothing changes.
 *
 * @param database the database
 * @param tables the tables of the job
 */
public record JobSchemaCheck(JdbcTarget database, JobTables tables) {

  /**
   * Checks the tables as {@link JobSchema} does.
   *
   * @param loads whether ratings are loaded first, so that their table may be missing
   * @param onePerUserAndMovie whether that table holds one rating per user and movie
   * @return which tables would be created
   * @throws TargetMismatchException if a table has another layout
   * @throws SQLException if the database cannot be reached or refuses
   */
  public String look(boolean loads, boolean onePerUserAndMovie)
      throws SQLException, InterruptedException {
    return RetriedTransaction.in(database, "check the tables of the job")
        .run(
            connection -> {
              String found = look(connection, loads, onePerUserAndMovie);
              connection.rollback();
              return found;
            });
  }

  private String look(Connection connection, boolean loads, boolean onePerUserAndMovie)
      throws SQLException {
    List<String> missing = new ArrayList<>();
    if (loads) {
      create(
          connection,
          List.of(tables.ratings()),
          JobScript.ratings(tables, onePerUserAndMovie),
          missing);
      requireLayout(connection, JobSchema.ratingsByPlace(tables), "");
      requireKind(connection, onePerUserAndMovie);
    }
    RatingColumns unused = RatingColumns.of(connection, tables);
    create(connection, List.of(tables.batches()), JobScript.batches(tables), missing);
    create(
        connection, List.of(tables.staging(), tables.totals()), JobScript.totals(tables), missing);
    requireLayout(connection, JobSchema.batches(tables), JobSchema.BATCHES_CHECKS);
    requireLayout(connection, JobSchema.staging(tables), JobSchema.LOGGED_CHECK);
    requireLayout(connection, RatingRows.table(tables.totals(), tables.textMovies()), "");
    boolean unusedToo = JobSchema.checkSource(connection, tables);
    return missing.isEmpty()
        ? "all exist and fit"
        : "would be created: " + String.join(", ", missing);
  }

  /** Refuses a table of ratings whose key does not fit the ratings that are loaded. */
  private void requireKind(Connection connection, boolean onePerUserAndMovie) throws SQLException {
    Table byUserAndMovie = JobSchema.ratingsByUserAndMovie(tables);
    if (onePerUserAndMovie) {
      requireLayout(connection, byUserAndMovie, "");
      return;
    }
    if (FoundTable.hasKey(connection, byUserAndMovie)) {
      throw JobSchema.oneRatingOnly(tables);
    }
  }

  private static void create(
      Connection connection, List<String> names, String script, List<String> missing)
      throws SQLException {
    int before = missing.size();
    for (String name : names) {
      if (!FoundTable.exists(connection, name)) {
        missing.add(name);
      }
    }
    if (missing.size() == before) {
      return;
    }
    JobSchema.createSchemas(connection, names);
    try (Statement statement = connection.createStatement()) {
      statement.execute(script);
    }
  }

  private static void requireLayout(Connection connection, Table table, String check)
      throws SQLException {
    FoundTable found = FoundTable.find(connection, table.name());
    if (found == null) {
      throw new SQLException("table " + table.name() + " was dropped while it was inspected");
    }
    Savepoint before = connection.setSavepoint();
    List<String> differences =
        new ArrayList<>(new TableShape(connection).differences(found, table));
    connection.rollback(before); // drops the temporary table of the comparison
    if (!check.isEmpty()) {
      differences.addAll(JobSchema.differences(connection, table.name(), check));
    }
    if (!differences.isEmpty()) {
      throw new TargetMismatchException("table " + table.name(), differences);
    }
  }
}
