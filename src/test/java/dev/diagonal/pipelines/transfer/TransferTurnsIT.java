package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.command.Launcher;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

/** Two transfers with {@code --transaction=all} whose publications into one table meet. */
@ExtendWith(PostgresExtension.class)
final class TransferTurnsIT {

  private static final Duration BOUND = Duration.ofMinutes(4);

  private static final String WAITS_FOR_TABLE =
      "SELECT pid FROM pg_locks WHERE NOT granted AND relation = to_regclass('turns')";

  private static final String WAITS_FOR_TURN =
      "SELECT pid FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
          + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

  private final Path directory;
  private final EdgeDatabase database;

  TransferTurnsIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @ParameterizedTest
  @CsvSource({"upsert,a300 b200", "replace,b200"})
  void theSecondPublicationWaitsForTheFirst(String secondMode, String expected) throws Exception {
    database.execute("DROP TABLE IF EXISTS turns");
    database.execute("CREATE TABLE turns (id bigint PRIMARY KEY, v text)");
    ExecutorService threads = Executors.newFixedThreadPool(2);
    CompletableFuture<Launched> first;
    CompletableFuture<ExitCode> second;
    String ahead;
    try (Connection holder = database.connect();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE turns IN SHARE MODE"); // no publication gets past it
      String[] firstArgs = args("a", 1, 300, "upsert");
      first = CompletableFuture.supplyAsync(() -> Launched.with(Main.COMMANDS, firstArgs), threads);
      ahead = await(WAITS_FOR_TABLE);

      List<String> secondArgs = List.of(args("b", 1_001, 1_200, secondMode));
      second =
          CompletableFuture.supplyAsync(
              () -> new Launcher(Main.COMMANDS, Optional.empty()).launch(secondArgs), threads);
      assertThat(await(WAITS_FOR_TURN)).isNotEqualTo(ahead);
      assertThat(Stream.of(first, second)).noneMatch(CompletableFuture::isDone);
      assertThat(database.number("SELECT count(*) FROM turns")).isZero();
      holder.rollback();
    } finally {
      threads.shutdown();
    }

    Launched launched = first.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(second.get(BOUND.toSeconds(), TimeUnit.SECONDS)).isEqualTo(ExitCode.DONE);
    // Both print to the standard error of this JVM, which the first one captures.
    assertThat(launched.err())
        .anyMatch(
            line ->
                line.contains(
                    "waiting: another run is publishing table turns (process %s of the database"
                        .formatted(ahead)));
    assertThat(
            database.query(
                "SELECT string_agg(v || n, ' ' ORDER BY v) FROM"
                    + " (SELECT v, count(*) AS n FROM turns GROUP BY v) AS counted"))
        .containsExactly(expected);
  }

  @Test
  void namesTheLockHolderAfterTheFirstAttempt() throws Exception {
    database.execute("DROP TABLE IF EXISTS turns");
    database.execute("CREATE TABLE turns (id bigint PRIMARY KEY, v text)");
    String url = database.postgres().jdbcUrl();
    String[] args = args("a", 1, 300, "upsert");
    args[args.length - 2] = "--jdbcUrl=" + url + "?options=-c%20lock_timeout=200ms";
    CompletableFuture<Launched> run;
    String holding;
    try (Connection holder = database.connect();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE turns IN SHARE MODE");
      holding = String.valueOf(holder.unwrap(PGConnection.class).getBackendPID());
      run = CompletableFuture.supplyAsync(() -> Launched.with(Main.COMMANDS, args));
      String first = await(WAITS_FOR_TABLE);
      String second = await(WAITS_FOR_TABLE + " AND pid <> " + first);
      assertThat(second).isNotEqualTo(first);
      holder.rollback();
    }
    Launched launched = run.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.err())
        .filteredOn(line -> line.contains("lock timeout"))
        .singleElement()
        .asString()
        .startsWith("lock timeout on table turns: process " + holding + " (")
        .contains("in its transaction since", "holds ShareLock")
        .endsWith("; retrying");
    assertThat(database.number("SELECT count(*) FROM turns")).isEqualTo(300);
  }

  /** One reader has read before, and reads on; another begins while the rows are replaced. */
  @Test
  void readersNeverWaitForAReplacement() throws Exception {
    database.execute("DROP TABLE IF EXISTS turns");
    database.execute("CREATE TABLE turns (id bigint PRIMARY KEY, v text)");
    database.execute("INSERT INTO turns SELECT i, 'old' FROM generate_series(1, 100) AS i");
    String count = "SELECT count(*) FROM turns";
    CompletableFuture<Launched> run;
    try (Connection reader = database.connect();
        Connection other = database.connect();
        Connection writer = database.connect();
        Statement reads = reader.createStatement();
        Statement meanwhile = other.createStatement();
        Statement writes = writer.createStatement()) {
      reader.setAutoCommit(false);
      reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      assertThat(number(reads, count)).isEqualTo(100);
      writer.setAutoCommit(false);
      // Holds the publication between its first lock and its commit.
      writes.execute("SELECT 1 FROM turns WHERE id = 50 FOR UPDATE");
      String[] args = args("new", 1, 300, "replace");
      run = CompletableFuture.supplyAsync(() -> Launched.with(Main.COMMANDS, args));
      String publishing =
          await(
              "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                  + " AND query LIKE 'DELETE FROM \"turns\"%'");
      assertThat(publishing).isNotEmpty();
      meanwhile.execute("SET lock_timeout = '100ms'");
      assertThat(number(meanwhile, count)).isEqualTo(100);
      assertThat(number(reads, count)).isEqualTo(100);
      writer.rollback();
      Launched launched = run.get(BOUND.toSeconds(), TimeUnit.SECONDS);
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(number(meanwhile, count)).isEqualTo(300);
      assertThat(number(reads, count)).isEqualTo(100); // one moment until it ends
    }
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    }
  }

  private String await(String pids) {
    String[] found = {""};
    assertThat(
            Eventually.within(
                BOUND,
                () -> {
                  found[0] = String.join(",", database.queryNow(pids));
                  return !found[0].isEmpty();
                }))
        .as(pids)
        .isTrue();
    return found[0];
  }

  private String[] args(String value, int from, int to, String mode) throws IOException {
    StringBuilder text = new StringBuilder("id,v\n");
    IntStream.rangeClosed(from, to)
        .forEach(id -> text.append(id).append(',').append(value).append('\n'));
    return new String[] {
      "transfer",
      "--from=csv:" + Files.writeString(directory.resolve(value + ".csv"), text),
      "--to=jdbc:turns",
      "--key=id",
      "--transaction=all",
      "--mode=" + mode,
      "--jdbcUrl=" + database.postgres().jdbcUrl(),
      "--jdbcUser=" + database.postgres().user()
    };
  }
}
