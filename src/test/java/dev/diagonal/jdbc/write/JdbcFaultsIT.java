package dev.diagonal.jdbc.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.block.Block;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.FaultyRelay.Fault;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Runner;
import dev.diagonal.testing.Sql;
import dev.diagonal.testing.WarningsSeen;
import dev.diagonal.textfile.WriteDeadLetters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

/** What becomes of rows when the database, the network or the rows are bad; counted exactly. */
@ExtendWith(PostgresExtension.class)
final class JdbcFaultsIT {

  private static final Retry QUICK = new Retry(100, Duration.ofMillis(20), Duration.ofMillis(200));
  private static final RowBinder<Long> BINDER =
      (id, values) -> values.putLong(id).putText("some text of row " + id);

  private static final String KILL =
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name ="
          + " 'diagonal' AND state = 'active' AND query LIKE '%INSERT INTO %f_backends%'"
          + " AND pid <> pg_backend_pid()";

  private JdbcTarget target;
  private Sql sql;
  private int port;
  private Table table;

  @TempDir private Path directory;

  @BeforeEach
  void createTable(LocalPostgres postgres, TestInfo test) throws Exception {
    target = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    sql = new Sql(target);
    port = postgres.port();
    String method = test.getTestMethod().orElseThrow().getName();
    String name = "f_" + method.substring(0, Math.min(50, method.length()));
    sql.execute("DROP TABLE IF EXISTS " + PostgresSql.quoteTable(name));
    table = Table.of(name, Column.key("id", "bigint"), Column.of("name", "text"));
    CreateTable.ifMissing(target, table);
  }

  @ParameterizedTest
  @EnumSource
  void replacesConnectionCutDuringCopy(Runner runner) throws Exception {
    for (WriteMode mode : List.of(WriteMode.INSERT, WriteMode.UPSERT)) {
      sql.execute("TRUNCATE " + quoted());
      try (FaultyRelay relay = FaultyRelay.to(port, Fault.CUT, 3)) {
        run(runner, JdbcWrite.of(mode, through(relay, ""), table, BINDER).withRetry(QUICK), 40_000);
        assertThat(relay.struck()).isEqualTo(3);
      }
      assertRows(40_000);
    }
  }

  @ParameterizedTest
  @EnumSource
  void backendsThatAreTerminatedAreReplaced(Runner runner) throws Exception {
    AtomicInteger struck = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Void> fault =
        CompletableFuture.runAsync(
            () -> {
              try (Connection killer = DriverManager.getConnection(target.url(), "postgres", null);
                  PreparedStatement kill = killer.prepareStatement(KILL)) {
                while (!over.get() && struck.get() < 5) {
                  try (ResultSet killed = kill.executeQuery()) {
                    killed.next();
                    struck.addAndGet(killed.getInt(1));
                  }
                  LockSupport.parkNanos(1_000_000); // leaves the server time for its work
                }
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    run(
        runner,
        JdbcWrite.upsert(target, table, BINDER).withRetry(QUICK).withCommitRows(5_000),
        60_000);
    over.set(true);
    fault.join();
    assertThat(struck).hasPositiveValue();
    assertRows(60_000);
  }

  @Test
  void abandonsSilentConnectionAfterTimeout() throws Exception {
    try (FaultyRelay relay = FaultyRelay.to(port, Fault.SILENCE, 1)) {
      Written written = writeThrough(relay, "?socketTimeout=1", table, WriteMode.UPSERT);
      assertThat(relay.struck()).isEqualTo(1);
      assertThat(written.attempts()).isEqualTo(2);
    }
    assertRows(10_000);
  }

  @Test
  void aHalfClosedConnectionIsReplaced() throws Exception {
    try (FaultyRelay relay = FaultyRelay.to(port, Fault.HALF_CLOSE, 1)) {
      Written written = writeThrough(relay, "", table, WriteMode.INSERT);
      assertThat(relay.struck()).isEqualTo(1);
      assertThat(written.attempts()).isGreaterThan(1);
    }
    assertRows(10_000);
  }

  @Test
  void aSlowNetworkOnlyDelays() throws Exception {
    try (FaultyRelay relay = FaultyRelay.to(port, Fault.DELAY, Integer.MAX_VALUE)) {
      Written written = writeThrough(relay, "", table, WriteMode.UPSERT);
      assertThat(relay.struck()).isPositive();
      assertThat(written.attempts()).isEqualTo(1);
    }
    assertRows(10_000);
  }

  @Test
  void exhaustedRetriesFailRunWithDetails() throws Exception {
    try (FaultyRelay relay = FaultyRelay.to(port, Fault.CUT, Integer.MAX_VALUE)) {
      JdbcWrite<Long> write =
          JdbcWrite.upsert(through(relay, ""), table, BINDER)
              .withRetry(new Retry(3, Duration.ofMillis(1), Duration.ofMillis(1)));
      assertThatThrownBy(() -> write(write, 1, 10_000))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("cannot write a batch of 10000 rows, first key 1, to table")
          .hasMessageContaining("gave up after 3 attempts");
      assertThat(relay.struck()).isEqualTo(3);
    }
    assertRows(0);
  }

  @Test
  void readOnlyDatabaseFailsTheRunImmediately() throws Exception {
    sql.execute(
        "DROP ROLE IF EXISTS read_only; CREATE ROLE read_only SUPERUSER LOGIN"
            + " PASSWORD '"
            + LocalPostgres.passwordOfThisProcess()
            + "'");
    sql.execute("ALTER ROLE read_only SET default_transaction_read_only = on");
    JdbcTarget readOnly = JdbcTarget.at(target.url()).withUser("read_only");
    assertThatThrownBy(() -> write(JdbcWrite.upsert(readOnly, table, BINDER), 1, 10))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("read-only transaction")
        .hasMessageNotContaining("gave up");
    assertRows(0);
  }

  @Test
  void missingTableFailsRunImmediatelyAndIsNamed() {
    Table missing = Table.of("f_nowhere", Column.key("id", "bigint"), Column.of("name", "text"));
    assertThatThrownBy(() -> write(JdbcWrite.upsert(target, missing, BINDER), 1, 10))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("cannot write to table f_nowhere of jdbc:postgresql:")
        .hasMessageContaining("does not exist");
  }

  @ParameterizedTest
  @EnumSource
  void thousandBadRecordsBecomeDeadLetters(Runner runner) throws Exception {
    badRows(runner, 10_000);
  }

  @Tag("large")
  @ParameterizedTest
  @EnumSource
  void tenThousandBadRowsBecomeDeadLetters(Runner runner) throws Exception {
    badRows(runner, 100_000);
  }

  private void badRows(Runner runner, int rows) throws Exception {
    sql.execute("ALTER TABLE " + quoted() + " ADD CHECK (id % 10 <> 7)");
    Path file = directory.resolve("bad.jsonl");
    TestPipeline pipeline = runner.pipeline();
    try (BadRecordErrorHandler<PCollection<Written>> handler =
        pipeline.registerBadRecordErrorHandler(WriteDeadLetters.to(file.toString(), rows))) {
      PCollection<Written> unused =
          pipeline
              .apply(GenerateSequence.from(1).to(rows + 1L))
              .apply(
                  WriteToJdbc.of(JdbcWrite.upsert(target, table, BINDER))
                      .withBadRecordErrorHandler(handler)
                      .ofRows());
    }
    assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);
    assertThat(sql.query("SELECT count(*) FROM " + quoted())).containsExactly("" + rows * 9 / 10);
    List<String> letters = Files.readAllLines(file);
    assertThat(letters)
        .hasSize(rows / 10)
        .doesNotHaveDuplicates()
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains("violates check constraint")
                    .containsPattern("\\\\\"id\\\\\":[0-9]*7,"));
  }

  @ParameterizedTest
  @EnumSource
  void duplicatesLeaveOneRowPerKey(Runner runner) throws Exception {
    RowBinder<Long> binder = (n, values) -> values.putLong(n % 1_000).putText("text");
    run(runner, JdbcWrite.upsert(target, table, binder).withCommitRows(700), 20_000);
    assertThat(sql.query("SELECT count(*) || ' ' || min(id) || ' ' || max(id) FROM " + quoted()))
        .containsExactly("1000 0 999");
  }

  @ParameterizedTest
  @EnumSource
  void rowsAfterAReshuffleShareTransactions(Runner runner) throws Exception {
    TestPipeline pipeline = runner.pipeline();
    PCollection<Written> unused =
        pipeline
            .apply(GenerateSequence.from(1).to(501))
            .apply(Reshuffle.viaRandomKey())
            .apply(WriteToJdbc.of(JdbcWrite.insert(target, table, BINDER)).ofRows());
    assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);
    assertRows(500);
    assertThat(sql.query("SELECT count(DISTINCT xmin::text) FROM " + quoted()))
        .first()
        .satisfies(count -> assertThat(Integer.parseInt(count)).isLessThanOrEqualTo(8));
  }

  @Test
  void namesTheLockHolderFirstAndLast() throws Exception {
    List<String> warnings = new CopyOnWriteArrayList<>();
    JdbcTarget impatient =
        JdbcTarget.at(target.url() + "?options=-c%20lock_timeout=50ms")
            .withUser(String.valueOf(target.user()));
    try (WarningsSeen unused = WarningsSeen.into(warnings);
        Connection other = DriverManager.getConnection(target.url(), target.user(), null);
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE " + quoted());
      String pid = String.valueOf(other.unwrap(PGConnection.class).getBackendPID());
      Retry eight = Retry.defaults().withDelays(Duration.ofMillis(1), Duration.ofMillis(5));
      JdbcWrite<Long> write = JdbcWrite.upsert(impatient, table, BINDER).withRetry(eight);
      assertThatThrownBy(() -> write(write, 1, 10))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("gave up after 8 attempts")
          .hasMessageContaining("lock timeout")
          .hasMessageContaining("process " + pid + " (")
          .hasMessageContaining("holds AccessExclusiveLock");
      assertThat(warnings)
          .singleElement()
          .asString()
          .startsWith("table " + table.name() + " of ")
          .contains(
              "lock timeout; process " + pid + " (",
              "from 127.0.0.1, in its transaction since ",
              "holds AccessExclusiveLock")
          .endsWith("; retrying");
    }
    assertRows(0);
  }

  private JdbcTarget through(FaultyRelay relay, String parameters) {
    return JdbcTarget.at(relay.url(parameters)).withUser(String.valueOf(target.user()));
  }

  private Written writeThrough(FaultyRelay relay, String parameters, Table into, WriteMode mode)
      throws Exception {
    return write(
        JdbcWrite.of(mode, through(relay, parameters), into, BINDER).withRetry(QUICK), 1, 10_000);
  }

  private static Written write(JdbcWrite<Long> write, long first, long last) throws Exception {
    try (JdbcBlockWriter<Long> writer = JdbcBlockWriter.open(write)) {
      writer.write(new Block<>(LongStream.rangeClosed(first, last).boxed().toList()));
      return writer.flush();
    }
  }

  /** Writes rows 1 to {@code rows} in blocks of a thousand. */
  private static void run(Runner runner, JdbcWrite<Long> write, int rows) {
    List<Block<Long>> blocks = new ArrayList<>();
    for (long from = 1; from <= rows; from += 1_000) {
      blocks.add(new Block<>(LongStream.range(from, from + 1_000).boxed().toList()));
    }
    TestPipeline pipeline = runner.pipeline();
    PCollection<Written> unused =
        pipeline
            .apply(Create.of(blocks).withCoder(Block.coder(VarLongCoder.of())))
            .apply(WriteToJdbc.of(write));
    assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);
  }

  private void assertRows(long rows) throws SQLException {
    assertThat(
            sql.query(
                "SELECT count(*) || ' ' || coalesce(sum(id), 0) || ' ' || count(name) FROM "
                    + quoted()))
        .containsExactly(rows + " " + rows * (rows + 1) / 2 + " " + rows);
  }

  private String quoted() {
    return PostgresSql.quoteTable(table.name());
  }
}
