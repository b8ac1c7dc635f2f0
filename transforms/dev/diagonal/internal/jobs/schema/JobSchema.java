package dev.diagonal.internal.jobs.schema;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.ratings.RatingRows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Creates and checks the tables of a job. Any number of processes may call it concurrently before a
 * run.
 */
public final class JobSchema {

  /** Serializes concurrent creations. */
  private static final String TAKE_TURNS =
      "SELECT pg_advisory_xact_lock(hashtextextended('diagonal: create the tables of a job', 0))";

  static final String LOGGED_CHECK =
      """
      WITH t AS (SELECT * FROM pg_class WHERE oid = to_regclass(?))
      SELECT 'it is not logged, so a crash would empty it' FROM t WHERE relpersistence <> 'p'
      """;

  static final String BATCHES_CHECKS =
      LOGGED_CHECK
          + """
          UNION ALL
          SELECT 'no constraint keeps ranges from overlapping' FROM t
          WHERE NOT EXISTS (SELECT 1 FROM pg_constraint
                            WHERE conrelid = t.oid AND contype = 'x' AND convalidated)
          UNION ALL
          SELECT 'column batch_id: is not numbered by the table' FROM t
          JOIN pg_attribute ON attrelid = t.oid AND attname = 'batch_id' AND NOT attisdropped
          WHERE attidentity = '' AND NOT atthasdef
          """;

  private JobSchema() {}

  /**
   * Creates missing tables of the job and of the totals, with their schemas, indexes and
   * constraints, and refuses existing ones that do not fit: other columns, an unlogged table, which
   * a crash would empty, or a job table that allows overlapping ranges or does not number its
   * batches. The table of the ratings must exist.
   *
   * @throws TargetMismatchException if a table has another layout, the ratings lack fitting
   *     columns, or the batches are those of other ratings; the message names every difference
   * @throws SQLException if the database cannot be reached or refuses
   */
  public static void createIfMissing(JdbcTarget database, JobTables tables)
      throws SQLException, InterruptedException {
    try (JobSession session = new JobSession(database)) {
      // Checked first: ratings that do not fit leave no new tables.
      RatingColumns unused = session.call(connection -> RatingColumns.of(connection, tables));
    }
    run(database, List.of(tables.batches()), JobScript.batches(tables));
    run(database, List.of(tables.staging(), tables.totals()), JobScript.totals(tables));
    CreateTable.ifMissing(database, batches(tables));
    CreateTable.ifMissing(database, staging(tables));
    CreateTable.ifMissing(database, RatingRows.table(tables.totals(), tables.textMovies()));
    check(database, tables.batches(), BATCHES_CHECKS);
    check(database, tables.staging(), LOGGED_CHECK);
    try (JobSession session = new JobSession(database)) {
      boolean unused = session.call(connection -> checkSource(connection, tables));
    }
  }

  /**
   * Creates the table of the ratings if it is missing, with its schema: id, user, movie, rating,
   * place.
   *
   * @param onePerUserAndMovie whether it holds one rating per user and movie
   * @throws TargetMismatchException if it exists and ratings cannot be loaded into it
   */
  public static void createRatingsIfMissing(
      JdbcTarget database, JobTables tables, boolean onePerUserAndMovie)
      throws SQLException, InterruptedException {
    run(database, List.of(tables.ratings()), JobScript.ratings(tables, onePerUserAndMovie));
    CreateTable.ifMissing(database, ratingsByPlace(tables));
    if (onePerUserAndMovie) {
      CreateTable.ifMissing(database, ratingsByUserAndMovie(tables));
    } else if (CreateTable.hasKey(database, ratingsByUserAndMovie(tables))) {
      throw oneRatingOnly(tables);
    }
  }

  /** Refuses a table that cannot hold two ratings of a movie by the same user. */
  static TargetMismatchException oneRatingOnly(JobTables tables) {
    return new TargetMismatchException(
        "table " + tables.ratings(),
        List.of(
            "its unique key (%s, %s) allows one rating per user and movie: give --onePerUserAndMovie, or drop the key"
                .formatted(tables.userColumn(), tables.movieColumn())));
  }

  /** Returns the table of the ratings, with user and movie as its key. */
  static Table ratingsByUserAndMovie(JobTables tables) {
    return Table.of(
        tables.ratings(),
        Column.key(tables.userColumn(), "bigint"),
        Column.key(tables.movieColumn(), tables.movieType()),
        Column.of(tables.ratingColumn(), "numeric(10,3)"));
  }

  /** Returns the table of the ratings, with the place of each rating as its key. */
  public static Table ratingsByPlace(JobTables tables) {
    return Table.of(
        tables.ratings(),
        Column.key(JobTables.PLACE, "uuid"),
        Column.of(tables.userColumn(), "bigint"),
        Column.of(tables.movieColumn(), tables.movieType()),
        Column.of(tables.ratingColumn(), "numeric(10,3)"));
  }

  /** Looks for existing tables first: a user without the CREATE privilege may use them. */
  private static void run(JdbcTarget database, List<String> names, String script)
      throws SQLException, InterruptedException {
    try (JobSession session = new JobSession(database)) {
      boolean unused =
          session.call(
              connection -> {
                try (Statement statement = connection.createStatement()) {
                  statement.execute(TAKE_TURNS);
                  if (!areThere(connection, names)) {
                    createSchemas(connection, names);
                    statement.execute(script);
                  }
                }
                return true;
              });
    }
  }

  /** Looks for existing schemas first: a user without the CREATE privilege may use them. */
  static void createSchemas(Connection connection, List<String> names) throws SQLException {
    for (String name : names) {
      int dot = name.indexOf('.');
      if (dot < 0) {
        continue;
      }
      String schema = PostgresSql.quote(name.substring(0, dot));
      try (PreparedStatement statement =
              connection.prepareStatement("SELECT to_regnamespace(?) IS NOT NULL");
          Statement create = connection.createStatement()) {
        statement.setString(1, schema);
        try (ResultSet result = statement.executeQuery()) {
          result.next();
          if (!result.getBoolean(1)) {
            create.execute("CREATE SCHEMA " + schema);
          }
        }
      }
    }
  }

  /** Refuses a table if the check returns a difference. */
  private static void check(JdbcTarget database, String table, String sql)
      throws SQLException, InterruptedException {
    List<String> differences = new ArrayList<>();
    try (JobSession session = new JobSession(database)) {
      boolean unused =
          session.call(
              connection -> {
                differences.clear();
                differences.addAll(differences(connection, table, sql));
                return true;
              });
    }
    if (!differences.isEmpty()) {
      throw new TargetMismatchException("table " + table, differences);
    }
  }

  /** Returns what a check finds of a table. */
  static List<String> differences(Connection connection, String table, String sql)
      throws SQLException {
    List<String> differences = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, PostgresSql.quoteTable(table));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          differences.add(result.getString(1));
        }
      }
    }
    return differences;
  }

  private static boolean areThere(Connection connection, List<String> names) throws SQLException {
    for (String name : names) {
      if (!FoundTable.exists(connection, name)) {
        return false;
      }
    }
    return true;
  }

  static boolean checkSource(Connection connection, JobTables tables) throws SQLException {
    String sql = "SELECT source FROM %s WHERE source <> ? LIMIT 1".formatted(tables.batchesSql());
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, tables.source());
      try (ResultSet result = statement.executeQuery()) {
        if (result.next()) {
          throw new TargetMismatchException(
              "job table " + tables.batches(),
              List.of(
                  "its batches are of %s, not of %s"
                      .formatted(result.getString(1), tables.source())));
        }
        return true;
      }
    }
  }

  static Table batches(JobTables tables) {
    return Table.of(
        tables.batches(),
        Column.key("batch_id", "bigint"),
        Column.of("source", "text"),
        Column.of("lower_id", "bigint"),
        Column.of("upper_id", "bigint"),
        Column.of("planned_rows", "bigint"),
        Column.of("status", "text"),
        Column.of("attempts", "integer"),
        Column.of("failures", "integer"),
        Column.of("worker", "text"),
        Column.of("lease_until", "timestamptz"),
        Column.of("started_at", "timestamptz"),
        Column.of("finished_at", "timestamptz"),
        Column.of("rows_read", "bigint"),
        Column.of("bad_rows", "bigint"),
        Column.of("movies", "bigint"),
        Column.of("error", "text"),
        Column.of("published_attempt", "integer"),
        Column.of("published_into", "text"));
  }

  static Table staging(JobTables tables) {
    return Table.of(
        tables.staging(),
        Column.key("batch_id", "bigint"),
        Column.key("attempt", "integer"),
        Column.key("movie_id", tables.movieType()),
        Column.of("rating_count", "bigint"),
        Column.of("rating_sum", "numeric(22,3)"),
        Column.of("rating_min", "numeric(10,3)"),
        Column.of("rating_max", "numeric(10,3)"));
  }
}
