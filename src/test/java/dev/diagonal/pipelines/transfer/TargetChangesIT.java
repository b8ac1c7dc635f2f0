package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
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
import org.junit.jupiter.params.provider.ValueSource;

/** What the summary of a transfer says of the rows of its target. */
@ExtendWith(PostgresExtension.class)
final class TargetChangesIT {

  private static final int ROWS = 20_000;
  private static final int KEYS = 18_756;

  private final Path directory;
  private final EdgeDatabase database;

  TargetChangesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createSchema() throws Exception {
    database.execute(
        "DROP SCHEMA IF EXISTS app CASCADE; CREATE SCHEMA app;"
            + " CREATE TABLE app.t (id bigint PRIMARY KEY, v bigint)");
  }

  @Test
  void upsertsDistinguishNewChangedAndReplacedRows() throws Exception {
    Path rows = rows();
    assertThat(target(load(rows, "--key=id")))
        .endsWith(" (18,756 new, 1,244 replaced by later ones of the same key)");
    assertThat(target(load(rows, "--key=id")))
        .endsWith(" (0 new, 18,756 changed, 1,244 replaced by later ones of the same key)");
    database.execute("DELETE FROM app.t WHERE id < 100");
    assertThat(target(load(rows, "--key=id", "--commitRows=7000")))
        .contains(" (100 new, 19,900 changed)");
    assertThat(database.number("SELECT count(*) FROM app.t")).isEqualTo(KEYS);
  }

  @Test
  void ignoreLeavesExistingRowsUnchanged() throws Exception {
    Path rows = rows();
    database.execute("INSERT INTO app.t SELECT n, -1 FROM generate_series(0, 9999) AS n");
    assertThat(target(load(rows, "--key=id", "--mode=ignore")))
        .endsWith(" (8,756 new, 11,244 unchanged)");
  }

  @Test
  void refusedRowsAreApart() throws Exception {
    database.execute("ALTER TABLE app.t ADD CHECK (id <> 7)");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched = load(rows(), "--key=id", "--badRecords=" + bad);
    assertThat(launched.out().get(0)).contains(" 2 bad, ");
    // Rows that are sifted are not counted apart: nothing is pretended.
    assertThat(target(launched)).contains("19,998 rows").doesNotContain("(");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bigint", "numeric"})
  void rowsThatATriggerDropsAreNotNew(String type) throws Exception {
    database.execute(
        """
        ALTER TABLE app.t ALTER id TYPE %s;
        CREATE FUNCTION app.drop_odd() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN IF NEW.id %% 2 = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE TRIGGER drop_odd BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.drop_odd()
        """
            .formatted(type));
    Path rows = Files.writeString(directory.resolve("few.csv"), "id,v\n1,1\n2,2\n3,3\n2,4\n");
    assertThat(target(load(rows, "--key=id")))
        .endsWith(
            " (1 new, 1 replaced by later ones of the same key, 2 dropped by a trigger of the table)");
    Path other = Files.writeString(directory.resolve("other.csv"), "id,v\n5,1\n6,2\n");
    assertThat(target(load(other, "--mode=insert")))
        .endsWith(" (1 new, 1 dropped by a trigger of the table)");
    assertThat(database.query("SELECT id || ':' || v FROM app.t ORDER BY 1"))
        .containsExactly("2:4", "6:2");
  }

  @Test
  void droppedRowsOfAPublicationAreReported() throws Exception {
    dropOddIds();
    Path rows = Files.writeString(directory.resolve("few.csv"), "id,v\n1,1\n2,2\n3,3\n2,4\n");
    for (String mode : List.of("--mode=upsert", "--mode=replace")) {
      assertThat(load(rows, "--key=id", "--transaction=all", mode).err())
          .as(mode)
          .anyMatch(
              line -> line.contains("table app.t: a trigger or a rule of it dropped 2 row(s)"));
    }
    Path even = Files.writeString(directory.resolve("even.csv"), "id,v\n2,1\n2,2\n");
    assertThat(load(even, "--key=id", "--transaction=all").err())
        .noneMatch(line -> line.contains("dropped"));
  }

  @Test
  void droppedRowsAreNotUnchanged() throws Exception {
    dropOddIds();
    Path rows = Files.writeString(directory.resolve("few.csv"), "id,v\n1,1\n2,2\n");
    assertThat(target(load(rows, "--key=id", "--mode=ignore")))
        .endsWith(
            " (1 new, 1 of unknown effect, as a trigger or a rule of the table may drop rows)");
    Path even = Files.writeString(directory.resolve("even.csv"), "id,v\n4,1\n");
    assertThat(target(load(even, "--key=id", "--mode=ignore"))).endsWith(" (1 new)");
  }

  @Test
  void rowsThatMayBeDroppedAreUncertain() throws Exception {
    dropOddIds();
    database.execute("ALTER TABLE app.t ADD CHECK (v <> 4)");
    Path rows = Files.writeString(directory.resolve("few.csv"), "id,v\n1,1\n2,2\n3,3\n4,4\n");
    String bad = "--badRecords=" + directory.resolve("bad.jsonl");
    assertThat(target(load(rows, "--key=id", bad)))
        .contains(" 3 rows ")
        .endsWith(" (3 of unknown effect, as a trigger or a rule of the table may drop rows)");
    for (String mode : List.of("--mode=upsert", "--mode=replace")) {
      Launched launched = load(rows, "--key=id", "--transaction=all", mode, bad);
      assertThat(launched.err())
          .as(mode)
          .anyMatch(
              line -> line.contains("table app.t: a trigger or a rule of it may have dropped"));
      assertThat(launched.out())
          .as(mode)
          .anyMatch(line -> line.matches(" +bad records +1 rows .*"));
    }
  }

  @Test
  void rowsThatAViewDropsAreReported() throws Exception {
    database.execute(
        """
        CREATE VIEW app.v AS SELECT id, v, 1 AS one FROM app.t;
        CREATE FUNCTION app.drop_odd() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN IF NEW.id % 2 = 1 THEN RETURN NULL; END IF;
          INSERT INTO app.t VALUES (NEW.id, NEW.v); RETURN NEW; END $$;
        CREATE TRIGGER i INSTEAD OF INSERT ON app.v FOR EACH ROW EXECUTE FUNCTION app.drop_odd()
        """);
    Path rows = Files.writeString(directory.resolve("few.csv"), "id,v\n1,1\n2,2\n3,3\n");
    assertThat(load(rows, "--to=jdbc:app.v", "--transaction=all").err())
        .anyMatch(line -> line.contains("table app.v: a trigger or a rule of it dropped 2 row(s)"));
    assertThat(database.query("SELECT id || ':' || v FROM app.t")).containsExactly("2:2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--mode=insert", "--mode=upsert", "--transaction=all"})
  void rowsThatATriggerRefusesAreBad(String how) throws Exception {
    database.execute(
        """
        CREATE FUNCTION app.check_v() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN IF NEW.v = 3 THEN RAISE EXCEPTION 'three is refused'; END IF; RETURN NULL; END $$;
        CREATE TRIGGER c AFTER INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.check_v()
        """);
    Path rows = Files.writeString(directory.resolve("few.csv"), "id,v\n1,1\n2,2\n3,3\n4,4\n");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched = load(rows, "--key=id", how, "--badRecords=" + bad);
    assertThat(launched.out().get(0)).contains(" 1 bad, ");
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("line 4", "three is refused");
    assertThat(database.query("SELECT id FROM app.t ORDER BY id")).containsExactly("1", "2", "4");
  }

  private void dropOddIds() throws SQLException {
    database.execute(
        """
        CREATE FUNCTION app.drop_odd() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN IF NEW.id % 2 = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE TRIGGER drop_odd BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.drop_odd()
        """);
  }

  /** Rows whose last 1,244 have the keys of the first ones. */
  private Path rows() throws IOException {
    StringBuilder text = new StringBuilder("id,v\n");
    for (int i = 0; i < ROWS; i++) {
      text.append(i % KEYS).append(',').append(i).append('\n');
    }
    return Files.writeString(directory.resolve("rows.csv"), text);
  }

  private static String target(Launched launched) {
    return launched.out().stream()
        .filter(line -> line.contains(" table app."))
        .findFirst()
        .orElse("");
  }

  private Launched load(Path file, String... options) {
    List<String> args = new ArrayList<>(List.of("transfer", "--from=csv:" + file));
    if (!String.join(" ", options).contains("--to=")) {
      args.add("--to=jdbc:app.t");
    }
    args.add("--runner=DirectRunner");
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + database.postgres().user());
    args.addAll(List.of(options));
    Launched launched = Launched.with(Main.COMMANDS, args.toArray(String[]::new));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    return launched;
  }
}
