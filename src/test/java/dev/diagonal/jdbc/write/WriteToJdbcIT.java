package dev.diagonal.jdbc.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.block.Block;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Runner;
import dev.diagonal.testing.Sql;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Wait;
import org.apache.beam.sdk.transforms.WithTimestamps;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(PostgresExtension.class)
final class WriteToJdbcIT {

  private static final Retry QUICK = new Retry(200, Duration.ofMillis(50), Duration.ofMillis(500));
  private static final RowBinder<Long> BINDER =
      (id, values) -> values.putLong(id).putText("movie " + id).putLong(3 * id);

  /** What the binder of {@link #survivesARestartOfTheServer} does at its row; it is serialized. */
  private static final AtomicReference<Runnable> FAULT = new AtomicReference<>(() -> {});

  private JdbcTarget target;
  private Sql sql;
  private Table table;

  @BeforeEach
  void createTable(LocalPostgres postgres, TestInfo test) throws Exception {
    target = targetOf(postgres);
    sql = new Sql(target);
    table = tableNamed(test.getTestMethod().orElseThrow().getName());
    CreateTable.ifMissing(target, table);
  }

  @Test
  void writesEveryRowOfEveryBlock() throws Exception {
    Pipeline pipeline = pipeline();
    PCollection<Written> written =
        blocks(pipeline, block(1, 2_500), block(2_501, 2_600), new Block<>(List.of()))
            .apply(WriteToJdbc.of(upsert().withCommitRows(1_000)));
    PAssert.that(
            written.apply(
                MapElements.into(TypeDescriptors.strings())
                    .via(w -> w.target() + " " + w.rows() + " " + w.attempts())))
        .containsInAnyOrder(
            table.name() + " 1000 1",
            table.name() + " 1000 1",
            table.name() + " 500 1",
            table.name() + " 100 1");
    PipelineResult result = run(pipeline);
    assertRows(1, 2_600);
    assertThat(counter(result, "rows_written")).isEqualTo(2_600);
    assertThat(counter(result, "batches_written")).isEqualTo(4);
    assertThat(counter(result, "retries")).isZero();
    assertThat(writeMillisCounted(result)).isEqualTo(4);
  }

  @ParameterizedTest
  @EnumSource
  void whatWaitsForTheWriteFindsAllRows(Runner runner) throws Exception {
    sql.execute("TRUNCATE " + quoted());
    TestPipeline pipeline = runner.pipeline();
    PCollection<Written> written =
        pipeline
            .apply(GenerateSequence.from(1).to(10_001))
            .apply(WriteToJdbc.of(upsert().withCommitRows(1_000)).ofRows());
    JdbcTarget counted = target;
    String count = "SELECT count(*) FROM " + quoted();
    PCollection<String> found =
        pipeline
            .apply("Then", Create.of(1))
            .apply(Wait.on(written))
            .apply(
                "Count",
                MapElements.into(TypeDescriptors.strings()).via(one -> now(counted, count)));
    PAssert.that(found).containsInAnyOrder("10000");
    assertThat(pipeline.run().waitUntilFinish()).isEqualTo(PipelineResult.State.DONE);
  }

  private static String now(JdbcTarget database, String query) {
    try {
      return new Sql(database).query(query).get(0);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void unmatchedRowsAreCountedInTheirWindow(Runner runner) throws Exception {
    sql.execute("TRUNCATE " + quoted());
    write(upsert(), block(1, 5));
    TestPipeline pipeline = runner.pipeline(1);
    // Both transactions have rows of both windows.
    JdbcWrite<Long> update =
        JdbcWrite.of(WriteMode.UPDATE, target, table, BINDER).withCommitRows(4);
    PCollection<String> counts =
        pipeline
            .apply(Create.of(1L))
            .apply(
                FlatMapElements.into(TypeDescriptors.longs())
                    .via(one -> List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L)))
            .apply(WithTimestamps.of(id -> new org.joda.time.Instant(id % 2 * 60_000)))
            .apply(Window.into(FixedWindows.of(org.joda.time.Duration.standardMinutes(1))))
            .apply(WriteToJdbc.of(update).ofRows())
            .apply(
                MapElements.into(TypeDescriptors.strings())
                    .via(w -> w.rows() + " " + w.changes().unmatched()));
    PAssert.that(counts).inWindow(window(0)).containsInAnyOrder("2 0", "0 2");
    PAssert.that(counts).inWindow(window(1)).containsInAnyOrder("2 0", "1 1");
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    assertThat(counter(result, "rows_written")).isEqualTo(5);
    assertThat(counter(result, "rows_unmatched")).isEqualTo(3);
  }

  private static IntervalWindow window(int minute) {
    org.joda.time.Instant start = new org.joda.time.Instant(minute * 60_000L);
    return new IntervalWindow(start, org.joda.time.Duration.standardMinutes(1));
  }

  @Test
  void runningTwiceChangesNothing() throws Exception {
    for (int i = 0; i < 2; i++) {
      write(upsert(), block(1, 1_500), block(1_501, 3_000));
      assertRows(1, 3_000);
    }
  }

  @Test
  void rowReplacesEarlierRowOfSameKey() throws Exception {
    write(upsert(), block(1, 10));
    RowBinder<Long> changed = (id, values) -> values.putLong(id).putText("new").putLong(0);
    write(JdbcWrite.upsert(target, table, changed), block(5, 6));
    assertThat(sql.query("SELECT id || title || triple FROM " + quoted() + " ORDER BY id"))
        .containsExactly(
            "1movie 13",
            "2movie 26",
            "3movie 39",
            "4movie 412",
            "5new0",
            "6new0",
            "7movie 721",
            "8movie 824",
            "9movie 927",
            "10movie 1030");
  }

  @Test
  void keepsLastRowPerKeyInBlock() throws Exception {
    // Keys 0 to 9 again and again: within a batch, and over the batches of the block.
    RowBinder<Long> binder = (n, values) -> values.putLong(n % 10).putText("movie").putLong(n);
    write(JdbcWrite.upsert(target, table, binder).withCommitRows(25), block(1, 99));
    assertThat(sql.query("SELECT triple FROM " + quoted() + " ORDER BY triple"))
        .containsExactly("90", "91", "92", "93", "94", "95", "96", "97", "98", "99");
  }

  @Test
  void aTransactionHasAtMostCommitRows() throws Exception {
    write(upsert().withCommitRows(40), block(1, 100));
    assertThat(sql.query("SELECT count(*) FROM " + quoted() + " GROUP BY xmin ORDER BY 1"))
        .containsExactly("20", "40", "40");
  }

  @Test
  void replacesConnectionTerminatedDuringTransaction() throws Exception {
    terminateBackendAtRow(1_500);
    PipelineResult result = write(upsert().withRetry(QUICK).withCommitRows(500), block(1, 3_000));
    assertRows(1, 3_000);
    assertThat(counter(result, "batches_written")).isEqualTo(6);
    assertThat(counter(result, "retries")).isEqualTo(1);
    assertThat(counter(result, "rows_written")).isEqualTo(3_000);
  }

  @Test
  void withoutRetryATerminatedConnectionFailsTheRun() throws Exception {
    terminateBackendAtRow(1_500);
    JdbcWrite<Long> write = upsert().withRetry(Retry.never()).withCommitRows(500);
    assertThatThrownBy(() -> write(write, block(1, 3_000)))
        .hasStackTraceContaining("cannot write a batch of 500 rows, first key 1001, to table")
        .hasStackTraceContaining("gave up after 1 attempt");
  }

  @Test
  void survivesARestartOfTheServer() throws Exception {
    try (LocalPostgres own = LocalPostgres.start()) {
      target = targetOf(own);
      sql = new Sql(target);
      CreateTable.ifMissing(target, table);
      AtomicReference<CompletableFuture<Void>> restart =
          new AtomicReference<>(CompletableFuture.failedFuture(new AssertionError("no fault")));
      FAULT.set(
          () -> {
            own.kill();
            restart.set(CompletableFuture.runAsync(own::restart));
          });
      RowBinder<Long> binder =
          (id, values) -> {
            if (id == 1_500) {
              FAULT.getAndSet(() -> {}).run();
            }
            BINDER.bind(id, values);
          };
      PipelineResult result =
          write(
              JdbcWrite.upsert(target, table, binder).withRetry(QUICK).withCommitRows(500),
              block(1, 3_000));
      assertThat(restart.get()).succeedsWithin(Duration.ofMinutes(1));
      assertRows(1, 3_000);
      assertThat(counter(result, "retries")).isPositive();
      assertThat(counter(result, "batches_written")).isEqualTo(6);
    }
  }

  @Test
  void failsImmediatelyOnBadRecordWithoutShowingIt() throws Exception {
    sql.execute("ALTER TABLE " + quoted() + " ADD CHECK (title <> 'movie 7')");
    assertThatThrownBy(() -> write(upsert(), block(1, 10)))
        .hasStackTraceContaining("refuses the row of key 7: ")
        .hasStackTraceContaining("violates check constraint")
        .satisfies(
            fault ->
                assertThat(Throwables.getStackTrace(fault))
                    .doesNotContain("movie 7")
                    .doesNotContain("gave up"));
    assertRows(1, 0);
  }

  @Test
  void writersOfCrossedKeysDoNotDeadlock() throws Exception {
    List<Long> ids = LongStream.rangeClosed(1, 400).boxed().toList();
    List<Long> reversed = ids.stream().sorted(Comparator.reverseOrder()).toList();
    String deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'";
    List<String> before = sql.query(deadlocks);
    List<CompletableFuture<Integer>> writers =
        IntStream.range(0, 4)
            .mapToObj(
                i -> CompletableFuture.supplyAsync(() -> attempts(i % 2 == 0 ? ids : reversed)))
            .toList();
    for (CompletableFuture<Integer> writer : writers) {
      assertThat(writer.join()).isEqualTo(20);
    }
    assertRows(1, 400);
    assertThat(sql.query(deadlocks)).isEqualTo(before);
  }

  @Test
  void valuesOfEveryTypeAndNullsArriveUnchanged() throws Exception {
    Table types =
        Table.of(
            "every_type",
            Column.key("id", "uuid"),
            Column.of("a", "boolean"),
            Column.of("b", "integer"),
            Column.of("c", "bigint"),
            Column.of("d", "double precision"),
            Column.of("e", "numeric(12, 3)"),
            Column.of("f", "text"),
            Column.of("g", "bytea"),
            Column.of("h", "date"),
            Column.of("i", "timestamp with time zone"));
    CreateTable.ifMissing(target, types);
    RowBinder<Long> binder =
        (n, values) -> {
          values.putUuid(new UUID(0, n));
          if (n % 2 == 0) {
            values.putNull().putNull().putNull().putNull().putDecimal(null).putText(null);
            values.putBytes(null).putDate(null).putInstant(null);
          } else {
            values.putBoolean(true).putInt(-7).putLong(1L << 40).putDouble(0.1);
            values.putDecimal(new BigDecimal("123456789.125")).putText("é'\"\\\n😀");
            values.putBytes(new byte[] {0, -1}).putDate(LocalDate.of(1995, 11, 22));
            values.putInstant(Instant.parse("1995-11-22T10:15:30.123456Z"));
          }
        };
    for (int i = 0; i < 3; i++) { // the driver prepares on the server from the fifth use on
      write(JdbcWrite.upsert(target, types, binder).withCommitRows(7), block(1, 50));
    }
    String nulls = "{}";
    String values =
        "{\"a\": true, \"b\": -7, \"c\": 1099511627776, \"d\": 0.1, \"e\": 123456789.125,"
            + " \"f\": \"é'\\\"\\\\\\n😀\", \"g\": \"\\\\x00ff\", \"h\": \"1995-11-22\","
            + " \"i\": \"1995-11-22T10:15:30.123456+00:00\"}";
    assertThat(
            sql.query("SELECT jsonb_strip_nulls(to_jsonb(t) - 'id') FROM every_type t ORDER BY id"))
        .isEqualTo(
            LongStream.rangeClosed(1, 50).mapToObj(n -> n % 2 == 0 ? nulls : values).toList());
  }

  private int attempts(List<Long> ids) {
    try (JdbcBlockWriter<Long> writer = JdbcBlockWriter.open(upsert().withRetry(QUICK))) {
      int attempts = 0;
      for (int i = 0; i < 20; i++) {
        writer.write(new Block<>(ids));
        attempts += writer.flush().attempts();
      }
      return attempts;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Has the database end the session that inserts the given row; counted outside transactions. */
  private void terminateBackendAtRow(int row) throws SQLException {
    sql.execute(
        """
        CREATE SEQUENCE "%1$s_rows";
        CREATE FUNCTION "%1$s_fault"() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('"%1$s_rows"') = %2$d THEN
            PERFORM pg_terminate_backend(pg_backend_pid());
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER fault BEFORE INSERT ON "%1$s"
          FOR EACH ROW EXECUTE FUNCTION "%1$s_fault"();
        """
            .formatted(table.name(), row));
  }

  private void assertRows(long first, long last) throws SQLException {
    assertThat(
            sql.query(
                "SELECT id || '|' || title || '|' || triple FROM " + quoted() + " ORDER BY id"))
        .isEqualTo(
            LongStream.rangeClosed(first, last)
                .mapToObj(id -> id + "|movie " + id + "|" + 3 * id)
                .toList());
  }

  private String quoted() {
    return PostgresSql.quoteTable(table.name());
  }

  private JdbcWrite<Long> upsert() {
    return JdbcWrite.upsert(target, table, BINDER);
  }

  private static JdbcTarget targetOf(LocalPostgres postgres) {
    return JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
  }

  private static Table tableNamed(String name) {
    return Table.of(
        name,
        Column.key("id", "bigint"),
        Column.of("title", "text"),
        Column.of("triple", "bigint"));
  }

  @SafeVarargs
  private static PipelineResult write(JdbcWrite<Long> write, Block<Long>... blocks) {
    Pipeline pipeline = pipeline();
    blocks(pipeline, blocks).apply(WriteToJdbc.of(write));
    return run(pipeline);
  }

  private static Pipeline pipeline() {
    return Pipeline.create(PipelineOptionsFactory.fromArgs("--targetParallelism=2").create());
  }

  private static PipelineResult run(Pipeline pipeline) {
    PipelineResult result = pipeline.run();
    assertThat(result.waitUntilFinish()).isEqualTo(PipelineResult.State.DONE);
    return result;
  }

  @SafeVarargs
  private static PCollection<Block<Long>> blocks(Pipeline pipeline, Block<Long>... blocks) {
    return pipeline.apply(Create.of(List.of(blocks)).withCoder(Block.coder(VarLongCoder.of())));
  }

  private static Block<Long> block(long first, long last) {
    return new Block<>(LongStream.rangeClosed(first, last).boxed().toList());
  }

  /** The sum over the steps. */
  private static long counter(PipelineResult result, String name) {
    long sum = 0;
    for (MetricResult<Long> counter : metrics(result, name).getCounters()) {
      Long committed = counter.getCommittedOrNull(); // the DirectRunner updates attempted ones late
      sum += committed == null ? counter.getAttempted() : committed; // Flink has only these
    }
    return sum;
  }

  private static long writeMillisCounted(PipelineResult result) {
    return metrics(result, "write_millis")
        .getDistributions()
        .iterator()
        .next()
        .getAttempted()
        .getCount();
  }

  private static MetricQueryResults metrics(PipelineResult result, String name) {
    return result
        .metrics()
        .queryMetrics(
            MetricsFilter.builder()
                .addNameFilter(MetricNameFilter.named(Counted.NAMESPACE, name))
                .build());
  }
}
