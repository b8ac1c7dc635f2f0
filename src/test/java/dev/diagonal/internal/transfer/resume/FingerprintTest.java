package dev.diagonal.internal.transfer.resume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.JdbcStandardRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

final class FingerprintTest {

  private static final String URL = "jdbc:h2:mem:fingerprints;DB_CLOSE_DELAY=-1";

  /** An interrupted transfer of an earlier version is continued only if these stay the same. */
  @Test
  void hashesOfEarlierVersionsStayTheSame() throws Exception {
    try (Connection connection = DriverManager.getConnection(URL);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE \"märz\" (id BIGINT PRIMARY KEY)");
      statement.execute("INSERT INTO \"märz\" VALUES (1), (100000)");
    }
    BlockSource rows = JdbcStandardRows.ofTable(JdbcTarget.at(URL), "märz", null, 4);

    assertThat(rows.ranges()).hasSize(2);
    assertThat(Fingerprint.of("rows")).isEqualTo("f94ea19d3be40dd4904e5128ead9de0a");
    assertThat(Fingerprint.of(rows).hash()).hasToString("212d48f4169c37b1d97c47883f9f022d");
    assertThat(Fingerprint.ofFiles(rows)).isEqualTo("d96c6f7f4b5263480488134dee016d0f");
  }
}
