package dev.diagonal.jdbc.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.Retry;
import dev.diagonal.fault.Secret;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.junit.jupiter.api.Test;

class WriteToJdbcTest {

  private static final Table TABLE =
      Table.of("ratings", Column.key("id", "bigint"), Column.of("name", "text"));
  private static final RowBinder<Long> BINDER =
      (id, values) -> values.putLong(id).putText("payload");
  private static final JdbcTarget TARGET =
      JdbcTarget.at("jdbc:postgresql://db/x?password=hunter2")
          .withUser("me", new Secret("hunter3"));

  @Test
  void refusesLimitsOutOfRange() {
    JdbcWrite<Long> write = JdbcWrite.upsert(TARGET, TABLE, BINDER);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> write.withCommitRows(0))
        .withMessage("commitRows must be within 1 to 1000000, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> write.withBatchesInFlight(17))
        .withMessage("batchesInFlight must be within 1 to 16, got 17");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> write.withMaxConnections(0))
        .withMessage("maxConnections must be >= 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> write.withWaitLimit(Duration.ZERO))
        .withMessage("waitLimit must be >= 1 ms, got PT0S");
  }

  @Test
  void refusesPartsInPipelines() {
    LedgerSettings part =
        LedgerSettings.defaults().withRun(new UUID(1, 2)).withPart("lines 1 to 9");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WriteToJdbc.of(JdbcWrite.upsert(TARGET, TABLE, BINDER).withLedger(part)))
        .withMessageContaining("lines 1 to 9");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LedgerSettings.defaults().withPart("x"))
        .withMessage("part 'x' needs a run");
  }

  @Test
  void refusesModesThatTheTableDoesNotAllow() {
    Table keyless = Table.of("t", Column.of("name", "text"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcWrite.upsert(TARGET, keyless, BINDER))
        .withMessageStartingWith("mode UPSERT needs a table with a key column");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                JdbcWrite.of(
                    WriteMode.UPDATE, TARGET, Table.of("t", Column.key("id", "int")), BINDER))
        .withMessageStartingWith("mode UPDATE needs a table with a column outside the key");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcWrite.insert(TARGET, TABLE, BINDER).withMerge((a, b) -> a))
        .withMessage("a merge needs mode UPSERT or UPDATE, got INSERT");
  }

  @Test
  void displaysNoSecret() {
    String displayed =
        DisplayData.from(WriteToJdbc.of(JdbcWrite.upsert(TARGET, TABLE, BINDER))).toString();
    assertThat(displayed)
        .contains("ratings", "jdbc:postgresql://db/x as me")
        .doesNotContain("hunter");
  }

  @Test
  void failsOnMissingDatabasesAndNamesTheTable() throws Exception {
    JdbcTarget nobody =
        JdbcTarget.at("jdbc:postgresql://127.0.0.1:%d/x?user=me".formatted(freePort()));
    Retry twice = new Retry(2, Duration.ofMillis(1), Duration.ofMillis(1));
    assertThatThrownBy(
            () -> JdbcBlockWriter.open(JdbcWrite.upsert(nobody, TABLE, BINDER).withRetry(twice)))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("cannot write to table ratings of jdbc:postgresql:")
        .hasMessageContaining("gave up after 2 attempts")
        .satisfies(fault -> assertThat(((SQLException) fault).getSQLState()).startsWith("08"));
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
