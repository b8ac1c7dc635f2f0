package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.SilentRelay;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A source that falls silent, as when a firewall drops the connection, is abandoned. */
@ExtendWith(PostgresExtension.class)
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
final class ReadLimitsIT {

  private static final int ROWS = 50_000;

  private final Path directory;
  private final EdgeDatabase database;
  private final int serverPort;

  ReadLimitsIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
    this.serverPort = URI.create(postgres.jdbcUrl().substring("jdbc:".length())).getPort();
  }

  @BeforeEach
  void fill() throws Exception {
    database.execute(
        "DROP TABLE IF EXISTS silent_source, edges, nodes CASCADE;"
            + " CREATE TABLE silent_source AS SELECT n AS id, n + 1 AS a, n + 2 AS b, repeat('x', 20) AS word"
            + " FROM generate_series(1, %d) AS n".formatted(ROWS));
  }

  @AfterEach
  void dropTables() throws Exception {
    database.execute("DROP TABLE IF EXISTS silent_source, edges, nodes CASCADE");
  }

  @Test
  void rereadsSourceSilentBeforeFirstRow() throws Exception {
    try (SilentRelay relay = SilentRelay.to(serverPort, "COPY (SELECT", 0, 1)) {
      Path out = directory.resolve("out.csv");
      Launched launched = transfer(relay, out);
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(relay.silenced()).isEqualTo(1);
      assertThat(Files.readAllLines(out)).hasSize(ROWS + 1);
    }
  }

  @Test
  void sourceSilentBetweenRowsFailsRun() throws Exception {
    try (SilentRelay relay = SilentRelay.to(serverPort, "COPY (SELECT", 100_000, 1)) {
      Path out = directory.resolve("out.csv");
      Launched launched = transfer(relay, out);
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
      assertThat(launched.err())
          .anyMatch(
              line ->
                  line.matches(
                      ".*table silent_source of .*: after [1-9][0-9,]* rows the database sent"
                          + " nothing .*\\?socketTimeout=3600.*"));
      assertThat(out).doesNotExist();
    }
  }

  @Test
  void retriesQueriesThatReturnedNoRow() throws Exception {
    try (SilentRelay relay = SilentRelay.to(serverPort, "FROM silent_source", 0, 1)) {
      Launched launched =
          Launched.with(
              Main.COMMANDS,
              "load-edges",
              "--inputQuery=SELECT a, b, id FROM silent_source WHERE id <= 500",
              "--sourceColumn=a",
              "--targetColumn=b",
              "--idColumn=id",
              url(relay),
              user());
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(relay.silenced()).isEqualTo(1);
      assertThat(database.query("SELECT count(*) FROM edges")).isEqualTo(List.of("500"));
    }
  }

  private Launched transfer(SilentRelay relay, Path out) {
    return Launched.with(
        Main.COMMANDS,
        "transfer",
        "--from=jdbc:silent_source",
        "--to=csv:" + out,
        url(relay),
        user());
  }

  private static String url(SilentRelay relay) {
    return "--jdbcUrl=jdbc:postgresql://127.0.0.1:%d/postgres?socketTimeout=2"
        .formatted(relay.port());
  }

  private String user() {
    return "--jdbcUser=" + database.postgres().user();
  }
}
