package dev.diagonal.jdbc.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.block.Block;
import dev.diagonal.fault.Retry;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Eight writers insert rows without a key in commits of five, and backends are killed with SIGKILL,
 * each of which crashes the whole server. Every row is there once.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class InsertCrashIT {

  private static final int WRITERS = 8;
  private static final int ROWS = 400;
  private static final Retry PATIENT =
      new Retry(200, Duration.ofMillis(20), Duration.ofMillis(200));
  private static final Table TABLE = Table.of("insert_crash", Column.of("id", "bigint"));
  private static final String VICTIMS =
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'diagonal'"
          + " AND backend_xid IS NOT NULL ORDER BY random() LIMIT 1";

  private final Random random = new Random(15);
  private LocalPostgres postgres;
  private JdbcTarget target;
  private Sql sql;

  @BeforeAll
  void start() {
    postgres =
        LocalPostgres.configure()
            .withSetting("fsync", "on")
            .withSetting("full_page_writes", "on")
            .start();
    target = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    sql = new Sql(target);
  }

  @AfterAll
  void stop() {
    postgres.close();
  }

  @Test
  void aCrashLosesAndDoublesNoRow() throws Exception {
    int crashed = 0;
    for (int attempt = 0; crashed == 0 && attempt < 5; attempt++) {
      crashed = writeThroughCrashes(2); // none if a busy machine has written all rows before
    }
    assertThat(crashed).isPositive();
  }

  @Tag("large") // a hundred rounds with two crashes each: some minutes
  @RepeatedTest(100)
  void aHundredCrashesLoseAndDoubleNoRow() throws Exception {
    int unused = writeThroughCrashes(2);
  }

  /** Returns how many crashes struck while rows were written. */
  private int writeThroughCrashes(int crashes) throws Exception {
    sql.execute("DROP TABLE IF EXISTS insert_crash; CREATE TABLE insert_crash (id bigint)");
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    List<Future<Long>> written = new ArrayList<>();
    int crashed = 0;
    try {
      for (int writer = 0; writer < WRITERS; writer++) {
        long first = writer * 1_000_000L;
        written.add(threads.submit(() -> write(first)));
      }
      for (int crash = 1; crash <= crashes; crash++) {
        int most = WRITERS * ROWS * crash / (crashes + 1);
        int rows = random.nextInt(most / 2, most);
        assertThat(Eventually.within(Duration.ofMinutes(2), () -> count() >= rows)).isTrue();
        crashed += crash() ? 1 : 0;
      }
      long sum = 0;
      for (Future<Long> each : written) {
        sum += each.get();
      }
      assertThat(sum).isEqualTo((long) WRITERS * ROWS);
    } finally {
      threads.shutdownNow();
    }
    assertThat(sql.query("SELECT count(*) || ' ' || count(DISTINCT id) FROM insert_crash"))
        .containsExactly(WRITERS * ROWS + " " + WRITERS * ROWS);
    return crashed;
  }

  private long write(long first) throws Exception {
    JdbcWrite<Long> write =
        JdbcWrite.<Long>insert(target, TABLE, (id, values) -> values.putLong(id))
            .withCommitRows(5)
            .withRetry(PATIENT);
    try (JdbcBlockWriter<Long> writer = JdbcBlockWriter.open(write)) {
      for (long from = first; from < first + ROWS; from += 10) {
        writer.write(new Block<>(LongStream.range(from, from + 10).boxed().toList()));
      }
      return writer.flush().rows();
    }
  }

  private long count() {
    try {
      return Long.parseLong(sql.query("SELECT count(*) FROM insert_crash").get(0));
    } catch (SQLException e) {
      return 0; // the server is recovering
    }
  }

  /** Kills a backend in the middle of a transaction. */
  private boolean crash() {
    List<String> victims = new ArrayList<>();
    boolean found =
        Eventually.within(
            Duration.ofSeconds(5),
            () -> {
              try {
                victims.addAll(sql.query(VICTIMS));
              } catch (SQLException e) {
                return false;
              }
              return !victims.isEmpty();
            });
    return found
        && ProcessHandle.of(Long.parseLong(victims.get(0)))
            .map(ProcessHandle::destroyForcibly)
            .orElse(false);
  }
}
