package dev.diagonal.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.conflictfree.BatchWritten;
import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.statement.StatementRefusedException;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import dev.diagonal.testing.Runner;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Statements in Cypher on a real Neo4j. */
@ExtendWith(Neo4jExtension.class)
final class RunCypherIT {

  private static final int ROWS = 3_000;

  /** Counts at both persons by reading and writing back, and reports what it has created. */
  private static final String STATEMENT =
      """
      UNWIND $rows AS row
      MATCH (a:Person {id: row.source}) MATCH (b:Person {id: row.target})
      MERGE (a)-[knows:KNOWS {id: row.id}]->(b)
        ON CREATE SET a.degree = a.degree + 1, b.degree = b.degree + 1, knows.new = true
      WITH knows WHERE knows.new
      REMOVE knows.new
      RETURN count(knows) AS relationships
      """;

  private final LocalNeo4j neo4j;

  RunCypherIT(LocalNeo4j neo4j) {
    this.neo4j = neo4j;
  }

  @BeforeEach
  void createPersons() throws SQLException {
    neo4j.clear();
    neo4j.query("CREATE CONSTRAINT person FOR (p:Person) REQUIRE p.id IS UNIQUE");
    neo4j.query(
        "UNWIND range(0, %s) AS id CREATE (:Person {id: id, degree: 0})"
            .formatted(Knows.PERSONS - 1));
  }

  @ParameterizedTest
  @EnumSource
  void writesAndCountsEachRelationshipOnce(Runner runner) throws SQLException {
    List<Knows> all = Knows.all(ROWS);
    for (long created : List.of((long) ROWS, 0L)) {
      assertThat(relationships(write(runner.pipeline(), all))).isEqualTo(created);
      assertWritten(all);
    }
  }

  @Test
  void twoRunsAtOnceNeverDeadlock() throws Exception {
    List<Knows> all = Knows.all(ROWS);
    List<CompletableFuture<Long>> runs =
        List.of(run(all.subList(0, 2_000)), run(all.subList(1_000, ROWS)));
    long created = 0;
    for (CompletableFuture<Long> run : runs) {
      created += run.get();
    }
    assertThat(created).isEqualTo(ROWS);
    assertWritten(all);
  }

  @Test
  void valuesKeepTheirTypes() throws Exception {
    RowParameters<Integer> parameters =
        new RowParameters<>(
            List.of(
                Column.of("whole", "bigint"),
                Column.of("decimal", "numeric"),
                Column.of("floating", "double precision"),
                Column.of("text", "text"),
                Column.of("truth", "boolean"),
                Column.of("day", "date"),
                Column.of("clock", "time"),
                Column.of("stamp", "timestamp"),
                Column.of("instant", "timestamp with time zone"),
                Column.of("uuid", "uuid"),
                Column.of("list", "jsonb"),
                Column.of("array", "text[]"),
                Column.of("nothing", "text")),
            (row, values) ->
                values
                    .putLong(Long.MAX_VALUE)
                    .putDecimal(new BigDecimal("12.40"))
                    .putDouble(0.1)
                    .putText("Grüße")
                    .putBoolean(true)
                    .putDate(LocalDate.of(2024, 2, 29))
                    .putTime(LocalTime.of(23, 59, 1))
                    .putTimestamp(LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4_000))
                    .putInstant(Instant.parse("2024-02-29T01:02:03Z"))
                    .putUuid(new UUID(1, 2))
                    .putText("[1, 2, 3]")
                    .putArray(List.of("a", "b"))
                    .putNull());
    RunStatement<Integer> statement =
        RunStatement.in(
            neo4j.database(),
            "UNWIND $rows AS row CREATE (n:Typed) SET n = row, n.instant = toString(row.instant)",
            parameters);
    statement.prepare();
    try (BatchWriter<Integer> writer = statement.open()) {
      writer.write(new Batch<>(0, List.of(1)));
      assertThat(writer.reported()).containsEntry("changes", 15L);
    }
    assertThat(neo4j.query("MATCH (n:Typed) RETURN properties(n)"))
        .containsExactly(
            List.of(
                Map.ofEntries(
                    Map.entry("whole", Long.MAX_VALUE),
                    Map.entry("decimal", 12.4),
                    Map.entry("floating", 0.1),
                    Map.entry("text", "Grüße"),
                    Map.entry("truth", true),
                    Map.entry("day", LocalDate.of(2024, 2, 29)),
                    Map.entry("clock", LocalTime.of(23, 59, 1)),
                    Map.entry("stamp", LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4_000)),
                    Map.entry("instant", "2024-02-29T01:02:03Z"),
                    Map.entry("uuid", new UUID(1, 2).toString()),
                    Map.entry("list", List.of(1L, 2L, 3L)),
                    Map.entry("array", List.of("a", "b")))));
  }

  @Test
  void refusesDecimalThatNeo4jWouldRound() {
    RowParameters<Integer> parameters =
        new RowParameters<>(
            List.of(Column.of("price", "numeric")),
            (row, values) -> values.putDecimal(new BigDecimal("0.12345678901234567890")));
    try (BatchWriter<Integer> writer =
        RunStatement.in(
                neo4j.database(), "UNWIND $rows AS row CREATE (:P {p: row.price})", parameters)
            .open()) {
      assertThatThrownBy(() -> writer.write(new Batch<>(0, List.of(1))))
          .hasMessageContaining("cannot hold 0.12345678901234567890 exactly")
          .matches(fault -> writer.isCausedByRows((Exception) fault));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "numeric, NaN",
    "'numeric(9,2)', Infinity",
    "date, infinity",
    "time, 24:00:00",
    "timestamp with time zone, -infinity"
  })
  void refusesValuesThatNeo4jLacks(String type, String value) throws SQLException {
    RowParameters<Integer> parameters =
        new RowParameters<>(
            List.of(Column.of("value", type)), (row, values) -> values.putText(value));
    try (BatchWriter<Integer> writer =
        RunStatement.in(
                neo4j.database(), "UNWIND $rows AS row CREATE (:P {p: row.value})", parameters)
            .open()) {
      assertThatThrownBy(() -> writer.write(new Batch<>(0, List.of(1))))
          .hasMessageContaining("column value: Neo4j has no %s %s".formatted(type, value))
          .matches(fault -> writer.isCausedByRows((Exception) fault));
    }
    assertThat(neo4j.query("MATCH (p:P) RETURN count(p)")).containsExactly(List.of(0L));
  }

  @Test
  void refusesAWrongStatementBeforeAnyRow() throws SQLException {
    RunStatement<Knows> wrong =
        RunStatement.in(neo4j.database(), "UNWIND $rows AS row MERG (:N)", Knows.PARAMETERS);
    assertThatThrownBy(wrong::prepare)
        .isInstanceOf(StatementRefusedException.class)
        .hasMessageStartingWith(neo4j.database() + " refuses the statement: ")
        .hasMessageContaining("MERG")
        .extracting(Throwable::getMessage)
        .asString()
        .doesNotContain("\n");
    assertThat(neo4j.query("MATCH (slot:DiagonalSlot) RETURN count(slot)"))
        .containsExactly(List.of(0L));
  }

  @Test
  void aDeletedSlotLockFailsTheBatch() throws Exception {
    RunStatement<Knows> statement = statement();
    statement.prepare();
    neo4j.query("MATCH (slot:DiagonalSlot) DELETE slot");
    try (BatchWriter<Knows> writer = statement.open()) {
      assertThatThrownBy(() -> writer.write(new Batch<>(0, Knows.all(1))))
          .hasMessageContaining("has been deleted");
    }
    assertThat(neo4j.query("MATCH ()-[knows:KNOWS]->() RETURN count(knows)"))
        .containsExactly(List.of(0L));
  }

  private RunStatement<Knows> statement() {
    return RunStatement.in(neo4j.database(), STATEMENT, Knows.PARAMETERS).withLocks(Knows.GRID);
  }

  private CompletableFuture<Long> run(List<Knows> rows) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return relationships(write(Runner.DIRECT.pipeline(4), rows));
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private PipelineResult write(TestPipeline pipeline, List<Knows> rows) throws SQLException {
    RunStatement<Knows> statement = statement();
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
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    return result;
  }

  private static long relationships(PipelineResult result) {
    long sum = 0;
    for (MetricResult<Long> counter :
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(
                        MetricNameFilter.named(
                            Counted.NAMESPACE, WriteConflictFree.CHANGED + "relationships"))
                    .build())
            .getCounters()) {
      sum += counter.getAttempted();
    }
    return sum;
  }

  private void assertWritten(List<Knows> all) throws SQLException {
    assertThat(
            neo4j.query("MATCH ()-[knows:KNOWS]->() RETURN count(knows), count(DISTINCT knows.id)"))
        .containsExactly(List.of((long) all.size(), (long) all.size()));
    assertThat(neo4j.query("MATCH (p:Person) RETURN p.degree ORDER BY p.id"))
        .containsExactlyElementsOf(
            Knows.degrees(all).stream().map(degree -> List.of((Object) degree)).toList());
  }
}
