package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Transfers with {@code --indexes=after}. */
@ExtendWith(PostgresExtension.class)
final class TransferKeysAfterIT {

  private static final String KEYS =
      "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('%s') AND contype = 'p'";

  private final Path directory;
  private final EdgeDatabase database;

  TransferKeysAfterIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void dropTables() throws Exception {
    database.execute("DROP TABLE IF EXISTS keyed_late, keyed_too");
  }

  private Launched load(String csv, String to, String... more) throws Exception {
    Path file = Files.writeString(directory.resolve("in.csv"), csv);
    List<String> args =
        new ArrayList<>(
            List.of(
                "transfer",
                "--from=csv:" + file,
                "--to=" + to,
                "--key=id",
                "--indexes=after",
                "--jdbcUrl=" + database.postgres().jdbcUrl(),
                "--jdbcUser=" + database.postgres().user()));
    args.addAll(List.of(more));
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  @Test
  void createdTablesGetTheirKeysAfterTheirRows() throws Exception {
    String to = "jdbc:keyed_late,jdbc:keyed_too";
    assertDone(load("id,name\n1,a\n2,b\n", to, "--mode=insert", "--verify=true"));
    for (String table : List.of("keyed_late", "keyed_too")) {
      assertThat(database.query(KEYS.formatted(table))).containsExactly("PRIMARY KEY (id)");
      assertThat(database.number("SELECT count(*) FROM " + table)).isEqualTo(2);
    }
  }

  @Test
  void reportsFailedKeyWithItsStatement() throws Exception {
    Launched launched = load("id,name\n1,a\n2,b\n1,c\n", "jdbc:keyed_late", "--mode=insert");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", launched.err()))
        .contains("All rows are committed, but the table has no primary key")
        .contains("ALTER TABLE \"keyed_late\" ADD PRIMARY KEY (\"id\")")
        .contains(
            "3 rows are committed to table keyed_late, and no row is missing; the same command with --resume only finishes the transfer");
    assertThat(database.number("SELECT count(*) FROM keyed_late")).isEqualTo(3);
    database.execute("DELETE FROM keyed_late WHERE name = 'c'");
    // The rows are in the ledger, so that only the key is missing.
    assertDone(load("id,name\n1,a\n2,b\n1,c\n", "jdbc:keyed_late", "--mode=insert", "--resume"));
    assertThat(database.query(KEYS.formatted("keyed_late"))).containsExactly("PRIMARY KEY (id)");
    assertThat(database.number("SELECT count(*) FROM keyed_late")).isEqualTo(2);
  }

  @Test
  void resumesAfterKeyIsCreatedManually() throws Exception {
    String csv = "id,name\n1,a\n2,b\n1,c\n";
    Launched launched = load(csv, "jdbc:keyed_late", "--mode=insert");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    database.execute("DELETE FROM keyed_late WHERE name = 'c'");
    database.execute("ALTER TABLE keyed_late ADD PRIMARY KEY (id)");
    Launched look = load(csv, "jdbc:keyed_late", "--mode=insert", "--resume", "--dryRun");
    assertThat(look.exitCode()).as("%s", look).isEqualTo(ExitCode.DONE);
    assertDone(load(csv, "jdbc:keyed_late", "--mode=insert", "--resume"));
    assertThat(database.number("SELECT count(*) FROM keyed_late")).isEqualTo(2);
  }

  @Test
  void rowsWithoutAKeyValueAreDeadLetters() throws Exception {
    Path bad = directory.resolve("bad.jsonl");
    assertDone(
        load("id,name\n1,a\n,b\n", "jdbc:keyed_late", "--mode=insert", "--badRecords=" + bad));
    assertThat(Files.readAllLines(bad)).hasSize(1);
    assertThat(database.query(KEYS.formatted("keyed_late"))).containsExactly("PRIMARY KEY (id)");
  }

  @Test
  void anExistingTableKeepsItsIndexes() throws Exception {
    database.execute("CREATE TABLE keyed_late (id bigint, name text)");
    Launched launched = load("id,name\n1,a\n", "jdbc:keyed_late", "--mode=insert");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(database.query(KEYS.formatted("keyed_late"))).isEmpty();
    database.execute("ALTER TABLE keyed_late ADD PRIMARY KEY (id)");
    assertDone(load("id,name\n1,a\n", "jdbc:keyed_late", "--mode=insert"));
  }

  @Test
  void whatNeedsTheKeyBeforeIsRefused() throws Exception {
    for (String option : List.of("--mode=upsert", "--mode=ignore", "--mode=delete")) {
      assertRefused(
          "--indexes=after needs --mode=insert", load("id\n1\n", "jdbc:keyed_late", option));
    }
    assertRefused(
        "--indexes has no effect without --to=jdbc:",
        load("id\n1\n", "csv:" + directory + "/out.csv"));
    assertRefused(
        "--indexes=after cannot be combined with --transaction=all",
        load("id\n1\n", "jdbc:keyed_late", "--mode=insert", "--transaction=all"));
  }

  private static void assertRefused(String why, Launched launched) {
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", launched.err())).contains(why);
  }
}
