package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.internal.transfer.source.SnapshotKeeper;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.TableGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transfers that read only what is new since the last one. */
@ExtendWith(PostgresExtension.class)
final class TransferIncrementalIT {

  private static final String SAME =
      """
      SELECT count(*) FROM (TABLE news EXCEPT TABLE news_copy) AS missing
      """;

  private final Path directory;
  private final EdgeDatabase database;

  TransferIncrementalIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void dropTables() throws SQLException {
    database.execute(
        "DROP SCHEMA IF EXISTS diagonal CASCADE; DROP TABLE IF EXISTS news, news_copy CASCADE");
  }

  /** A hundred rows, the last one an hour old and each other one an hour older than the next. */
  private void createNews() throws SQLException {
    database.execute(
        """
        CREATE TABLE news (id bigint PRIMARY KEY, word text, changed timestamptz);
        INSERT INTO news SELECT i, 'w' || i, now() - (101 - i) * interval '1 hour'
          FROM generate_series(1, 100) AS i;
        """);
  }

  private List<String> options(String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "transfer",
                "--from=jdbc:news",
                "--to=jdbc:news_copy",
                "--key=id",
                "--incrementalColumn=changed",
                "--summary=" + directory.resolve("summary.json"),
                "--jdbcUrl=" + database.postgres().jdbcUrl(),
                "--jdbcUser=" + database.postgres().user()));
    options.addAll(List.of(more));
    return options;
  }

  private Launched transfer(String... more) {
    return Launched.with(Main.COMMANDS, options(more).toArray(String[]::new));
  }

  /** Runs a transfer and returns how many rows it has read. */
  private long read(String... more) throws IOException, SQLException {
    Launched launched = transfer(more);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(database.number(SAME)).as("%s", launched).isZero();
    return new ObjectMapper()
        .readTree(directory.resolve("summary.json").toFile())
        .path("rows_read")
        .asLong();
  }

  private void assertRefused(String why, String... more) {
    Launched refused = transfer(more);
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", refused.err())).contains(why);
  }

  @Test
  void refusedRowIsReadAgain() throws Exception {
    createNews();
    database.execute(
        "CREATE TABLE news_copy (LIKE news INCLUDING ALL, CONSTRAINT good CHECK (word <> 'w50'))");
    Launched launched = transfer("--badRecords=" + directory.resolve("bad.jsonl"));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).anyMatch(line -> line.contains("changed stays where it was"));
    database.execute("ALTER TABLE news_copy DROP CONSTRAINT good");
    assertThat(read()).isEqualTo(100); // and has checked that no row is missing
  }

  @Test
  void onlyNewRowsAreRead() throws Exception {
    createNews();
    assertThat(read()).isEqualTo(100);
    database.execute(
        "UPDATE news SET word = 'new', changed = now() WHERE id IN (3, 50); INSERT INTO news VALUES (101, 'x', now())");

    // With the row at the mark, which may have got others since.
    assertThat(read()).isEqualTo(4);
    database.execute("UPDATE news SET word = 'newer', changed = now() WHERE id = 7");
    assertThat(read("--incrementalOverlap=0s")).isEqualTo(4);
    assertThat(read("--incrementalOverlap=0s")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "bigint, i, --incrementalOverlap=10, 11",
    "int, i * 2, --incrementalOverlap=10, 6",
    "date, date '2026-01-01' + i::int, --incrementalOverlap=2d, 3",
    "timestamp, timestamp '2026-01-01' + i * interval '1 minute', --incrementalOverlap=120s, 3",
  })
  void columnsOfTheseTypesAreMarks(String type, String value, String overlap, long again)
      throws Exception {
    database.execute(
        "CREATE TABLE news (id bigint PRIMARY KEY, changed %s); INSERT INTO news SELECT i, %s FROM generate_series(1, 100) AS i"
            .formatted(type, value));

    assertThat(read(overlap)).isEqualTo(100);
    assertThat(read(overlap)).isEqualTo(again);
  }

  /** Its rows have the time at which the transaction began. */
  @Test
  void aTransactionThatCommitsLateIsNotMissed() throws Exception {
    createNews();
    try (Connection late = database.connect();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute("INSERT INTO news VALUES (200, 'late', now())");
      database.execute("INSERT INTO news VALUES (201, 'early', clock_timestamp())");
      assertThat(read("--incrementalOverlap=0s")).isEqualTo(101);
      late.commit();
    }

    assertThat(read("--incrementalOverlap=0s")).isEqualTo(2);
  }

  @Test
  void overlapIncludesNumberCommittedLate() throws Exception {
    database.execute(
        "CREATE TABLE news (id bigint PRIMARY KEY, changed bigint); INSERT INTO news SELECT i, i FROM generate_series(1, 100) AS i");
    try (Connection late = database.connect();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute("INSERT INTO news VALUES (101, 101)");
      database.execute("INSERT INTO news VALUES (102, 102)");
      assertThat(read("--incrementalOverlap=5")).isEqualTo(101);
      late.commit();
    }

    assertThat(read("--incrementalOverlap=5")).isEqualTo(6);
  }

  @Test
  void aKilledRunDoesNotMoveTheMark() throws Exception {
    createNews();
    assertThat(read()).isEqualTo(100);
    database.execute(
        "INSERT INTO news SELECT i, 'many', now() FROM generate_series(1000, 5999) AS i");
    TableGate gate = TableGate.behind(database, "news_copy", 2);
    try (Connection closed = gate.close()) {
      try (CommandJvm killed = CommandJvm.start(directory, options("--commitRows=1000"))) {
        gate.awaitOne();
        killed.kill();
      }
      closed.rollback();
    }
    assertThat(database.number(SAME)).isPositive();

    assertThat(read()).isEqualTo(5_001);
  }

  @Test
  void rowsWithoutAValueAreReadEachTime() throws Exception {
    createNews();
    database.execute("UPDATE news SET changed = NULL WHERE id <= 10");
    assertThat(read()).isEqualTo(100);
    database.execute("UPDATE news SET word = 'other' WHERE id = 5");

    Launched again = transfer();

    assertThat(again.out())
        .anyMatch(
            line -> line.contains("10 rows have no changed: they are read by every transfer"));
    assertThat(database.number(SAME)).isZero();
  }

  /** Otherwise all rows until that date would be missed. */
  @Test
  void futureValuesDoNotMoveMark() throws Exception {
    createNews();
    database.execute(
        "UPDATE news SET changed = 'infinity' WHERE id = 1; UPDATE news SET changed = '2099-01-01' WHERE id = 2");
    assertThat(read()).isEqualTo(100);
    database.execute("UPDATE news SET word = 'today', changed = now() WHERE id = 9");

    assertThat(read()).isEqualTo(3);
  }

  @Test
  void readsAllRowsWhenLastTransferIsUnusable() throws Exception {
    createNews();
    assertThat(read()).isEqualTo(100);
    database.execute("TRUNCATE news_copy");
    assertThat(read()).isEqualTo(100);

    Path mapping =
        Files.writeString(
            directory.resolve("mapping.yaml"), "columns: [id, word, changed]\nfilter: [id > 0]\n");
    assertThat(read("--mapping=" + mapping)).isEqualTo(100);

    database.execute("DELETE FROM news WHERE changed > now() - interval '9 hours'"); // restored
    assertThat(read("--mapping=" + mapping)).isEqualTo(92);
  }

  private String window(String... more) throws SQLException {
    List<String> dry = new ArrayList<>(List.of(more));
    dry.add("--dryRun");
    Launched launched = transfer(dry.toArray(String[]::new));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    return launched.out().stream()
        .filter(line -> line.startsWith("window: "))
        .findFirst()
        .orElse("");
  }

  @Test
  void dryRunReportsWindowAndChangesNothing() throws Exception {
    createNews();
    assertThat(window()).isEqualTo("window:  all rows: there is no high-water mark yet");
    assertThat(database.query("SELECT to_regnamespace('diagonal')::text")).containsOnlyNulls();
    assertThat(read()).isEqualTo(100);
    String mark = database.query("SELECT mark FROM diagonal.marks").get(0);
    String least =
        database
            .query("SELECT (mark::timestamptz - interval '2 hours')::text FROM diagonal.marks")
            .get(0);
    String state = "SELECT (SELECT count(*) FROM diagonal.runs) || ' ' || m FROM diagonal.marks m";
    List<String> before = database.query(state);

    assertThat(window("--incrementalOverlap=2h"))
        .isEqualTo(
            "window:  rows with changed of %s or later, or without a value; the high-water mark is %s"
                .formatted(least, mark));
    assertThat(database.query(state)).isEqualTo(before);

    database.execute("DELETE FROM news WHERE changed > now() - interval '9 hours'"); // restored
    assertThat(window()).startsWith("window:  all rows: the values of column changed are below");
    database.execute("TRUNCATE news_copy");
    assertThat(window()).startsWith("window:  all rows: table news_copy is empty, but");
  }

  @Test
  void refusesUnreadableMarksAlsoInADryRun() throws Exception {
    createNews();
    assertThat(read()).isEqualTo(100);
    database.execute(
        """
        DROP ROLE IF EXISTS limited; CREATE ROLE limited;
        GRANT ALL ON news, news_copy TO limited; GRANT USAGE, CREATE ON SCHEMA diagonal TO limited;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA diagonal TO limited;
        """);
    List<String> options = options();
    options.replaceAll(
        option ->
            option.startsWith("--jdbcUrl=")
                ? option + (option.contains("?") ? "&" : "?") + "options=-c%20role=limited"
                : option);
    try {
      Launched allowed = Launched.with(Main.COMMANDS, options.toArray(String[]::new));
      assertThat(allowed.exitCode()).as("%s", allowed).isEqualTo(ExitCode.DONE);
      database.execute("REVOKE ALL ON diagonal.marks FROM limited");
      for (String dry : List.of("--dryRun=true", "--dryRun=false")) {
        options.add(dry);
        Launched refused = Launched.with(Main.COMMANDS, options.toArray(String[]::new));
        options.remove(dry);
        assertThat(refused.exitCode()).as("%s", refused).isNotEqualTo(ExitCode.DONE);
        assertThat(String.join("\n", refused.err()))
            .containsPattern("GRANT SELECT, INSERT, UPDATE, DELETE ON \\S*marks\\S* TO limited");
      }
    } finally {
      database.execute("DROP OWNED BY limited; DROP ROLE limited");
    }
  }

  @Test
  void sameTransferNeverRunsTwiceAtOnce() throws Exception {
    createNews();
    assertThat(read()).isEqualTo(100);
    TableGate gate = TableGate.behind(database, "news_copy");
    try (Connection closed = gate.close();
        CommandJvm running = CommandJvm.start(directory, options())) {
      gate.awaitOne();
      assertRefused("is still running");
      assertThat(window()).contains("the same transfer is running now");
      closed.rollback();
      assertThat(running.await()).as(running.said()).isZero();
    }
  }

  @Test
  void queriesAndAllOrNothingTablesAreIncremental() throws Exception {
    createNews();
    List<String> options = options("--query=SELECT * FROM news WHERE id > 0", "--transaction=all");
    options.replaceAll(option -> option.equals("--from=jdbc:news") ? "--from=jdbc:" : option);
    for (long expected : new long[] {100, 1}) {
      Launched launched = Launched.with(Main.COMMANDS, options.toArray(String[]::new));
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(
              new ObjectMapper()
                  .readTree(directory.resolve("summary.json").toFile())
                  .path("rows_read")
                  .asLong())
          .isEqualTo(expected);
    }
    assertThat(database.number(SAME)).isZero();
  }

  @Test
  void whatCannotBeIncrementalIsRefused() throws Exception {
    createNews();
    assertRefused("--key for an upsert", "--mode=ignore");
    assertRefused("--resume", "--resume");
    assertRefused("limit", "--limit=5");
    assertRefused("such as 90s", "--incrementalOverlap=soon");
    List<String> fromFile = options();
    Files.writeString(directory.resolve("in.csv"), "id,changed\n1,2\n");
    fromFile.replaceAll(
        option ->
            option.equals("--from=jdbc:news")
                ? "--from=csv:" + directory.resolve("in.csv")
                : option);
    assertThat(Launched.with(Main.COMMANDS, fromFile.toArray(String[]::new)).exitCode())
        .isEqualTo(ExitCode.WRONG_USAGE);
    for (String[] wrong :
        new String[][] {
          {"--incrementalColumn=word", "has type text"},
          {"--incrementalColumn=nothing", "nothing"},
        }) {
      List<String> options = options();
      options.replaceAll(option -> option.startsWith("--incrementalColumn") ? wrong[0] : option);
      Launched failed = Launched.with(Main.COMMANDS, options.toArray(String[]::new));
      assertThat(failed.exitCode()).as("%s", failed).isNotEqualTo(ExitCode.DONE);
      assertThat(String.join("\n", failed.err())).contains(wrong[1]);
    }
    assertThat(read()).isEqualTo(100);
    Launched number = transfer("--incrementalOverlap=10");
    assertThat(number.exitCode()).isNotEqualTo(ExitCode.DONE);
    assertThat(String.join("\n", number.err())).contains("a time, such as 10m");
  }

  /** Its rows are neither in the snapshot nor above the mark unless the lookup comes first. */
  @Test
  void transactionCommittedAfterSnapshotIsNotMissed() throws Exception {
    createNews();
    try (Connection late = database.connect();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute("INSERT INTO news VALUES (200, 'late', now())");
      database.execute("INSERT INTO news VALUES (201, 'early', clock_timestamp())");
      try (SnapshotKeeper keeper =
          SnapshotKeeper.open(database.target(), List.of(JdbcRows.tableSource("news")), 1)) {
        late.commit();
        String mark =
            JdbcRows.ofTable(database.target(), "news", null, 1, keeper)
                .since("changed", null, "0s")
                .mark();

        assertThat(
                database.number(
                    "SELECT count(*) FROM news WHERE id = 200 AND changed >= '%s'".formatted(mark)))
            .isEqualTo(1);
      }
    }
  }

  @Test
  void addsRemarkIfUserCannotSeeTransactions() throws Exception {
    createNews();
    database.execute(
        "DROP ROLE IF EXISTS limited; CREATE ROLE limited LOGIN PASSWORD 'limited'; GRANT SELECT ON news TO limited");
    try {
      String input = "--inputJdbcUrl=" + database.postgres().jdbcUrl();
      Path password = Files.writeString(directory.resolve("password"), "limited");
      Launched limited =
          transfer(input, "--inputJdbcUser=limited", "--inputJdbcPasswordFile=" + password);
      assertThat(limited.exitCode()).as("%s", limited).isEqualTo(ExitCode.DONE);
      assertThat(String.join("\n", limited.out())).contains("pg_read_all_stats");
      assertThat(
              String.join(
                  "\n", transfer(input, "--inputJdbcUser=" + database.postgres().user()).out()))
          .doesNotContain("pg_read_all_stats");
    } finally {
      database.execute("DROP OWNED BY limited; DROP ROLE limited");
    }
  }

  /** When summer time ends, an hour comes twice. */
  @Test
  void timesWithoutZoneOverlapMoreThanAnHour() throws Exception {
    database.execute(
        "CREATE TABLE news (id bigint PRIMARY KEY, changed timestamp); INSERT INTO news SELECT i, timestamp '2026-01-01' + i * interval '1 minute' FROM generate_series(1, 100) AS i");

    assertThat(read()).isEqualTo(100);
    assertThat(read()).isEqualTo(71);
  }

  @Test
  void schemasOfTheUrlAreDifferentSources() throws Exception {
    createNews();
    database.execute(
        """
        DROP SCHEMA IF EXISTS one, two CASCADE;
        CREATE SCHEMA one; CREATE TABLE one.news AS SELECT * FROM news WHERE id > 50;
        CREATE SCHEMA two; CREATE TABLE two.news AS SELECT * FROM news WHERE id <= 50;
        """);
    try {
      String url = database.postgres().jdbcUrl();
      String input = "--inputJdbcUrl=" + url + (url.contains("?") ? "&" : "?") + "currentSchema=";
      for (String schema : List.of("one", "two")) {
        Launched launched =
            transfer(input + schema, "--inputJdbcUser=" + database.postgres().user());
        assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      }
      assertThat(database.number(SAME)).isZero();
    } finally {
      database.execute("DROP SCHEMA one, two CASCADE");
    }
  }

  @Test
  void markStaysWhenTargetDiffers() throws Exception {
    createNews();
    database.execute(
        "ALTER TABLE news DROP CONSTRAINT news_pkey; INSERT INTO news VALUES (50, 'twice', now())");
    Launched failed = transfer("--verify=true");
    assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
    database.execute("DELETE FROM news WHERE word = 'twice'");

    assertThat(read("--verify=true")).isEqualTo(100);
  }

  /** The mark would move before the group publishes its tables. */
  @Test
  void refusesIncrementalTablesInAllOrNothingGroup() throws Exception {
    createNews();
    List<String> several = options("--mode=upsert", "--transaction=all");
    several.removeIf(option -> option.matches("--(key|from|to)=.*"));
    several.addAll(List.of("--from=jdbc:public.new*", "--to=jdbc:copies.*"));
    Launched refused = Launched.with(Main.COMMANDS, several.toArray(String[]::new));
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", refused.err())).contains("transaction all of a group");
  }
}
