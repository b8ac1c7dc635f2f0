package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PgPass;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  @ValueSource(strings = {"each", "all"})
  void losesDoublesAndExposesNothing(String transaction) throws Exception {
    database.execute("DROP TABLE IF EXISTS killed");
    String exists = "SELECT count(*) FROM pg_class WHERE relname = '%s' AND relkind = 'r'";
    try (Connection holder = database.connect();
        var statement = holder.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(4711)");
      Process process = start(options(transaction));
      String written;
      try {
        written = awaitRows(transaction.equals("each") ? List.of("killed") : List.of());
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
    assertThat(stages()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void terminatedProcessDropsItsStages(boolean inGroup) throws Exception {
    database.execute("DROP TABLE IF EXISTS killed, killed_first");
    try (Connection holder = database.connect();
        var statement = holder.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(4711)");
      Process process = start(inGroup ? List.of("transfer", "--plan=" + plan()) : options("all"));
      try {
        String unused = awaitRows(List.of());
        assertThat(stages()).hasSize(inGroup ? 4 : 2);
        process.destroy(); // SIGTERM
        assertThat(process.onExit().get(4, TimeUnit.MINUTES).exitValue()).isNotZero();
      } finally {
        process.destroyForcibly().onExit().join();
      }
      assertThat(stages()).as(Files.readString(directory.resolve("out"))).isEmpty();
    }
  }

  /** A group whose first transfer is done when the second is in the middle. */
  private Path plan() throws Exception {
    String connection =
        "{jdbcUrl: \"%s\", user: %s}"
            .formatted(database.postgres().jdbcUrl(), database.postgres().user());
    return Files.writeString(
        directory.resolve("plan.yaml"),
        """
        connections: {db: %s}
        tasks:
          - sequence:
              - transfer:
                  from: {jdbc: db, query: SELECT 1 AS id}
                  to: {jdbc: db, table: killed_first, key: id}
              - transfer:
                  from: {jdbc: db, query: "%s"}
                  to: {jdbc: db, table: killed, key: id}
                  commitRows: 1000
            transaction: all
        """
            .formatted(connection, QUERY.replace("\n", " ")));
  }

  private Process start(List<String> options) throws Exception {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java(), "-Xmx512m", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(options);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("out").toFile());
    builder.environment().putAll(PgPass.environment());
    return builder.start();
  }

  /** Waits until one of these tables, or of the stages if there are none, is half full. */
  private String awaitRows(List<String> tables) {
    String[] found = {""};
    assertThat(
            Eventually.within(
                Duration.ofMinutes(2),
                () -> {
                  for (String table : tables.isEmpty() ? stages() : tables) {
                    if (database.numberNow(
                                "SELECT count(*) FROM pg_class WHERE oid = to_regclass('%s')"
                                    .formatted(table))
                            == 1
                        && database.numberNow("SELECT count(*) FROM " + table) >= 5_000) {
                      found[0] = table;
                    }
                  }
                  return !found[0].isEmpty();
                }))
        .isTrue();
    return found[0];
  }

  private List<String> stages() {
    try {
      return database.query(
          "SELECT relnamespace::regnamespace || '.' || relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^stage_'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
