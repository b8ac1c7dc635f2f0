package dev.diagonal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.Retry;
import dev.diagonal.write.Secret;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
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
  void refusesDatabasesThatAreNotPostgres() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WriteToJdbc.upsert(JdbcTarget.at("jdbc:h2:mem:x"), TABLE, BINDER))
        .withMessage("url must start with jdbc:postgresql:, got jdbc:h2:mem:x");
  }

  @Test
  void refusesBatchesOutOfRange() {
    WriteToJdbc<Long> write = WriteToJdbc.upsert(TARGET, TABLE, BINDER);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> write.withBatchRows(0))
        .withMessage("batchRows must be within 1 to 1000000, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> write.withBatchRows(1_000_001))
        .withMessage("batchRows must be within 1 to 1000000, got 1000001");
  }

  @Test
  void displaysNoSecret() {
    String displayed = DisplayData.from(WriteToJdbc.upsert(TARGET, TABLE, BINDER)).toString();
    assertThat(displayed)
        .contains("ratings", "jdbc:postgresql://db/x as me")
        .doesNotContain("hunter");
  }

  @Test
  void givesUpOnADatabaseThatIsNotThereAndNamesTheBatch() throws Exception {
    JdbcTarget nobody =
        JdbcTarget.at("jdbc:postgresql://127.0.0.1:%d/x?user=me".formatted(freePort()));
    Retry twice = new Retry(2, Duration.ofMillis(1), Duration.ofMillis(1));
    try (Upserter<Long> upserter =
        new Upserter<>(new WriteToJdbc.Upsert<>(nobody, TABLE, BINDER, 1_000, twice))) {
      assertThatThrownBy(() -> upserter.write(List.of(42L, 7L)))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining(
              "cannot write a batch of 2 rows, first key 7, to table ratings of jdbc:postgresql:")
          .hasMessageContaining("gave up after 2 attempts")
          .hasMessageNotContaining("payload")
          .satisfies(fault -> assertThat(((SQLException) fault).getSQLState()).startsWith("08"));
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
