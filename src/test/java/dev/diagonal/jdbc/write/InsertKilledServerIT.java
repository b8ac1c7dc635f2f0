package dev.diagonal.jdbc.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.block.Block;
import dev.diagonal.fault.Retry;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.write.FaultyRelay.Fault;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.pipelines.local.ServerSetup;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What becomes of plain inserts when a server that waits for its disk is killed near a commit. */
final class InsertKilledServerIT {

  private static final Retry QUICK = new Retry(100, Duration.ofMillis(20), Duration.ofMillis(200));
  private static final Table TABLE = Table.of("insert_once", Column.of("id", "bigint"));

  @Test
  void reusedTransactionIdProvesNothing() throws Exception {
    try (LocalPostgres own = durable().withSetting("wal_writer_delay", "10s").start()) {
      prepare(own);
      new Sql(targetOf(own)).execute("CREATE TABLE other (i int); CHECKPOINT");
      List<String> ids = new CopyOnWriteArrayList<>();
      Runnable crash =
          () -> {
            ids.addAll(query(own, "SELECT max(backend_xid::text::bigint) FROM pg_stat_activity"));
            own.kill();
            own.restart();
            ids.addAll(query(own, "INSERT INTO other VALUES (1) RETURNING txid_current()"));
          };
      try (FaultyRelay relay = FaultyRelay.to(own.port(), Fault.LOSE_COMMIT, 1, crash)) {
        Written written = written(insert(JdbcTarget.at(relay.url("")).withUser(own.user())), 20);
        assertThat(written.attempts()).isEqualTo(2);
      }
      assertThat(ids).hasSize(2);
      assertThat(ids.get(1)).as("the lost transaction's id, used again").isEqualTo(ids.get(0));
      assertRows(own, 20);
    }
  }

  @Test
  void crashLosingAcknowledgedCommitsFailsRun() throws Exception {
    try (LocalPostgres own = asynchronous().start()) {
      prepare(own);
      JdbcWrite<Long> write =
          insert(targetOf(own))
              .withLedger(LedgerSettings.defaults().withoutSynchronousCommit())
              .withCommitRows(5);
      assertThatThrownBy(() -> writeAndCrash(write, own))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("the database acknowledged 3 transactions to table insert_once")
          .hasMessageContaining("are not in its ledger")
          .hasMessageContaining("first row ")
          .hasMessageContaining("a crash or a failover of the server has lost them");
    }
  }

  @Test
  void insertsCommitSynchronouslyWhateverTheDefault() throws Exception {
    try (LocalPostgres own = asynchronous().start()) {
      prepare(own);
      assertThat(writeAndCrash(insert(targetOf(own)).withCommitRows(5), own).rows()).isEqualTo(15);
      assertRows(own, 15);
    }
  }

  private static Written writeAndCrash(JdbcWrite<Long> write, LocalPostgres own) throws Exception {
    try (JdbcBlockWriter<Long> writer = JdbcBlockWriter.open(write)) {
      new Sql(targetOf(own)).execute("CHECKPOINT");
      writer.write(rows(15));
      assertThat(
              Eventually.within(
                  Duration.ofSeconds(60),
                  () -> {
                    try {
                      writer.write(new Block<>(List.of()));
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                    return writer.committed() == 15;
                  }))
          .isTrue();
      own.kill();
      own.restart();
      return writer.flush();
    }
  }

  private static ServerSetup<LocalPostgres> durable() {
    return LocalPostgres.configure()
        .withSetting("fsync", "on")
        .withSetting("full_page_writes", "on");
  }

  private static ServerSetup<LocalPostgres> asynchronous() {
    return durable()
        .withSetting("synchronous_commit", "off")
        .withSetting("wal_writer_delay", "10s");
  }

  private static void prepare(LocalPostgres own) throws Exception {
    new Sql(targetOf(own)).execute("CREATE TABLE insert_once (id bigint)");
    assertThat(written(insert(targetOf(own)), 0).rows()).isZero(); // creates the schema
  }

  private static JdbcTarget targetOf(LocalPostgres own) {
    return JdbcTarget.at(own.jdbcUrl()).withUser(own.user());
  }

  private static JdbcWrite<Long> insert(JdbcTarget into) {
    return JdbcWrite.<Long>insert(into, TABLE, (id, values) -> values.putLong(id)).withRetry(QUICK);
  }

  private static Written written(JdbcWrite<Long> write, long count) throws Exception {
    try (JdbcBlockWriter<Long> writer = JdbcBlockWriter.open(write)) {
      writer.write(rows(count));
      return writer.flush();
    }
  }

  private static Block<Long> rows(long count) {
    return new Block<>(LongStream.rangeClosed(1, count).boxed().toList());
  }

  private static List<String> query(LocalPostgres own, String query) {
    try {
      return new Sql(targetOf(own)).query(query);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertRows(LocalPostgres own, long rows) {
    assertThat(query(own, "SELECT count(*) || ' ' || count(DISTINCT id) FROM insert_once"))
        .containsExactly(rows + " " + rows);
  }
}
