package dev.diagonal.jobs;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.jobs.schema.JobSchema;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import java.sql.SQLException;

/**
 * Creates the tables of a job. Any number of processes may call it concurrently, before they plan.
 */
public final class CreateJobTables {

  private CreateJobTables() {}

  /**
   * Creates the job table, the staging table and the table of the totals if they are missing, with
   * their schemas, indexes and constraints. Refuses existing tables that do not fit. The table of
   * the ratings must exist.
   *
   * @throws TargetMismatchException if a table has another layout, the ratings lack fitting
   *     columns, or the batches are those of other ratings; the message names every difference
   * @throws SQLException if the database cannot be reached or refuses
   * @throws IllegalArgumentException if {@code database} is not PostgreSQL
   */
  public static void ifMissing(JdbcTarget database, JobTables tables)
      throws SQLException, InterruptedException {
    JobSchema.createIfMissing(database, tables);
  }
}
