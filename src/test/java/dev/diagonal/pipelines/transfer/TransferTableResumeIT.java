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

/** Interrupted transfers from a table to a table, and runs with {@code --resume} after them. */
@ExtendWith(PostgresExtension.class)
final class TransferTableResumeIT {

  private static final int ROWS = 200_000;

  private final Path directory;
  private final EdgeDatabase database;

  TransferTableResumeIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  /** One reader reads the source in four ranges, each of 50,000 rows. */
  @BeforeEach
  void createTables() throws SQLException {
    database.execute(
        """
        DROP SCHEMA IF EXISTS diagonal CASCADE;
        DROP TABLE IF EXISTS goods, goods_copy CASCADE;
        CREATE TABLE goods (id bigint PRIMARY KEY, n int);
        INSERT INTO goods SELECT i, 1 FROM generate_series(1, %d) AS i;
        CREATE TABLE goods_copy (id bigint PRIMARY KEY, n int);
        """
            .formatted(ROWS));
  }

  private List<String> options(String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "transfer",
                "--from=jdbc:goods",
                "--to=jdbc:goods_copy",
                "--runner=DirectRunner",
                "--targetParallelism=1",
                "--commitRows=10000",
                "--jdbcUrl=" + database.postgres().jdbcUrl(),
                "--jdbcUser=" + database.postgres().user()));
    options.addAll(List.of(more));
    return options;
  }

  private Launched transfer(String... more) {
    return Launched.with(Main.COMMANDS, options(more).toArray(String[]::new));
  }

  private void assertRefused(String why, String... more) {
    Launched refused = transfer(more);
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", refused.err())).contains(why);
  }

  /** Kills a run in its second range. */
  private void killInSecondRange() throws Exception {
    TableGate gate = TableGate.behind(database, "goods_copy", 7);
    try (Connection closed = gate.close()) {
      try (CommandJvm killed = CommandJvm.start(directory, options("--key=id", "--resume"))) {
        assertThat(
                Eventually.within(
                    Duration.ofMinutes(2),
                    () -> database.numberNow("SELECT count(*) FROM goods_copy") == 70_000))
            .as(killed.said())
            .isTrue();
        gate.awaitOne();
      }
      closed.rollback();
    }
    database.execute("DROP TRIGGER pass_gate ON goods_copy");
  }

  @Test
  void missingRangesAreWrittenAsTheyAreNow() throws Exception {
    killInSecondRange();
    long first = database.number("SELECT min(id) FROM goods_copy");
    database.execute("UPDATE goods SET n = 2");

    Launched resumed = transfer("--key=id", "--resume");

    assertThat(resumed.exitCode()).as("%s", resumed).isEqualTo(ExitCode.DONE);
    assertThat(resumed.out())
        .anyMatch(
            line ->
                line.matches(
                    ".*has written [0-9,]+ rows of 1 of 4 ranges at an earlier moment than this one"));
    assertThat(first).isPositive();
    assertThat(
            database.query(
                "SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || count(*) FILTER (WHERE n = 1) FROM goods_copy"))
        .containsExactly("%1$d %1$d %2$d".formatted(ROWS, finishedRows(resumed)));
    assertThat(database.number("SELECT count(*) FROM diagonal.transfers")).isZero();
    assertThat(database.number("SELECT count(*) FROM diagonal.ledger")).isZero();
  }

  private static long finishedRows(Launched resumed) {
    return resumed.out().stream()
        .filter(line -> line.contains("at an earlier moment"))
        .map(line -> line.replaceFirst(".*has written ([0-9,]+) rows.*", "$1").replace(",", ""))
        .mapToLong(Long::parseLong)
        .sum();
  }

  @Test
  void aRunWithoutResumeStartsFromTheBeginning() throws Exception {
    database.execute("ALTER TABLE goods_copy ADD CHECK (id <> 70000)");
    Launched failed = transfer("--key=id", "--resume");
    assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
    assertThat(database.number("SELECT count(*) FROM diagonal.ledger WHERE range LIKE 'finished%'"))
        .isPositive();
    database.execute("ALTER TABLE goods_copy DROP CONSTRAINT goods_copy_id_check");
    database.execute("UPDATE goods SET n = 2");

    Launched again = transfer("--key=id");

    assertThat(again.exitCode()).as("%s", again).isEqualTo(ExitCode.DONE);
    assertThat(database.number("SELECT count(*) FROM goods_copy WHERE n = 2")).isEqualTo(ROWS);
    database.execute("UPDATE goods SET n = 3");
    Launched later = transfer("--key=id", "--resume");
    assertThat(later.exitCode()).as("%s", later).isEqualTo(ExitCode.DONE);
    assertThat(database.number("SELECT count(*) FROM goods_copy WHERE n = 3")).isEqualTo(ROWS);
  }

  @Test
  void anAllOrNothingTransferStartsOver() throws Exception {
    Launched launched = transfer("--resume", "--transaction=all");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).anyMatch(line -> line.contains("has written nothing to the tables"));
    assertThat(database.number("SELECT count(*) FROM goods_copy")).isEqualTo(ROWS);
  }

  @Test
  void whatCannotBeResumedIsRefused() throws Exception {
    assertRefused("--key for an upsert", "--resume");
    assertRefused("a row whose range key changes", "--resume", "--key=id", "--rangeKey=n");
    assertRefused("--verify", "--resume", "--key=id", "--verify=true");
    assertRefused("--key for an upsert", "--resume", "--key=id", "--mode=ignore");
    assertThat(database.number("SELECT count(*) FROM goods_copy")).isZero();
  }

  /** Otherwise the finished ranges would have the rows of the earlier query, filter or key. */
  @Test
  void refusesResumeWithOtherQueryFilterOrKey() throws Exception {
    database.execute(
        "ALTER TABLE goods_copy DROP CONSTRAINT goods_copy_pkey, ADD PRIMARY KEY (id, n), ADD CHECK (id <> 70000)");
    Path filter = Files.writeString(directory.resolve("filter.yaml"), "filter: [id <> 3]\n");
    String[] first = {"--query=SELECT id, n FROM goods", "--key=id,n", "--resume"};
    assertThat(fromQuery(first).exitCode()).isEqualTo(ExitCode.FAILED);

    for (String[] changed :
        new String[][] {
          {"--query=SELECT id, n FROM goods WHERE id <> 3", "--key=id,n", "--resume"},
          {first[0], "--key=id,n", "--resume", "--rangeKey=n"},
          {first[0], "--key=id,n", "--resume", "--mapping=" + filter},
        }) {
      Launched refused = fromQuery(changed);
      assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
      assertThat(String.join("\n", refused.err())).contains("start without --resume");
    }
    database.execute("ALTER TABLE goods_copy DROP CONSTRAINT goods_copy_id_check");
    assertThat(fromQuery(first).exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(database.number("SELECT count(*) FROM goods_copy")).isEqualTo(ROWS);
  }

  private Launched fromQuery(String... more) {
    List<String> options = options(more);
    options.replaceAll(option -> option.equals("--from=jdbc:goods") ? "--from=jdbc:" : option);
    return Launched.with(Main.COMMANDS, options.toArray(String[]::new));
  }
}
