package dev.diagonal.jdbc.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.block.Block;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.FaultyRelay.Fault;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rows without a key are neither lost nor doubled when the answer to a COMMIT is lost. */
@ExtendWith(PostgresExtension.class)
final class InsertOnceIT {

  private static final Duration BOUND = Duration.ofMinutes(4);
  private static final Retry QUICK = new Retry(100, Duration.ofMillis(20), Duration.ofMillis(200));
  private static final Table TABLE = Table.of("insert_once", Column.of("id", "bigint"));
  private static final RowBinder<Long> BINDER = (id, values) -> values.putLong(id);
  private static final InternalSchema SCHEMA = new InternalSchema("insert once \"it\"");
  private static final String QUOTED = "\"insert once \"\"it\"\"\"";

  private JdbcTarget target;
  private Sql sql;
  private int port;

  @BeforeEach
  void createTable(LocalPostgres postgres) throws SQLException {
    target = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    port = postgres.port();
    sql = new Sql(target);
    sql.execute("DROP SCHEMA IF EXISTS " + QUOTED + " CASCADE");
    sql.execute("DROP TABLE IF EXISTS insert_once; CREATE TABLE insert_once (id bigint)");
    try (HeldConnection held = new HeldConnection(target)) {
      // Before the relay counts commits.
      assertThat(SCHEMA.open(held.use()).isUsable()).isTrue();
    }
  }

  @Test
  void doesNotRepeatCommitAfterLostAnswer() throws Exception {
    try (FaultyRelay relay = FaultyRelay.to(port, Fault.LOSE_ANSWER, 1)) {
      Written written = write(insert(through(relay)), 10_000);
      assertThat(relay.struck()).isEqualTo(1);
      assertThat(written.attempts()).isEqualTo(1);
    }
    assertRows(10_000);
  }

  @Test
  void aCommitThatIsLostIsRepeated() throws Exception {
    try (FaultyRelay relay = FaultyRelay.to(port, Fault.LOSE_COMMIT, 1)) {
      Written written = write(insert(through(relay)), 10_000);
      assertThat(relay.struck()).isEqualTo(1);
      assertThat(written.attempts()).isEqualTo(2);
    }
    assertRows(10_000);
  }

  @Test
  void aRepeatedPartWritesOnlyWhatIsMissing() throws Exception {
    JdbcWrite<Long> part =
        JdbcWrite.insert(target, TABLE, BINDER)
            .withCommitRows(1_000)
            .withLedger(
                LedgerSettings.defaults()
                    .withSchema(SCHEMA.name())
                    .withRun(UUID.randomUUID())
                    .withPart("part 1"));
    try (JdbcBlockWriter<Long> first = JdbcBlockWriter.open(part)) {
      first.write(new Block<>(LongStream.range(0, 3_000).boxed().toList()));
      assertThat(first.flush().rows()).isEqualTo(3_000);
    } // and fails before its end
    try (JdbcBlockWriter<Long> second = JdbcBlockWriter.open(part)) {
      second.write(new Block<>(LongStream.range(0, 5_000).boxed().toList()));
      assertThat(second.flush().rows()).isEqualTo(5_000);
      assertThat(second.repeated()).isEqualTo(3_000);
    }
    assertRows(5_000);

    try (JdbcBlockWriter<Long> other = JdbcBlockWriter.open(part)) {
      other.write(new Block<>(LongStream.range(1, 1_001).boxed().toList()));
      assertThatThrownBy(other::flush).hasMessageContaining("is committed with other rows");
    }
    assertRows(5_000);
  }

  @Test
  void aRetryWaitsForTheAttemptBefore() throws Exception {
    sql.execute(
        """
        CREATE OR REPLACE FUNCTION insert_once_gate() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(47110815); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON insert_once DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION insert_once_gate()
        """);
    try (HeldConnection gate = new HeldConnection(target);
        FaultyRelay relay = FaultyRelay.to(port, Fault.CUT_AFTER_COMMIT, 1)) {
      try (Statement statement = gate.use().createStatement()) {
        statement.execute("SELECT pg_advisory_xact_lock(47110815)");
      }
      CompletableFuture<Written> written =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return write(insert(through(relay)), 5);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      String waiting =
          """
          SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'
          AND pid IN (SELECT pid FROM pg_stat_activity WHERE query LIKE '%INTO "insert once%')
          """;
      assertThat(Eventually.within(BOUND, () -> query(waiting).equals(List.of("1")))).isTrue();
      gate.use().rollback();
      assertThat(written.get().attempts()).isEqualTo(1);
    }
    assertRows(5);
  }

  @Test
  void givingUpSaysThatTheOutcomeIsUnknown() throws Exception {
    try (FaultyRelay relay = FaultyRelay.to(port, Fault.LOSE_ANSWER, 1)) {
      assertThatThrownBy(() -> write(insert(through(relay)).withRetry(Retry.never()), 10))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("a batch of 10 rows, first row 1 of this writer,")
          .hasMessageContaining("which may or may not be committed")
          .hasMessageContaining("gave up after 1 attempt");
    }
  }

  @Test
  void withoutRightsAnUnknownOutcomeFailsTheRun() throws Exception {
    JdbcTarget poor = poorUser();
    try (FaultyRelay relay = FaultyRelay.to(port, Fault.LOSE_ANSWER, 1)) {
      JdbcTarget through = JdbcTarget.at(relay.url("")).withUser(String.valueOf(poor.user()));
      JdbcWrite<Long> write =
          insert(through).withLedger(LedgerSettings.defaults().withSchema("nobody's"));
      assertThatThrownBy(() -> write(write.withCommitRows(5), 5))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("a batch of 5 rows, first row 1 of this writer")
          .hasMessageContaining("table insert_once of jdbc:postgresql:")
          .hasMessageContaining("it is unknown whether the transaction is committed")
          .hasMessageContaining("GRANT CREATE ON DATABASE postgres TO insert_once_poor");
      assertThat(relay.struck()).isEqualTo(1);
    }
    assertRows(5);
  }

  @Test
  void withoutRightsRowsAreWrittenAsBefore() throws Exception {
    JdbcWrite<Long> write =
        insert(poorUser()).withLedger(LedgerSettings.defaults().withSchema("nobody's"));
    assertThat(write(write, 100).rows()).isEqualTo(100);
    assertRows(100);
    assertThat(query("SELECT count(*) FROM pg_namespace WHERE nspname = 'nobody''s'"))
        .containsExactly("0");
  }

  @Test
  void endedRunRepeatsNothing() throws Exception {
    Runnable end = () -> query("WITH run AS (DELETE FROM %s.runs) SELECT 1".formatted(QUOTED));
    try (FaultyRelay relay = FaultyRelay.to(port, Fault.LOSE_COMMIT, 1, end)) {
      assertThatThrownBy(() -> write(insert(through(relay)), 10_000))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("it is unknown whether the transaction is committed")
          .hasMessageContaining("has been ended");
    }
    assertRows(0);
  }

  @Test
  void deletedTokensFailTheRun() throws Exception {
    try (JdbcBlockWriter<Long> writer = JdbcBlockWriter.open(insert(target).withCommitRows(5))) {
      writer.write(rows(1, 15));
      assertThat(writer.flush().rows()).isEqualTo(15);
      sql.execute("DELETE FROM %1$s.ledger; DELETE FROM %1$s.runs".formatted(QUOTED));
      writer.write(rows(16, 20));
      assertThatThrownBy(writer::flush)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("acknowledged 4 transactions to table insert_once, and 3 of them")
          .hasMessageContaining("was ended, and its part of the ledger deleted");
    }
  }

  @Test
  void manyTokensAreFoldedAndNoneStays() throws Exception {
    try (JdbcBlockWriter<Long> writer = JdbcBlockWriter.open(insert(target).withCommitRows(1))) {
      writer.write(rows(1, 600));
      assertThat(writer.flush().rows()).isEqualTo(600);
      assertThat(Integer.parseInt(query("SELECT count(*) FROM " + QUOTED + ".ledger").get(0)))
          .isBetween(1, 256);
      assertThat(query("SELECT sum(rows) FROM " + QUOTED + ".ledger")).containsExactly("600");
      assertThat(query("SELECT count(*) FROM " + QUOTED + ".runs")).containsExactly("1");
    }
    String left = "SELECT run FROM %1$s.ledger UNION SELECT run FROM %1$s.runs".formatted(QUOTED);
    assertThat(Eventually.within(BOUND, () -> query(left).isEmpty())).isTrue();
    assertRows(600);
  }

  @Test
  void modesWithAKeyLeaveNoToken() throws Exception {
    sql.execute("ALTER TABLE insert_once ADD PRIMARY KEY (id)");
    Table keyed = Table.of("insert_once", Column.key("id", "bigint"));
    for (WriteMode mode : List.of(WriteMode.UPSERT, WriteMode.INSERT_IGNORE)) {
      sql.execute("DROP SCHEMA IF EXISTS " + QUOTED + " CASCADE");
      write(JdbcWrite.of(mode, target, keyed, BINDER).withLedger(settings()), 10);
      assertThat(query("SELECT count(*) FROM pg_namespace WHERE nspname = 'insert once \"it\"'"))
          .containsExactly("0");
    }
  }

  private JdbcTarget poorUser() throws SQLException {
    sql.execute(
        """
        DO $$ BEGIN CREATE ROLE insert_once_poor LOGIN; EXCEPTION WHEN duplicate_object THEN END $$;
        ALTER ROLE insert_once_poor PASSWORD '%s';
        GRANT SELECT, INSERT ON insert_once TO insert_once_poor
        """
            .formatted(LocalPostgres.passwordOfThisProcess()));
    return JdbcTarget.at(target.url()).withUser("insert_once_poor");
  }

  private JdbcTarget through(FaultyRelay relay) {
    return JdbcTarget.at(relay.url("")).withUser(String.valueOf(target.user()));
  }

  private static LedgerSettings settings() {
    return LedgerSettings.defaults().withSchema(SCHEMA.name());
  }

  private static JdbcWrite<Long> insert(JdbcTarget into) {
    return JdbcWrite.insert(into, TABLE, BINDER).withRetry(QUICK).withLedger(settings());
  }

  private static Written write(JdbcWrite<Long> write, long count) throws Exception {
    try (JdbcBlockWriter<Long> writer = JdbcBlockWriter.open(write)) {
      writer.write(rows(1, count));
      return writer.flush();
    }
  }

  private static Block<Long> rows(long first, long last) {
    return new Block<>(LongStream.rangeClosed(first, last).boxed().toList());
  }

  private List<String> query(String query) {
    try {
      return sql.query(query);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertRows(long rows) {
    assertThat(query("SELECT count(*) || ' ' || count(DISTINCT id) FROM insert_once"))
        .containsExactly(rows + " " + rows);
  }
}
