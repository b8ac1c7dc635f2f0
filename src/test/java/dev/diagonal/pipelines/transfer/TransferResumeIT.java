package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.TableGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Interrupted transfers from files to tables, and runs with {@code --resume} after them. */
@ExtendWith(PostgresExtension.class)
final class TransferResumeIT {

  private static final int FILES = 3;
  private static final int ROWS = 10_000;
  private static final String EXACT =
      "%d %d".formatted(FILES * ROWS, (long) FILES * ROWS * (FILES * ROWS - 1));
  private static final String HELD = "SELECT count(*) || ' ' || coalesce(sum(n), 0) FROM resumed";

  private final Path directory;
  private final EdgeDatabase database;

  TransferResumeIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createTable() throws SQLException {
    database.execute("DROP SCHEMA IF EXISTS diagonal CASCADE");
    database.execute("DROP TABLE IF EXISTS resumed; CREATE TABLE resumed (id bigint, n bigint)");
  }

  /**
   * Writes {@link #FILES} files of {@link #ROWS} rows each; a row has its number and its double.
   */
  private void writeFiles() throws IOException {
    for (int file = 0; file < FILES; file++) {
      StringBuilder csv = new StringBuilder("id,n\n");
      IntStream.range(file * ROWS, (file + 1) * ROWS)
          .forEach(row -> csv.append(row).append(',').append(2L * row).append('\n'));
      Files.writeString(file(file), csv);
    }
  }

  private Path file(int number) {
    return directory.resolve("part" + number + ".csv");
  }

  private void replaceInFile(int file, String text, String replacement) throws IOException {
    String csv = Files.readString(file(file));
    assertThat(csv).contains(text);
    Files.writeString(file(file), csv.replace(text, replacement));
  }

  private List<String> options(String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "transfer",
                "--from=csv:" + directory.resolve("part*.csv"),
                "--to=jdbc:resumed",
                "--commitRows=1000",
                "--jdbcUrl=" + database.postgres().jdbcUrl(),
                "--jdbcUser=" + database.postgres().user()));
    options.addAll(List.of(more));
    return options;
  }

  private Launched transfer(String... more) {
    return Launched.with(Main.COMMANDS, options(more).toArray(String[]::new));
  }

  private void assertDone(Launched launched) throws SQLException {
    Launched.assertDone(launched);
    assertThat(database.query(HELD)).containsExactly(EXACT);
    assertThat(database.number("SELECT count(*) FROM diagonal.transfers")).isZero();
    assertThat(database.number("SELECT count(*) FROM diagonal.ledger WHERE range IS NOT NULL"))
        .isZero();
  }

  private long rows() {
    return database.numberNow("SELECT count(*) FROM resumed");
  }

  /** Fails a transfer in its last file, whose row 25,500 is not a number. */
  private void failInLastFile(String... more) throws Exception {
    writeFiles();
    replaceInFile(2, "25500,", "2550x,");
    List<String> options = new ArrayList<>(List.of(more));
    options.add("--targetParallelism=1");
    Launched failed = transfer(options.toArray(String[]::new));
    assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
    assertThat(rows()).isBetween(1_000L, FILES * ROWS - 1L);
    assertThat(failed.err())
        .anyMatch(
            line -> line.contains("are committed to table resumed") && line.contains("--resume"));
    awaitRelease();
  }

  /** Waits until no connection of this JVM holds a run, as if it had ended. */
  private void awaitRelease() {
    assertThat(
            Eventually.within(
                Duration.ofMinutes(1),
                () ->
                    database.numberNow("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                        == 0))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "DirectRunner,--targetParallelism=2",
    "FlinkRunner,--parallelism=2",
  })
  void aKilledRunIsResumedExactly(String runner, String parallelism) throws Exception {
    writeFiles();
    TableGate gate = TableGate.behind(database, "resumed", 7);
    try (Connection closed = gate.close()) {
      List<String> options = options("--runner=" + runner, parallelism);
      try (CommandJvm killed = CommandJvm.start(directory, options)) {
        assertThat(Eventually.within(Duration.ofMinutes(2), () -> rows() == 7_000))
            .as(killed.said())
            .isTrue();
        gate.awaitOne();
      }
      closed.rollback();
    }

    Launched resumed = transfer("--runner=" + runner, parallelism, "--resume");

    assertDone(resumed);
    assertThat(resumed.out())
        .anyMatch(
            line -> line.contains("7,000 rows were already committed by the interrupted run"));
  }

  @Test
  void resumesFailedRunAfterFileIsCorrected() throws Exception {
    failInLastFile();
    replaceInFile(2, "2550x,", "25500,");

    assertDone(transfer("--resume"));
  }

  /** The other rows of the transaction are not committed, and so not skipped later. */
  @Test
  void rowRefusedByTableIsNotSkippedLater() throws Exception {
    database.execute("ALTER TABLE resumed ADD CHECK (n <> 51000)");
    writeFiles();
    for (String[] options : new String[][] {{}, {"--resume"}}) {
      Launched failed = transfer(options);
      assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
      assertThat(String.join("\n", failed.err())).contains("part2.csv").contains("line 5502");
      assertThat(rows()).isPositive();
      assertThat(database.number("SELECT count(*) FROM resumed WHERE id BETWEEN 25000 AND 25999"))
          .isZero();
    }
    database.execute("ALTER TABLE resumed DROP CONSTRAINT resumed_n_check");

    assertDone(transfer("--resume"));
  }

  @Test
  void filesThatHaveChangedAreRefused() throws Exception {
    failInLastFile();
    long before = rows();
    replaceInFile(2, "2550x,", "25500,");
    replaceInFile(0, "\n17,34\n", "\n17,35\n"); // committed as 34

    Launched changed = transfer("--resume");
    assertThat(changed.exitCode()).as("%s", changed).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", changed.err()))
        .contains("part0.csv")
        .contains("is committed with other rows");

    replaceInFile(0, "\n17,35\n", "\n17,34\n3,6\n");
    assertRefused("the names or sizes of the files", "--resume");
    assertThat(rows()).isGreaterThanOrEqualTo(before);

    replaceInFile(0, "\n17,34\n3,6\n", "\n17,34\n");
    assertDone(transfer("--resume"));
  }

  @Test
  void whatCannotBeResumedIsRefused() throws Exception {
    failInLastFile();
    replaceInFile(2, "2550x,", "25500,");
    long before = rows();

    assertRefused("--commitRows=1000", "--resume", "--commitRows=999");
    assertRefused("bad records", "--resume", "--badRecords=" + directory.resolve("bad"));
    Launched fromTable =
        Launched.with(
            Main.COMMANDS,
            "transfer",
            "--from=jdbc:resumed",
            "--to=jdbc:resumed2",
            "--resume",
            "--jdbcUrl=" + database.postgres().jdbcUrl(),
            "--jdbcUser=" + database.postgres().user());
    assertThat(fromTable.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", fromTable.err()))
        .contains("needs one table as the target, and --key for an upsert");
    assertThat(rows()).isEqualTo(before);

    assertDone(transfer("--resume"));
    assertRefused("no transfer", "--resume"); // it is complete
    assertThat(database.query(HELD)).containsExactly(EXACT);
  }

  private void assertRefused(String why, String... options) {
    Launched refused = transfer(options);
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", refused.err())).contains(why);
  }

  @Test
  void anEmptyTableIsFilledFromTheBeginning() throws Exception {
    writeFiles();
    assertDone(transfer("--resume"));
  }

  @Test
  void aRunningTransferIsNotResumed() throws Exception {
    writeFiles();
    TableGate gate = TableGate.behind(database, "resumed", 1);
    try (Connection closed = gate.close()) {
      try (CommandJvm running = CommandJvm.start(directory, options())) {
        gate.awaitOne();
        assertRefused("is still running", "--resume");
        closed.rollback();
        assertThat(running.await()).as(running.said()).isZero();
      }
    }
    assertThat(database.query(HELD)).containsExactly(EXACT);
  }

  @Test
  void warnsOfRepeatedInsertsWithoutResume() throws Exception {
    failInLastFile();
    replaceInFile(2, "2550x,", "25500,");
    long before = rows();

    Launched again = transfer();

    assertThat(again.exitCode()).as("%s", again).isEqualTo(ExitCode.DONE);
    assertThat(again.err()).anyMatch(line -> line.contains("this one inserts all rows again"));
    assertThat(rows()).isEqualTo(before + FILES * ROWS);
    assertRefused("no transfer", "--resume");
  }

  @Test
  void rowsWithAKeyAreResumedToo() throws Exception {
    database.execute("DROP TABLE resumed");
    failInLastFile("--key=id");
    replaceInFile(2, "2550x,", "25500,");

    Launched resumed = transfer("--key=id", "--resume");

    assertDone(resumed);
    assertResumed(resumed);
  }

  private static void assertResumed(Launched launched) {
    assertThat(launched.out())
        .anyMatch(line -> line.endsWith("rows were already committed by the interrupted run"));
  }

  @Test
  void aTableMayBeNamedWithItsSchema() throws Exception {
    failInLastFile();
    replaceInFile(2, "2550x,", "25500,");

    List<String> options = options("--resume");
    options.replaceAll(option -> option.replace("jdbc:resumed", "jdbc:public.resumed"));
    Launched resumed = Launched.with(Main.COMMANDS, options.toArray(String[]::new));

    assertDone(resumed);
    assertResumed(resumed);
  }

  @Test
  void anEmptiedTableIsRefused() throws Exception {
    failInLastFile();
    replaceInFile(2, "2550x,", "25500,");
    database.execute("TRUNCATE resumed");

    assertRefused("table resumed is empty, but the interrupted transfer has committed", "--resume");
    assertDone(transfer());
  }

  @Test
  void otherColumnsOrAnotherModeAreRefused() throws Exception {
    failInLastFile();
    replaceInFile(2, "2550x,", "25500,");
    long before = rows();
    Path swapped =
        Files.writeString(
            directory.resolve("swapped.yaml"),
            "columns: [{name: n, from: id}, {name: id, from: n}]\n");

    assertRefused("the columns or the mode have changed", "--resume", "--mapping=" + swapped);
    database.execute("CREATE UNIQUE INDEX ON resumed (id)");
    assertRefused("the columns or the mode have changed", "--resume", "--key=id", "--mode=ignore");
    assertThat(rows()).isEqualTo(before);
    assertDone(transfer("--resume"));
  }

  @Test
  void filterThatDropsCommittedRowsFailsRun() throws Exception {
    failInLastFile();
    replaceInFile(2, "2550x,", "25500,");
    Path none =
        Files.writeString(directory.resolve("filter.yaml"), "columns: [id, n]\nfilter: [id < 0]\n");

    Launched filtered = transfer("--resume", "--mapping=" + none);

    assertThat(filtered.exitCode()).as("%s", filtered).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", filtered.err())).contains("further ones of it to table resumed");
  }

  @Test
  void unresumableRunEndsInterruptedOne() throws Exception {
    failInLastFile();
    long before = rows();

    Launched again = transfer("--badRecords=" + directory.resolve("bad"));

    assertThat(again.exitCode()).as("%s", again).isEqualTo(ExitCode.DONE);
    assertThat(again.err()).anyMatch(line -> line.contains("this one inserts all rows again"));
    assertThat(rows()).isEqualTo(before + FILES * ROWS - 1);
    assertRefused("no transfer", "--resume");
  }

  /** As if the server had ended the session of the first process, which goes on. */
  @Test
  void processThatLostItsTransferCommitsNothing() throws Exception {
    writeFiles();
    TableGate gate = TableGate.behind(database, "resumed", 7);
    try (Connection closed = gate.close();
        CommandJvm first = CommandJvm.start(directory, options("--targetParallelism=1"))) {
      assertThat(Eventually.within(Duration.ofMinutes(4), () -> rows() == 7_000)).isTrue();
      gate.awaitOne();
      // Waits for the transaction that is open at the gate.
      CompletableFuture<Void> claimed =
          CompletableFuture.runAsync(
              () -> {
                try {
                  database.execute("UPDATE diagonal.transfers SET claim = gen_random_uuid()");
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(
              Eventually.within(
                  Duration.ofMinutes(4),
                  () ->
                      database.numberNow(
                              "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'UPDATE diagonal.transfers%' AND wait_event_type = 'Lock'")
                          == 1))
          .isTrue();
      closed.rollback();
      claimed.join();
      assertThat(first.await()).as(first.said()).isEqualTo(ExitCode.FAILED.status());
      assertThat(first.said()).contains("another process has resumed or ended this transfer");
    }
    assertThat(rows()).isLessThan(FILES * ROWS);
    assertDone(transfer("--resume"));
  }

  /** A file of 40 MiB has 8 ranges for 2 readers, and 10 for 4. */
  @Test
  void resumedRunReadsRangesOfFirstRun() throws Exception {
    int rows = 40_000;
    String filler = "x".repeat(1_000);
    StringBuilder csv = new StringBuilder("id,n,filler\n");
    for (int row = 0; row < rows; row++) {
      String id = row == rows - 10 ? "3999x" : String.valueOf(row);
      csv.append(id).append(",1,").append(filler).append('\n');
    }
    Files.writeString(file(0), csv);
    Path mapping = Files.writeString(directory.resolve("mapping.yaml"), "columns: [id, n]\n");
    String[] options = {"--quotedLineBreaks=false", "--mapping=" + mapping};
    Launched failed = transfer(options[0], options[1], "--targetParallelism=2");
    assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
    assertThat(rows()).isPositive();
    Files.writeString(file(0), csv.toString().replace("3999x", "39990"));

    Launched resumed = transfer(options[0], options[1], "--targetParallelism=4", "--resume");

    assertThat(resumed.exitCode()).as("%s", resumed).isEqualTo(ExitCode.DONE);
    assertThat(database.query("SELECT count(*) || ' ' || count(DISTINCT id) FROM resumed"))
        .containsExactly("40000 40000");
  }
}
