package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.LocalMariaDb;
import dev.diagonal.testing.MariaDbExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Commands that start at the same moment, each of which finds that MariaDB has no tables. */
@ExtendWith(MariaDbExtension.class)
final class StartedTogetherOnMariaDbIT {

  private static final int ROWS = 300;

  private final Path directory;
  private final String url;

  StartedTogetherOnMariaDbIT(@TempDir Path directory, LocalMariaDb server) {
    this.directory = directory;
    this.url = server.jdbcUrl();
  }

  @RepeatedTest(2)
  void statementsCreateTheirSlotsOnce() throws Exception {
    execute("DROP TABLE IF EXISTS diagonal_slots");
    execute("DROP TABLE IF EXISTS diagonal_files");
    execute("DROP TABLE IF EXISTS together");
    execute("CREATE TABLE together (id varchar(36) PRIMARY KEY)");
    Path statement =
        Files.writeString(
            directory.resolve("insert.sql"), "INSERT IGNORE INTO together VALUES (:edge_id)");
    StartedTogether.assertAllDone(
        "load-edges",
        "--input=" + new EdgeFiles(50, 0).write(directory, "a", ROWS, 1),
        "--statement=" + statement,
        "--jdbcUrl=" + url);
    assertThat(rows("together")).isEqualTo(ROWS);
    assertThat(rows("diagonal_slots")).isEqualTo(64);
  }

  @RepeatedTest(2)
  void transfersCreateTheirTableOnce() throws Exception {
    execute("DROP TABLE IF EXISTS together");
    StringBuilder lines = new StringBuilder("id,v\n");
    for (int i = 0; i < ROWS; i++) {
      lines.append("%s,v%s\n".formatted(i, i));
    }
    StartedTogether.assertAllDone(
        "transfer",
        "--from=csv:" + Files.writeString(directory.resolve("rows.csv"), lines),
        "--to=jdbc:together",
        "--key=id",
        "--jdbcUrl=" + url);
    assertThat(rows("together")).isEqualTo(ROWS);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private int rows(String table) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
      return count.next() ? count.getInt(1) : -1;
    }
  }
}
