package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.cli.ExitCode;
import dev.diagonal.pipelines.cli.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PgPass;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A transfer whose JVM is killed in the middle, and what the next run makes of it. */
@ExtendWith(PostgresExtension.class)
final class TransferKilledIT {

  private static final int ROWS = 30_000;

  /** Its last row waits for a lock, so that the middle lasts as long as a test wants. */
  private static final String QUERY =
      """
      SELECT id, id * 2 AS n, CASE WHEN id = %1$d THEN (
          SELECT 1 FROM (SELECT pg_advisory_lock_shared(4711)) AS held) END AS last
      FROM generate_series(1, %1$d) AS id"""
          .formatted(ROWS);

  private final Path directory;
  private final EdgeDatabase database;

  TransferKilledIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  private List<String> options(String transaction) {
    return List.of(
        "transfer",
        "--from=jdbc:",
        "--query=" + QUERY,
        "--to=jdbc:killed",
        "--key=id",
        "--commitRows=1000",
        "--transaction=" + transaction,
        "--jdbcUrl=" + database.postgres().jdbcUrl(),
        "--jdbcUser=" + database.postgres().user());
  }

  @ParameterizedTest
  @CsvSource({"each, killed", "all, killed_diagonal_stage"})
  void nothingIsLostOrDoubledAndNothingSeenThatShouldNotBe(String transaction, String written)
      throws Exception {
    database.execute("DROP TABLE IF EXISTS killed, killed_diagonal_stage");
    String exists = "SELECT count(*) FROM pg_class WHERE relname = '%s' AND relkind = 'r'";
    try (Connection holder = database.connect();
        var statement = holder.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(4711)");
      List<String> command = new ArrayList<>(List.of(ChildJvm.java(), "-Xmx512m", "-cp"));
      command.add(System.getProperty("java.class.path"));
      command.add(Main.class.getName());
      command.addAll(options(transaction));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("out").toFile());
      builder.environment().putAll(PgPass.environment());
      Process process = builder.start();
      try {
        assertThat(
                Eventually.within(
                    Duration.ofMinutes(2),
                    () ->
                        database.numberNow(exists.formatted(written)) == 1
                            && database.numberNow("SELECT count(*) FROM " + written) >= 5_000))
            .isTrue();
      } finally {
        process.destroyForcibly().onExit().join();
      }
      assertThat(database.number("SELECT count(*) FROM " + written)).isBetween(5_000L, ROWS - 1L);
      assertThat(database.number(exists.formatted("killed")))
          .isEqualTo(transaction.equals("each") ? 1 : 0);
    }

    Launched again = Launched.with(Main.COMMANDS, options(transaction).toArray(String[]::new));

    assertThat(again.exitCode()).as("%s", again).isEqualTo(ExitCode.DONE);
    assertThat(database.query("SELECT count(*) || ' ' || sum(n) FROM killed"))
        .containsExactly(ROWS + " " + (long) ROWS * (ROWS + 1));
    assertThat(database.number(exists.formatted("killed_diagonal_stage"))).isZero();
  }
}
