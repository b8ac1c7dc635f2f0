package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.AnswerLosingRelay;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Interrupted plans whose transfers are resumed, and the end of transfers that are recorded. */
@ExtendWith(PostgresExtension.class)
final class TransferPlanResumeIT {

  private static final String LEFT =
      "SELECT (SELECT count(*) FROM diagonal.transfers) + (SELECT count(*) FROM diagonal.ledger)"
          + " + (SELECT count(*) FROM diagonal.runs)";

  private final Path directory;
  private final EdgeDatabase database;

  TransferPlanResumeIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createTables() throws Exception {
    database.execute(
        "DROP SCHEMA IF EXISTS diagonal CASCADE; DROP TABLE IF EXISTS first_rows, second_rows;"
            + " CREATE TABLE first_rows (id int); CREATE TABLE second_rows (id int)");
    write("first.csv", 3_000, -1);
  }

  private void write(String name, int rows, int bad) throws Exception {
    StringBuilder csv = new StringBuilder("id\n");
    for (int row = 0; row < rows; row++) {
      csv.append(row == bad ? "x" : String.valueOf(row % 10)).append('\n');
    }
    Files.writeString(directory.resolve(name), csv);
  }

  private Launched run(String secondName) throws Exception {
    Path plan =
        Files.writeString(
            directory.resolve("plan.yaml"),
            """
            connections: {db: {jdbcUrl: "%s", user: %s}}
            tasks:
              - transfer: {from: {csv: first.csv}, to: {jdbc: db, table: first_rows}, commitRows: 500, resume: true}
                name: load first
              - transfer: {from: {csv: second.csv}, to: {jdbc: db, table: second_rows}, commitRows: 500, resume: true}
                name: %s
            """
                .formatted(database.postgres().jdbcUrl(), database.postgres().user(), secondName));
    return Launched.with(Main.COMMANDS, "transfer", "--plan=" + plan);
  }

  private List<String> rows() throws Exception {
    return database.query(
        "SELECT count(*) || ' ' || sum(id) FROM first_rows UNION ALL SELECT count(*) || ' ' || sum(id) FROM second_rows");
  }

  /** The rows have no key; what the first transfer has written is not written again. */
  @Test
  void thePlanGoesOnWhereItEnded() throws Exception {
    write("second.csv", 3_000, 2_700);
    Launched failed = run("load second");
    assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", failed.err())).contains("the same plan writes the others");
    assertThat(database.number("SELECT count(*) FROM first_rows")).isEqualTo(3_000);
    assertThat(database.number("SELECT count(*) FROM second_rows")).isBetween(500L, 2_999L);

    write("second.csv", 3_000, -1);
    Launched resumed = run("load second");

    assertThat(resumed.exitCode()).as("%s", resumed).isEqualTo(ExitCode.DONE);
    assertThat(rows()).containsExactly("3000 13500", "3000 13500");
    assertThat(database.number(LEFT)).isZero();
  }

  @Test
  void theNameOfTheTaskIdentifiesItsTransfer() throws Exception {
    write("second.csv", 3_000, 2_700);
    assertThat(run("load second").exitCode()).isEqualTo(ExitCode.FAILED);
    write("second.csv", 3_000, -1);

    Launched renamed = run("load another");

    assertThat(renamed.exitCode()).as("%s", renamed).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", renamed.err()))
        .contains("table second_rows has rows")
        .contains("(task load second)");
  }

  /** The reply to the transaction that ends a transfer is lost. */
  @Test
  void aLostReplyAtTheEndLeavesNothing() throws Exception {
    try (AnswerLosingRelay relay =
        AnswerLosingRelay.to(
            database.postgres().port(), "DELETE FROM \"diagonal\".\"transfers\"", 1)) {
      String url =
          database
              .postgres()
              .jdbcUrl()
              .replace(":" + database.postgres().port(), ":" + relay.port());
      Launched launched =
          Launched.with(
              Main.COMMANDS,
              "transfer",
              "--from=csv:" + directory.resolve("first.csv"),
              "--to=jdbc:first_rows",
              "--jdbcUrl=" + url,
              "--jdbcUser=" + database.postgres().user());

      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(relay.lost()).isEqualTo(1);
    }
    assertThat(database.number(LEFT)).isZero();
  }
}
