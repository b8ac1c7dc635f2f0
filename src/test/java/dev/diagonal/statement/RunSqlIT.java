package dev.diagonal.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.conflictfree.BatchWritten;
import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.internal.statement.StatementRefusedException;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.H2Server;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Runner;
import dev.diagonal.testing.Sql;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Statements in SQL on PostgreSQL, H2 and DuckDB. */
@ExtendWith(PostgresExtension.class)
final class RunSqlIT {

  private static final int ROWS = 3_000;

  private static final String ON_POSTGRES =
      """
      WITH new AS (
        INSERT INTO knows SELECT * FROM unnest(:id, :source, :target)
        ON CONFLICT DO NOTHING RETURNING source, target),
      counted AS (
        UPDATE person SET degree = degree + n FROM (
          SELECT id, count(*) AS n FROM (SELECT source AS id FROM new UNION ALL SELECT target FROM new)
          GROUP BY id) AS ends
        WHERE person.id = ends.id RETURNING n)
      SELECT (SELECT count(*) FROM new) AS relationships, (SELECT sum(n)::bigint FROM counted) AS ends
      """;

  private static final String ELSEWHERE =
      "MERGE INTO knows USING (SELECT CAST(:id AS BIGINT) AS id, CAST(:source AS BIGINT) AS source,"
          + " CAST(:target AS BIGINT) AS target) AS given ON knows.id = given.id"
          + " WHEN NOT MATCHED THEN INSERT (id, source, target)"
          + " VALUES (given.id, given.source, given.target)";

  private static final String TABLES =
      "CREATE TABLE knows (id BIGINT PRIMARY KEY, source BIGINT, target BIGINT)";

  private JdbcTarget postgres;
  private Sql sql;

  @BeforeEach
  void createTables(LocalPostgres server) throws SQLException {
    postgres = JdbcTarget.at(server.jdbcUrl()).withUser(server.user());
    sql = new Sql(postgres);
    sql.execute("DROP TABLE IF EXISTS knows, person, typed; " + TABLES);
    sql.execute(
        "CREATE TABLE person (id bigint PRIMARY KEY, degree bigint);"
            + " INSERT INTO person SELECT id, 0 FROM generate_series(0, %s) AS id"
                .formatted(Knows.PERSONS - 1));
  }

  @ParameterizedTest
  @EnumSource
  void writesAndCountsEachRowOnceOnPostgres(Runner runner) throws SQLException {
    List<Knows> all = Knows.all(ROWS);
    for (int run = 1; run <= 2; run++) {
      write(runner.pipeline(), statement(postgres, ON_POSTGRES), all);
      assertOnPostgres(all);
    }
  }

  @Test
  void twoRunsAtOnceNeverDeadlockOnPostgres() throws Exception {
    List<Knows> all = Knows.all(ROWS);
    RunStatement<Knows> statement = statement(postgres, ON_POSTGRES);
    both(statement, all);
    assertOnPostgres(all);
    assertThat(
            number(
                sql, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
        .isEqualTo(0);
  }

  @Test
  void concurrentRunsNeverDeadlockOnH2(@TempDir Path directory) throws Exception {
    try (H2Server server = H2Server.in(directory)) {
      JdbcTarget h2 = JdbcTarget.at(server.jdbcUrl("knows") + ";LOCK_TIMEOUT=20000");
      Sql onH2 = new Sql(h2);
      onH2.execute(TABLES);
      List<Knows> all = Knows.all(ROWS);
      both(statement(h2, ELSEWHERE), all);
      assertThat(number(onH2, "SELECT count(*) FROM knows")).isEqualTo(ROWS);
      assertThat(number(onH2, "SELECT count(*) FROM diagonal_slots")).isEqualTo(64);
    }
  }

  @Test
  void duckDbHasNoSlotLocks(@TempDir Path directory) throws Exception {
    JdbcTarget duckDb = JdbcTarget.at("jdbc:duckdb:" + directory.resolve("knows.duckdb"));
    Sql onDuckDb = new Sql(duckDb);
    onDuckDb.execute(TABLES);
    RunStatement<Knows> statement =
        statement(
            duckDb, "INSERT INTO knows VALUES (:id, :source, :target) ON CONFLICT DO NOTHING");
    assertThat(statement.locksSlots()).isFalse();
    write(Runner.DIRECT.pipeline(), statement, Knows.all(ROWS));
    assertThat(number(onDuckDb, "SELECT count(*) FROM knows")).isEqualTo(ROWS);
  }

  @Test
  void valuesKeepTheirTypes() throws Exception {
    sql.execute(
        "CREATE TABLE typed (whole bigint, price numeric(10,2), part double precision, word text,"
            + " truth boolean, day date, at timestamptz, key uuid, doc jsonb, nothing text, bytes"
            + " bytea)");
    RowParameters<Integer> parameters =
        new RowParameters<>(
            List.of(
                Column.of("whole", "bigint"),
                Column.of("price", "numeric(10,2)"),
                Column.of("part", "double precision"),
                Column.of("word", "text"),
                Column.of("truth", "boolean"),
                Column.of("day", "date"),
                Column.of("at", "timestamp with time zone"),
                Column.of("key", "uuid"),
                Column.of("doc", "jsonb"),
                Column.of("nothing", "text"),
                Column.of("bytes", "bytea")),
            (row, values) ->
                values
                    .putLong(Long.MIN_VALUE)
                    .putDecimal(new BigDecimal("12.40"))
                    .putDouble(0.1)
                    .putText("a \"b\", {c}\\")
                    .putBoolean(true)
                    .putDate(LocalDate.of(2024, 2, 29))
                    .putInstant(Instant.parse("2024-02-29T01:02:03Z"))
                    .putUuid(new UUID(1, 2))
                    .putText("{\"a\": [1, \"x\"]}")
                    .putNull()
                    .putBytes(row == 1 ? new byte[] {0, -1} : null));
    RunStatement<Integer> statement =
        RunStatement.in(
            postgres,
            "INSERT INTO typed SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            parameters);
    statement.prepare();
    try (BatchWriter<Integer> writer = statement.open()) {
      writer.write(new Batch<>(0, List.of(1, 2)));
      assertThat(writer.reported()).containsOnly(Map.entry("rows_updated", 2L));
    }
    assertThat(sql.query("SELECT to_jsonb(typed) - 'at' - 'doc' FROM typed").get(0))
        .contains("-9223372036854775808", "12.40", "0.1", "a \\\"b\\\", {c}\\\\", "2024-02-29");
    assertThat(
            number(
                sql,
                "SELECT count(*) FROM typed WHERE at = '2024-02-29 01:02:03Z'"
                    + " AND doc = '{\"a\": [1, \"x\"]}' AND nothing IS NULL"))
        .isEqualTo(2);
    assertThat(sql.query("SELECT coalesce(bytes::text, 'none') FROM typed ORDER BY 1"))
        .containsExactly("\\x00ff", "none");
  }

  @Test
  void refusesArraysThatUnnestWouldMix() {
    RowParameters<Integer> parameters =
        new RowParameters<>(
            List.of(Column.of("tags", "text[]")), (row, values) -> values.putArray(List.of("a")));
    assertThatThrownBy(
            () -> RunStatement.in(postgres, "INSERT INTO t SELECT unnest(:tags)", parameters))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(":tags is of type text[]")
        .hasMessageContaining("jsonb");
  }

  @Test
  void reportsSumsOfTypeNumeric() throws Exception {
    RunStatement<Knows> statement =
        statement(
            postgres,
            "SELECT sum(id) AS ids, avg(id) AS mean, count(*) AS rows FROM unnest(:id) AS id");
    try (BatchWriter<Knows> writer = statement.open()) {
      writer.write(new Batch<>(0, Knows.all(4)));
      assertThat(writer.reported()).containsOnly(Map.entry("ids", 6L), Map.entry("rows", 4L));
    }
  }

  @Test
  void refusesAWrongStatementBeforeAnyRow() {
    assertThatThrownBy(() -> statement(postgres, "INSERT INTO knowz SELECT unnest(:id)").prepare())
        .isInstanceOf(StatementRefusedException.class)
        .hasMessageContaining("relation \"knowz\" does not exist")
        .extracting(Throwable::getMessage)
        .asString()
        .doesNotContain("\n");
    assertThatThrownBy(() -> statement(postgres, "INSERT INTO knows (id) VALUES (:id)").prepare())
        .isInstanceOf(StatementRefusedException.class)
        .hasMessageContaining("bigint[]");
  }

  private static long number(Sql database, String query) throws SQLException {
    return Long.parseLong(database.query(query).get(0));
  }

  private static RunStatement<Knows> statement(JdbcTarget database, String text) {
    return RunStatement.in(database, text, Knows.PARAMETERS).withLocks(Knows.GRID);
  }

  private static void both(RunStatement<Knows> statement, List<Knows> all) throws Exception {
    List<CompletableFuture<Void>> runs =
        List.of(run(statement, all.subList(0, 2_000)), run(statement, all.subList(1_000, ROWS)));
    for (CompletableFuture<Void> run : runs) {
      run.get();
    }
  }

  private static CompletableFuture<Void> run(RunStatement<Knows> statement, List<Knows> rows) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            write(Runner.DIRECT.pipeline(2), statement, rows);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void write(TestPipeline pipeline, RunStatement<Knows> statement, List<Knows> rows)
      throws SQLException {
    statement.prepare();
    PCollection<BatchWritten> written =
        pipeline
            .apply(Create.of(rows).withCoder(Knows.coder()))
            .apply(WriteConflictFree.by(Knows.GRID, statement).withBatchSize(50).withMaxWorkers(4));
    // A deadlock would have made a second attempt.
    PAssert.that(written)
        .satisfies(
            batches -> {
              assertThat(StreamSupport.stream(batches.spliterator(), false))
                  .allMatch(batch -> batch.written().attempts() == 1);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  private void assertOnPostgres(List<Knows> all) throws SQLException {
    assertThat(number(sql, "SELECT count(*) FROM knows")).isEqualTo(all.size());
    assertThat(sql.query("SELECT degree FROM person ORDER BY id"))
        .isEqualTo(Knows.degrees(all).stream().map(String::valueOf).toList());
  }
}
