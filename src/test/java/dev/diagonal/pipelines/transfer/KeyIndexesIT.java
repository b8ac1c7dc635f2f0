package dev.diagonal.pipelines.transfer;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The indexes that a key may have: each serves, or is refused with its reason. */
@ExtendWith(PostgresExtension.class)
final class KeyIndexesIT {

  private static final String UPSERT = "--key=k";
  private static final String UPSERT_AT_ONCE = "--key=k --transaction=all";
  private static final String IGNORE = "--key=k --mode=ignore";
  private static final String INSERT_AT_ONCE = "--transaction=all";

  private final Path directory;
  private final EdgeDatabase database;

  KeyIndexesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  /** A table with the row {@code a=old}, into which {@code a=1}, {@code a=2} and {@code b=3} go. */
  private Launched load(String index, String csv, String options) throws Exception {
    database.execute(
        """
        DROP SCHEMA IF EXISTS keys CASCADE; CREATE SCHEMA keys;
        CREATE COLLATION keys.any_case (provider = icu, locale = 'und-u-ks-level2',
          deterministic = false);
        CREATE TABLE keys.t (k text, v text); INSERT INTO keys.t VALUES ('a', 'old');
        """
            + index);
    Files.deleteIfExists(badRecords());
    Path file = Files.writeString(directory.resolve("in.csv"), "k,v\n" + csv.replace(';', '\n'));
    List<String> args = new ArrayList<>(List.of("transfer", "--from=csv:" + file));
    args.add("--to=jdbc:keys.t");
    args.add("--types=k:text,v:text");
    args.add("--badRecords=" + badRecords());
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + database.postgres().user());
    if (!options.isEmpty()) {
      args.addAll(List.of(options.split(" ")));
    }
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private Path badRecords() {
    return directory.resolve("bad.jsonl");
  }

  private void assertHolds(Launched launched, String rows, int bad) throws Exception {
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(
            database.query("SELECT string_agg(concat(k, '=', v), ' ' ORDER BY k, v) FROM keys.t"))
        .as("%s", launched)
        .containsExactly(rows);
    assertThat(Files.readAllLines(badRecords())).as("%s", launched).hasSize(bad);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER TABLE keys.t ADD PRIMARY KEY (k)",
        "CREATE UNIQUE INDEX u ON keys.t (k)",
        "CREATE UNIQUE INDEX u ON keys.t (k) NULLS NOT DISTINCT",
        "CREATE UNIQUE INDEX u ON keys.t (k DESC NULLS FIRST) INCLUDE (v)",
        "CREATE UNIQUE INDEX u ON keys.t (k) WHERE true; CREATE UNIQUE INDEX w ON keys.t (k)"
      })
  void wholeUniqueIndexesServe(String index) throws Exception {
    String rows = "a,1;a,2;b,3;";
    assertHolds(load(index, rows, UPSERT), "a=2 b=3", 0);
    assertHolds(load(index, rows, UPSERT_AT_ONCE), "a=2 b=3", 0);
    assertHolds(load(index, rows, IGNORE), "a=old b=3", 0);
    assertHolds(load(index, rows, ""), "a=old b=3", 2);
    assertHolds(load(index, rows, INSERT_AT_ONCE), "a=old b=3", 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CREATE UNIQUE INDEX u ON keys.t (k) WHERE v <> '' | keys.u is partial (WHERE",
        "CREATE UNIQUE INDEX u ON keys.t (lower(k)) | keys.u is on an expression",
        "ALTER TABLE keys.t ADD CONSTRAINT u UNIQUE (k) DEFERRABLE | keys.u is deferrable",
        "CREATE UNIQUE INDEX u ON keys.t (k, v) | no primary key or unique index on (k)",
        "CREATE INDEX u ON keys.t (k) | no primary key or unique index on (k)"
      })
  void otherIndexesAreRefusedAsKeys(String index, String reason) throws Exception {
    for (String options : List.of(UPSERT, UPSERT_AT_ONCE, IGNORE)) {
      Launched launched = load(index, "a,1;b,3;", options);
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
      assertThat(String.join("\n", launched.err()))
          .contains("no primary key or unique index on (k)", reason)
          .doesNotContain("\tat ");
      assertThat(database.query("SELECT v FROM keys.t")).containsExactly("old");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // A row that the condition leaves out is free; the others are unique.
        "CREATE UNIQUE INDEX u ON keys.t (k) WHERE v <> 'free' | a,free;a,2;b,3; | a=free a=old b=3 | 1",
        "CREATE UNIQUE INDEX u ON keys.t (lower(k)) | A,1;b,2;B,3; | a=old b=2 | 2",
        "CREATE UNIQUE INDEX u ON keys.t (k) | ,1;,2;b,3; | a=old b=3 =1 =2 | 0",
        "CREATE UNIQUE INDEX u ON keys.t (k) NULLS NOT DISTINCT | ,1;,2;b,3; | a=old b=3 =1 | 1",
        "ALTER TABLE keys.t ADD UNIQUE (k) DEFERRABLE INITIALLY DEFERRED | a,1;b,3; | a=old b=3 | 1",
        "ALTER TABLE keys.t ALTER k TYPE text COLLATE keys.any_case, ADD UNIQUE (k)"
            + " | A,1;b,2;B,3; | a=old b=2 | 2"
      })
  void insertsObeyEveryIndex(String index, String csv, String rows, int bad) throws Exception {
    assertHolds(load(index, csv, ""), rows, bad);
    assertHolds(load(index, csv, INSERT_AT_ONCE), rows, bad);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CREATE UNIQUE INDEX u ON keys.t (k) | ''",
        "CREATE UNIQUE INDEX u ON keys.t (k) NULLS NOT DISTINCT | INSERT INTO keys.t VALUES (NULL, 'n')"
      })
  void nullKeysAreBadRecords(String index, String more) throws Exception {
    String there = more.isEmpty() ? "" : " =n";
    for (String options : List.of(UPSERT, UPSERT_AT_ONCE)) {
      assertHolds(load(index + ";" + more, "a,1;,2;b,3;", options), "a=1 b=3" + there, 1);
      assertThat(Files.readString(badRecords())).contains("must not be null", "line 3");
    }
    assertHolds(load(index + ";" + more, "a,1;,2;b,3;", IGNORE), "a=old b=3" + there, 1);
  }

  @Test
  void collationDecidesWhichKeysAreEqual() throws Exception {
    String index = "ALTER TABLE keys.t ALTER k TYPE text COLLATE keys.any_case, ADD UNIQUE (k)";
    String rows = "B,4;b,2;A,3;";
    assertHolds(load(index, rows, UPSERT), "a=3 b=2", 0);
    assertHolds(load(index, rows, UPSERT_AT_ONCE), "a=3 b=2", 0);
    assertHolds(load(index, rows, IGNORE), "a=old B=4", 0);
  }

  @Test
  void secondUniqueIndexViolationsAreBadRecords() throws Exception {
    String index =
        "ALTER TABLE keys.t ADD PRIMARY KEY (k); CREATE UNIQUE INDEX u ON keys.t (lower(k))";
    String rows = "A,1;a,2;b,3;";
    assertHolds(load(index, rows, UPSERT), "a=2 b=3", 1);
    assertHolds(load(index, rows, UPSERT_AT_ONCE), "a=2 b=3", 1);
    assertHolds(load(index, rows, IGNORE), "a=old b=3", 1);
  }
}
