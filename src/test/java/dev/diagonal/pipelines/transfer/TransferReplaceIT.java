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
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A replacement changes all rows of its table, and no others. */
@ExtendWith(PostgresExtension.class)
final class TransferReplaceIT {

  private static final String ROOT =
      """
      DROP SCHEMA IF EXISTS swap CASCADE;
      CREATE SCHEMA swap;
      CREATE TABLE swap.root (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
      CREATE TABLE swap.part1 PARTITION OF swap.root FOR VALUES FROM (0) TO (10);
      CREATE TABLE swap.part2 PARTITION OF swap.root FOR VALUES FROM (10) TO (20);
      CREATE TABLE swap.one (id int PRIMARY KEY, v text);
      INSERT INTO swap.root VALUES (1, 'old'), (11, 'old');
      INSERT INTO swap.one VALUES (1, 'old'), (2, 'old');
      """;

  private final Path directory;
  private final EdgeDatabase database;

  TransferReplaceIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createTables() throws Exception {
    database.execute(ROOT);
    Files.writeString(directory.resolve("in.csv"), "id,v\n1,new\n");
  }

  private Launched replace(String table, String... more) {
    return replaceAs(database.postgres().user(), table, more);
  }

  private Launched replaceAs(String user, String table, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "transfer",
                "--from=csv:" + directory.resolve("in.csv"),
                "--to=jdbc:" + table,
                "--mode=replace",
                "--transaction=all",
                "--jdbcUrl=" + database.postgres().jdbcUrl(),
                "--jdbcUser=" + user));
    args.addAll(List.of(more));
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private static void assertRefused(Launched launched, String... why) {
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", launched.err())).contains(why);
  }

  private List<String> rows(String table) throws SQLException {
    return database.query("SELECT id || coalesce(v, '') FROM %s ORDER BY 1".formatted(table));
  }

  @ParameterizedTest
  @CsvSource({
    "root, part1, CASCADE",
    "root, part1, SET NULL",
    "root, part1, SET DEFAULT",
    "part2, root, CASCADE",
    "part2, root, SET NULL",
    "root, root, CASCADE"
  })
  void keysOfPartitionsLoseNoRows(String referred, String target, String action) throws Exception {
    database.execute(
        "CREATE TABLE swap.kid (id int REFERENCES swap.%s ON DELETE %s)"
            .formatted(referred, action));
    database.execute("INSERT INTO swap.kid VALUES (%s)".formatted(target.equals("part1") ? 1 : 11));

    assertRefused(replace("swap." + target), "rows of table swap.kid");

    assertThat(database.number("SELECT count(id) FROM swap.kid")).isEqualTo(1);
    assertThat(rows("swap.root")).containsExactly("11old", "1old");
  }

  @Test
  void partitionsOfItselfMayReferToEachOther() throws Exception {
    database.execute(
        "ALTER TABLE swap.root ADD up int REFERENCES swap.root ON DELETE CASCADE; UPDATE swap.root SET up = 1");

    assertRefused(replace("swap.part1"), "rows of table swap.root");
    assertThat(rows("swap.root")).containsExactly("11old", "1old");

    assertDone(replace("swap.root"));
    assertThat(rows("swap.root")).containsExactly("1new");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--dryRun", "--blockRows=100"})
  void heirsLoseNoRows(String how) throws Exception {
    database.execute(
        "CREATE TABLE swap.heir () INHERITS (swap.one); INSERT INTO swap.heir VALUES (3, 'old')");

    assertRefused(replace("swap.one", how), "table swap.heir inherits from it", "NO INHERIT");

    assertThat(rows("swap.one")).containsExactly("1old", "2old", "3old");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--dryRun", "--blockRows=100"})
  void hiddenRowsAreNotLeft(String how) throws Exception {
    database.execute(
        """
        DO $$ BEGIN
          IF to_regrole('swapper') IS NULL THEN CREATE ROLE swapper LOGIN PASSWORD '%s'; END IF;
        END $$;
        GRANT USAGE ON SCHEMA swap TO swapper;
        GRANT ALL ON swap.one TO swapper;
        ALTER TABLE swap.one ENABLE ROW LEVEL SECURITY;
        CREATE POLICY first_row ON swap.one USING (id = 1);
        """
            .formatted(LocalPostgres.passwordOfThisProcess()));

    assertRefused(
        replaceAs("swapper", "swap.one", how), "row-level security applies to user swapper");

    assertThat(rows("swap.one")).containsExactly("1old", "2old");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE RULE keep AS ON DELETE TO swap.one DO INSTEAD NOTHING",
        """
        CREATE FUNCTION swap.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER keep BEFORE DELETE ON swap.one FOR EACH ROW EXECUTE FUNCTION swap.keep()"""
      })
  void rowsThatAreKeptFailTheRun(String keep) throws Exception {
    database.execute("DELETE FROM swap.one WHERE id = 1; " + keep);

    assertRefused(replace("swap.one"), "table swap.one", "rows are left", "DISABLE TRIGGER");

    assertThat(rows("swap.one")).containsExactly("2old");
  }
}
