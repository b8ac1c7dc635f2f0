package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.AnswerLosingRelay;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Interrupted plans whose transfers are resumed, and the end of transfers that are recorded. */
@ExtendWith(PostgresExtension.class)
final class TransferPlanResumeIT {

  /** So many that the first rows are committed before the last ones are read. */
  private static final int MANY = 200_000;

  private static final String LEFT =
      "SELECT (SELECT count(*) FROM diagonal.transfers) + (SELECT count(*) FROM diagonal.ledger)"
          + " + (SELECT count(*) FROM diagonal.runs)";

  private static final String WAITING =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";

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
    write("second.csv", MANY, MANY - 1);
    Launched failed = run("load second");
    assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", failed.err())).contains("the same command writes the others");
    assertThat(database.number("SELECT count(*) FROM first_rows")).isEqualTo(3_000);
    assertThat(database.number("SELECT count(*) FROM second_rows")).isBetween(500L, MANY - 1L);

    write("second.csv", MANY, -1);
    Launched resumed = run("load second");

    assertThat(resumed.exitCode()).as("%s", resumed).isEqualTo(ExitCode.DONE);
    assertThat(rows()).containsExactly("3000 13500", "200000 900000");
    assertThat(database.number(LEFT)).isZero();
  }

  @Test
  void theNameOfTheTaskIdentifiesItsTransfer() throws Exception {
    write("second.csv", MANY, MANY - 1);
    assertThat(run("load second").exitCode()).isEqualTo(ExitCode.FAILED);
    write("second.csv", MANY, -1);

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

  private Launched runTasks(String tasks, String... more) throws Exception {
    Path plan =
        Files.writeString(
            directory.resolve("tasks.yaml"),
            "connections: {db: {jdbcUrl: \"%s\", user: %s}}\ntasks:\n%s"
                .formatted(database.postgres().jdbcUrl(), database.postgres().user(), tasks));
    List<String> args = new ArrayList<>(List.of("transfer", "--plan=" + plan));
    args.addAll(List.of(more));
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  /** Its rows may have changed when the plan runs again. */
  @Test
  void completedTransferFromTableIsNotResumed() throws Exception {
    database.execute(
        "DROP TABLE IF EXISTS stock, stock_copy; CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock VALUES (1, 1)");
    write("second.csv", MANY, MANY - 1);
    String tasks =
        """
          - transfer: {from: {jdbc: db, table: stock}, to: {jdbc: db, table: stock_copy, key: id, mode: upsert}, resume: true}
            name: copy stock
          - transfer: {from: {csv: second.csv}, to: {jdbc: db, table: second_rows}}
            name: load second
        """;
    Launched failed = runTasks(tasks);
    assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
    database.execute("UPDATE stock SET n = 2");
    write("second.csv", MANY, -1);

    Launched again = runTasks(tasks);

    assertThat(again.exitCode()).as("%s", again).isEqualTo(ExitCode.DONE);
    assertThat(database.number("SELECT n FROM stock_copy")).isEqualTo(2);
  }

  /** The records of the passed-over task would stay, and its next run would write nothing. */
  @Test
  void tasksThatAreResumedAreNotPassedOver() throws Exception {
    write("second.csv", MANY, -1);
    String tasks =
        """
          - transfer: {from: {csv: first.csv}, to: {jdbc: db, table: first_rows}, resume: true}
            name: load first
          - transfer: {from: {csv: second.csv}, to: {jdbc: db, table: second_rows}, resume: true}
            name: load second
        """;

    Launched refused = runTasks(tasks, "--fromTask=load second");

    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", refused.err())).contains("load first").contains("resume: true");
    assertThat(runTasks(tasks, "--fromTask=load first").exitCode()).isEqualTo(ExitCode.DONE);
  }

  /** It would delete rows of the ledger again, which the transfer does not write again. */
  @Test
  void refusesToRepeatDeletesBeforeResume() throws Exception {
    String tasks =
        """
          - sql: {to: db, statement: "DELETE FROM first_rows WHERE id > 3"}
          - transfer: {from: {csv: first.csv}, to: {jdbc: db, table: first_rows}, resume: %s}
            name: load first
        """;

    Launched refused = runTasks(tasks.formatted(true));

    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", refused.err())).contains("deletes").contains("resume: true");
    assertThat(runTasks(tasks.formatted(false)).exitCode()).isEqualTo(ExitCode.DONE);
  }

  /** A plan has keys instead of the options that the messages of a transfer name. */
  @Test
  void messagesNameTheKeysOfThePlan() throws Exception {
    String task =
        "  - transfer: {from: {csv: second.csv}, to: {jdbc: db, table: second_rows}, commitRows: %s, resume: %s}\n";
    write("second.csv", MANY, MANY - 1);
    Launched failed = runTasks(task.formatted(500, true));
    assertThat(failed.err()).anyMatch(line -> line.startsWith("hint: badRecords: <file.jsonl>"));

    Launched other = runTasks(task.formatted(400, true));
    assertThat(other.exitCode()).as("%s", other).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", other.err())).contains("resume it with commitRows: 500");
    Launched dry = runTasks(task.formatted(500, false), "--dryRun");
    assertThat(String.join("\n", dry.out()))
        .contains("(resume: true writes only the missing ones)");
    Launched again = runTasks(task.formatted(500, false));
    assertThat(String.join("\n", again.err()))
        .contains("(resume: true would have inserted only the missing ones)");

    Launched refused =
        runTasks(
            "  - transfer: {from: {jdbc: db, table: first_rows}, to: {csv: out.csv}, resume: true}\n");
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", refused.err()))
        .contains("resume: true with from: {jdbc: …} needs one table as the target, and 'key'")
        .doesNotContain("--resume");
  }

  @Test
  void planReportHasRemarksOfItsTasks() throws Exception {
    Path summary = directory.resolve("summary.json");

    Launched launched =
        runTasks(
            "  - transfer: {from: {csv: first.csv}, to: {jdbc: db, table: first_rows}, transaction: all, resume: true}\n",
            "--summary=" + summary);

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).anyMatch(line -> line.contains("all rows are transferred"));
    assertThat(Files.readString(summary)).contains("all rows are transferred");
  }

  /** The rows have no key, so that two runs would double them. */
  @Test
  void twoResumesAtOnceWriteRowsOnce() throws Exception {
    String[] command = {
      "transfer",
      "--from=csv:" + directory.resolve("first.csv"),
      "--to=jdbc:first_rows",
      "--resume",
      "--jdbcUrl=" + database.postgres().jdbcUrl(),
      "--jdbcUser=" + database.postgres().user()
    };
    assertThat(Launched.with(Main.COMMANDS, command).exitCode()).isEqualTo(ExitCode.DONE);
    database.execute("TRUNCATE first_rows");
    Connection gate = database.connect();
    gate.setAutoCommit(false);
    gate.createStatement().execute("LOCK TABLE diagonal.transfers IN SHARE MODE");
    Thread opener =
        new Thread(
            () -> {
              assertThat(
                      Eventually.within(
                          Duration.ofMinutes(2), () -> database.numberNow(WAITING) == 2))
                  .isTrue();
              close(gate);
            });

    try (CommandJvm first = CommandJvm.start(directory, List.of(command))) {
      opener.start();
      Launched second = Launched.with(Main.COMMANDS, command);
      opener.join();

      assertThat(List.of(first.await(), second.exitCode().status()))
          .as("%s %s", first.said(), second)
          .containsExactlyInAnyOrder(ExitCode.DONE.status(), ExitCode.WRONG_USAGE.status());
    } finally {
      close(gate);
    }
    assertThat(database.number("SELECT count(*) FROM first_rows")).isEqualTo(3_000);
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
