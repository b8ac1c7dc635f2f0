package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.TableGate;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transfers from a table one of whose readers loses its connection. */
@ExtendWith(PostgresExtension.class)
final class TransferLostReaderIT {

  private static final int ROWS = 40_000;
  private static final Duration BOUND = Duration.ofMinutes(2);

  /** The readers that are in the middle of a range. */
  private static final String READING =
      " FROM pg_stat_activity WHERE application_name = 'diagonal' AND query LIKE 'COPY (SELECT%'"
          + " AND state = 'active'";

  private final EdgeDatabase database;

  TransferLostReaderIT(LocalPostgres postgres) {
    this.database = new EdgeDatabase(postgres);
  }

  /** A range is larger than what the connections of this machine buffer. */
  private void createTables(String typeOfCopy) throws Exception {
    database.execute(
        """
        DROP TABLE IF EXISTS letters, letters_copy CASCADE;
        CREATE TABLE letters (id bigint, n int, text text);
        ALTER TABLE letters ALTER COLUMN text SET STORAGE PLAIN;
        INSERT INTO letters SELECT i * 7919 %% 40009, 1, repeat('x', 2000) FROM generate_series(1, %d) AS i;
        CREATE TABLE letters_copy (id bigint, n %s, text text);
        CREATE VIEW letters_seen AS SELECT * FROM letters;
        """
            .formatted(ROWS, typeOfCopy));
  }

  private Launched transfer(String from) {
    return Launched.with(
        Main.COMMANDS,
        "transfer",
        "--from=jdbc:" + from,
        "--to=jdbc:letters_copy",
        "--runner=DirectRunner",
        "--targetParallelism=1",
        "--commitRows=200",
        "--blockRows=100",
        "--jdbcUrl=" + database.postgres().jdbcUrl(),
        "--jdbcUser=" + database.postgres().user());
  }

  /** Ends the session of a reader in the middle of a range, and changes all rows. */
  private Launched runAndCut(String from, String typeOfCopy) throws Exception {
    createTables(typeOfCopy);
    TableGate gate = TableGate.behind(database, "letters_copy", 3);
    CompletableFuture<Launched> run;
    try (Connection closed = gate.close()) {
      run = CompletableFuture.supplyAsync(() -> transfer(from));
      gate.awaitOne();
      assertThat(database.number("SELECT count(pg_terminate_backend(pid))" + READING)).isEqualTo(1);
      assertThat(
              Eventually.within(BOUND, () -> database.numberNow("SELECT count(*)" + READING) == 0))
          .isTrue();
      database.execute("UPDATE letters SET n = 2");
      closed.rollback();
    }
    return run.get(BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  /** Tuples pass undecoded, unless a type differs. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anotherConnectionReadsTheRestOfTheSnapshot(boolean tuples) throws Exception {
    Launched launched = runAndCut("letters", tuples ? "int" : "bigint");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(String.join("\n", launched.err()))
        .contains("another one reads the rest from the same snapshot");
    assertThat(
            database.query(
                "SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || sum(n) FROM letters_copy"))
        .containsExactly(ROWS + " " + ROWS + " " + ROWS);
  }

  /** The rows of a view have no order that another connection would get. */
  @Test
  void lostViewReaderFailsTransfer() throws Exception {
    Launched launched = runAndCut("letters_seen", "int");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", launched.err()))
        .contains("the connection was lost after")
        .contains("start the run again");
  }
}
