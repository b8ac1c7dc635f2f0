package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.LocalMariaDb;
import dev.diagonal.testing.MariaDbExtension;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A killed run leaves a session that the server rolls back. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class})
final class MariaDbKillsIT extends StoreKillCases {

  private final LocalMariaDb server;

  MariaDbKillsIT(@TempDir Path directory, LocalPostgres postgres, LocalMariaDb server) {
    super(directory, postgres);
    this.server = server;
  }

  @Override
  String url() {
    return server.jdbcUrl();
  }

  @Override
  void awaitEndOfSessions() {
    String others =
        "SELECT count(*) FROM information_schema.processlist WHERE user = 'loader' AND id <> connection_id()";
    assertThat(Eventually.within(KilledRows.BOUND, () -> number(others) == 0)).isTrue();
  }

  @Override
  long progress() {
    return number(
        "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'COM_COMMIT'");
  }

  private long number(String query) {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      return result.next() ? result.getLong(1) : -1;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  int wholeProgress() {
    return COMMITS;
  }
}
