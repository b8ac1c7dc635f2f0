package dev.diagonal.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.jobs.schema.JobSchema;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.BatchWorker.Outcome;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.Eventually;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A database of its own for the jobs of a test, and statements on it, each on a connection of its
 * own.
 *
 * @param target the database
 * @param tables the names of its tables
 */
public record JobDatabase(JdbcTarget target, JobTables tables) {

  public static final Duration SOON = Duration.ofMinutes(4);

  /** What the gate is locked with. */
  private static final String GATE = "pg_advisory_xact_lock%s(4243)";

  /** Creates the database anew, with no tables in it. */
  public static JobDatabase create(LocalPostgres postgres, String name) throws SQLException {
    JobDatabase server = new JobDatabase(of(postgres, "postgres"), JobTables.DEFAULT);
    server.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(name));
    server.execute("CREATE DATABASE " + name);
    return new JobDatabase(of(postgres, name), JobTables.DEFAULT);
  }

  private static JdbcTarget of(LocalPostgres postgres, String name) {
    return JdbcTarget.at(postgres.jdbcUrl().replaceFirst("/postgres$", "/" + name))
        .withUser(postgres.user());
  }

  /** Creates the tables, with so many ratings whose ids have gaps. */
  public JobDatabase withRatings(int ratings) throws Exception {
    JobSchema.createRatingsIfMissing(target, tables, false);
    JobSchema.createIfMissing(target, tables);
    addRatings(1, ratings);
    return this;
  }

  /** Adds the ratings of these numbers, of 97 movies; two of three numbers have an id. */
  public void addRatings(int from, int to) throws SQLException {
    execute(
        """
        INSERT INTO %s (%s, %s, %s, %s) OVERRIDING SYSTEM VALUE
        SELECT n + n / 2, n, 1 + n * 7919 %% 97, (n * 31 %% 10 + 1) / 2.0
        FROM generate_series(%d, %d) AS n
        """
            .formatted(
                tables.ratingsSql(),
                tables.idSql(),
                tables.userSql(),
                tables.movieSql(),
                tables.ratingSql(),
                from,
                to));
    // As if the ids had been drawn from the sequence.
    try (Connection connection = connect();
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT setval(pg_get_serial_sequence(?, ?), (SELECT max(%s) FROM %s))"
                    .formatted(tables.idSql(), tables.ratingsSql()))) {
      statement.setString(1, tables.ratingsSql());
      statement.setString(2, tables.idColumn());
      statement.execute();
    }
  }

  /** Returns the same database, used by another user. */
  public JobDatabase as(String user) {
    return new JobDatabase(target.withUser(user), tables);
  }

  public BatchPlan.Planned plan(long batchRows) throws Exception {
    return BatchPlan.plan(target, tables, batchRows, true);
  }

  public Publication.Published publish() throws Exception {
    return Publication.publish(target, tables, false);
  }

  public BatchWorker worker(WorkSettings settings) {
    return new BatchWorker(target, tables, settings);
  }

  /** Processes everything, by one worker; returns the completed batches in their order. */
  public List<ProcessedBatch> work(WorkSettings settings) throws Exception {
    List<ProcessedBatch> completed = new ArrayList<>();
    try (BatchWorker worker = worker(settings)) {
      worker.processAll((batch, badRows) -> completed.add(batch));
    }
    return completed;
  }

  public Outcome process(long batchId) throws Exception {
    try (BatchWorker worker = worker(WorkSettings.DEFAULT)) {
      return worker.processBatch(batchId, (batch, badRows) -> {});
    }
  }

  /** Asserts that the published table is exactly what the ratings come to, by the server itself. */
  public void assertExact() throws SQLException {
    assertThat(
            query(
                """
                SELECT t.movie_id || ' ' || r.movie_id FROM %1$s AS t FULL JOIN (
                  SELECT %3$s AS movie_id, count(*) AS n, sum(%4$s::numeric) AS total,
                         min(%4$s) AS least, max(%4$s) AS greatest
                  FROM %2$s GROUP BY 1) AS r ON r.movie_id = t.movie_id
                WHERE (rating_count, rating_sum, rating_mean, rating_min, rating_max)
                  IS DISTINCT FROM (n, total, round(total / n, 6), least, greatest)
                """
                    .formatted(
                        tables.totalsSql(),
                        tables.ratingsSql(),
                        tables.movieSql(),
                        tables.ratingSql())))
        .isEmpty();
    assertThat(number("SELECT coalesce(sum(rating_count), 0) FROM " + tables.totalsSql()))
        .isEqualTo(number("SELECT count(*) FROM " + tables.ratingsSql()));
  }

  /**
   * Makes the transaction that has put this attempt of batch 1 into the staging table wait, before
   * it goes on, while the gate is closed.
   */
  public void gateAfterStaging(int attempt) throws SQLException {
    gateAfterStaging("batch_id = 1 AND attempt = " + attempt);
  }

  /** Makes every transaction that has put a batch into the staging table wait, likewise. */
  public void gateAfterStaging() throws SQLException {
    gateAfterStaging("true");
  }

  private void gateAfterStaging(String condition) throws SQLException {
    execute(
        """
        CREATE OR REPLACE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT 1 FROM added WHERE %s) THEN PERFORM %s; END IF;
          RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER gate AFTER INSERT ON %s REFERENCING NEW TABLE AS added
          FOR EACH STATEMENT EXECUTE FUNCTION gate();
        """
            .formatted(condition, GATE.formatted("_shared"), tables.stagingSql()));
  }

  /**
   * Makes the transaction of a user who is not the owner wait when it reads the rating of this id,
   * while the gate is closed.
   */
  public void gateWhileReading(long id, String user) throws SQLException {
    execute(
        """
        DROP ROLE IF EXISTS %1$s;
        CREATE ROLE %1$s LOGIN PASSWORD '%6$s';
        GRANT ALL ON SCHEMA public, jobs, staging TO %1$s;
        GRANT ALL ON ALL TABLES IN SCHEMA public, jobs, staging TO %1$s;
        CREATE FUNCTION gate_at(id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
          IF id = %2$d THEN PERFORM %3$s; END IF;
          RETURN true;
        END $$;
        ALTER TABLE %4$s ENABLE ROW LEVEL SECURITY;
        CREATE POLICY gate ON %4$s USING (gate_at(%5$s));
        """
            .formatted(
                user,
                id,
                GATE.formatted("_shared"),
                tables.ratingsSql(),
                tables.idSql(),
                LocalPostgres.passwordOfThisProcess()));
  }

  /** Makes plans wait before they put their first batch into the job table, likewise. */
  public void gateBeforeBatches() throws SQLException {
    execute(
        """
        CREATE OR REPLACE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM %s; RETURN NULL; END $$;
        CREATE OR REPLACE TRIGGER gate BEFORE INSERT ON %s
          FOR EACH STATEMENT EXECUTE FUNCTION gate();
        """
            .formatted(GATE.formatted("_shared"), tables.batchesSql()));
  }

  /** Closes the gate until what is returned is closed. */
  public Connection closeGate() throws SQLException {
    Connection gate = connect();
    gate.setAutoCommit(false);
    try (Statement statement = gate.createStatement()) {
      statement.execute("SELECT " + GATE.formatted(""));
    }
    return gate;
  }

  /** Waits until so many sessions wait at the gate. */
  public void awaitAtGate(int sessions) {
    awaitNumber(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4243 AND NOT granted",
        sessions);
  }

  /** Waits until the answer is this number. */
  public void awaitNumber(String query, long number) {
    assertThat(
            Eventually.within(
                SOON,
                () -> {
                  try {
                    return number(query) == number;
                  } catch (SQLException e) {
                    throw new IllegalStateException(e);
                  }
                }))
        .as(query)
        .isTrue();
  }

  public void execute(String statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }

  /** Returns the rows of the answer, their columns with a space between them. */
  public List<String> query(String query) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          values.add(result.getString(i));
        }
        rows.add(String.join(" ", values));
      }
      return rows;
    }
  }

  /** Returns rows of the job table, in the order of their ids. */
  public List<String> batches(String columns) throws SQLException {
    return query("SELECT %s FROM %s ORDER BY lower_id".formatted(columns, tables.batchesSql()));
  }

  public long number(String query) throws SQLException {
    return Long.parseLong(query(query).get(0));
  }

  public Connection connect() throws SQLException {
    return DriverManager.getConnection(target.url(), target.user(), null);
  }

  /** Returns these names with another one for the ratings. */
  public JobDatabase withRatingsNamed(String name) {
    assertThat(PostgresSql.quoteTable(name)).isNotEqualTo(name);
    return new JobDatabase(target, tables.withRatings(name, "rating_id", "movie_id", "rating"));
  }
}
