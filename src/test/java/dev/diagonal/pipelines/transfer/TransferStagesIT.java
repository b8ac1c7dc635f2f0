package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.command.Launcher;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.AnswerLosingRelay;
import dev.diagonal.testing.CuttingRelay;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.Row;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that change atomically at the end of a transfer, and the faults that meet them. */
@ExtendWith(PostgresExtension.class)
final class TransferStagesIT {

  private static final String DIRECT = "--runner=DirectRunner";
  private static final String FLINK = "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2";
  private static final int ROWS = 2_000;

  /** Where {@link Hook} strikes. */
  private static final long MIDDLE = 1_500;

  private static final AtomicReference<Runnable> FAULT = new AtomicReference<>(() -> {});

  /** Returns rows as they are, and has the fault of the test happen once at a row. */
  public static final class Hook implements SerializableFunction<Row, Row> {
    @Override
    public Row apply(Row row) {
      if (row.getInt64("id") == MIDDLE) {
        FAULT.getAndSet(() -> {}).run();
      }
      return row;
    }
  }

  private final Path directory;
  private final EdgeDatabase database;

  TransferStagesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void dropTables() throws Exception {
    FAULT.set(() -> {});
    database.execute("DROP TABLE IF EXISTS staged, staged_diagonal_stage");
    Files.writeString(
        directory.resolve("hook.yaml"),
        "columns: [{name: id, type: bigint}, {name: v, type: text}]\nfunction: %s\nfunctionColumns: {id: bigint, v: text}\n"
            .formatted(Hook.class.getName()));
  }

  private Launched transfer(EdgeDatabase into, String... options) {
    return Launched.with(Main.COMMANDS, args(into, options).toArray(String[]::new));
  }

  private static List<String> args(EdgeDatabase into, String... options) {
    List<String> args = new ArrayList<>(List.of("transfer"));
    Stream.of(options).flatMap(each -> Stream.of(each.split(" "))).forEach(args::add);
    args.add("--jdbcUrl=" + into.postgres().jdbcUrl());
    args.add("--jdbcUser=" + into.postgres().user());
    return args;
  }

  /** Rows from 1 with this value. */
  private String csv(String name, String value, int from, int to) throws IOException {
    StringBuilder text = new StringBuilder("id,v\n");
    for (int i = from; i <= to; i++) {
      text.append(i).append(',').append(value).append('\n');
    }
    return "--from=csv:" + Files.writeString(directory.resolve(name), text);
  }

  private String hooked() {
    return "--mapping=" + directory.resolve("hook.yaml") + " --blockRows=50 --commitRows=50";
  }

  private static String stage(EdgeDatabase in) {
    try {
      return in.query(
              "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relname ~"
                  + " '^stage_[0-9a-f]{32}_0$'")
          .get(0);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> stages(EdgeDatabase in) throws SQLException {
    return in.query("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^stage_'");
  }

  private static void now(EdgeDatabase in, String statement) {
    try {
      in.execute(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"upsert", "replace"})
  void aCrashOfTheServerLosesNoRow(String mode) throws Exception {
    try (LocalPostgres own =
        LocalPostgres.configure()
            .withSetting("fsync", "on")
            .withSetting("full_page_writes", "on")
            .start()) {
      EdgeDatabase crashing = new EdgeDatabase(own);
      crashing.execute(
          "CREATE TABLE staged (id bigint PRIMARY KEY, v text); INSERT INTO staged VALUES (0, 'old')");
      AtomicReference<CompletableFuture<Void>> restart = new AtomicReference<>();
      FAULT.set(
          () -> {
            own.kill();
            restart.set(CompletableFuture.runAsync(own::restart));
          });

      Launched launched =
          transfer(
              crashing,
              csv("in.csv", "new", 1, ROWS),
              "--to=jdbc:staged --key=id --transaction=all --mode=" + mode,
              hooked());

      assertThat(restart.get()).succeedsWithin(Duration.ofMinutes(1));
      assertDone(launched);
      assertThat(crashing.number("SELECT count(*) FROM staged WHERE v = 'new'")).isEqualTo(ROWS);
      assertThat(crashing.number("SELECT count(*) FROM staged WHERE v = 'old'"))
          .isEqualTo(mode.equals("replace") ? 0 : 1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM %1$s WHERE ctid = (SELECT min(ctid) FROM %1$s)",
        "TRUNCATE %s",
        // As many as were written, but not the same.
        "UPDATE %1$s SET diagonal_place = diagonal_place + 1 WHERE ctid = (SELECT min(ctid) FROM %1$s)"
      })
  void aStageThatLostRowsFailsTheRun(String loss) throws Exception {
    database.execute("CREATE TABLE staged (id bigint PRIMARY KEY, v text)");
    database.execute("INSERT INTO staged VALUES (1, 'old')");
    FAULT.set(() -> now(database, loss.formatted(stage(database))));

    Launched launched =
        transfer(
            database,
            csv("in.csv", "new", 1, ROWS),
            "--to=jdbc:staged --key=id --transaction=all --mode=replace",
            hooked());

    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err())
        .anyMatch(
            line ->
                line.contains("the database acknowledged 2,000 rows")
                    && line.contains("Table staged is unchanged"));
    assertThat(database.query("SELECT id || v FROM staged")).containsExactly("1old");
    assertThat(stages(database)).isEmpty();
  }

  @Test
  void rowsOfOtherAttemptsAreNotPublished() throws Exception {
    FAULT.set(
        () ->
            now(
                database,
                "INSERT INTO %1$s SELECT diagonal_attempt + 1, diagonal_place, diagonal_line, id, v FROM %1$s"
                    .formatted(stage(database))));
    assertDone(
        transfer(
            database,
            csv("in.csv", "new", 1, ROWS),
            "--to=jdbc:staged --transaction=all",
            hooked()));
    assertThat(database.number("SELECT count(*) FROM staged")).isEqualTo(ROWS);
  }

  @Test
  void repeatedRangeOnFlinkIsPublishedOnce() throws Exception {
    Files.writeString(
        directory.resolve("flink-conf.yaml"),
        "restart-strategy.type: fixed-delay\nrestart-strategy.fixed-delay.attempts: 2\n"
            + "restart-strategy.fixed-delay.delay: 10 ms\n");
    FAULT.set(
        () -> {
          throw new AssertionError("the first attempt fails");
        });
    assertDone(
        transfer(
            database,
            csv("in.csv", "new", 1, ROWS),
            "--to=jdbc:staged --transaction=all --flinkConfDir=" + directory,
            hooked(),
            FLINK));
    assertThat(database.query("SELECT count(*) || ' ' || count(DISTINCT id) FROM staged"))
        .containsExactly(ROWS + " " + ROWS);
  }

  @Test
  void twoRunsPublishIntoOneTableInTurn() throws Exception {
    List<ExitCode> second = new ArrayList<>();
    String other = csv("other.csv", "b", 10_001, 10_200);
    FAULT.set(
        () ->
            second.add(
                new Launcher(Main.COMMANDS, Optional.empty())
                    .launch(args(database, other, "--to=jdbc:staged --key=id --transaction=all"))));
    assertDone(
        transfer(
            database,
            csv("in.csv", "a", 1, ROWS),
            "--to=jdbc:staged --key=id --transaction=all",
            hooked()));
    assertThat(second).containsExactly(ExitCode.DONE);
    assertThat(database.query("SELECT v || count(*) FROM staged GROUP BY v ORDER BY v"))
        .containsExactly("a2000", "b200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sequence", "parallel"})
  void stagesOfAGroupAreDistinct(String how) throws Exception {
    String common = "arrival_pack_notification_stacklist_part_";
    String cyrillic = "д".repeat(30);
    List<String> tables = List.of(common + "include", common + "exclude", cyrillic, cyrillic);
    StringBuilder plan = new StringBuilder();
    plan.append(
        "connections: {db: {jdbcUrl: \"%s\", user: %s}}\ntasks:\n  - %s:\n"
            .formatted(database.postgres().jdbcUrl(), database.postgres().user(), how));
    for (int i = 0; i < tables.size(); i++) {
      database.execute("DROP TABLE IF EXISTS " + tables.get(i));
      String unused = csv(i + ".csv", "from" + i, i * 10, i * 10 + i);
      plan.append(
          "      - transfer: {from: {csv: %d.csv}, to: {jdbc: db, table: %s, key: id}}\n"
              .formatted(i, tables.get(i)));
    }
    plan.append("    transaction: all\n");

    assertDone(
        Launched.with(
            Main.COMMANDS,
            "transfer",
            "--plan=" + Files.writeString(directory.resolve("plan.yaml"), plan)));

    assertThat(counts(tables.get(0))).containsExactly("from0 1");
    assertThat(counts(tables.get(1))).containsExactly("from1 2");
    assertThat(counts(cyrillic)).containsExactly("from2 3", "from3 4");
    assertThat(stages(database)).isEmpty();
    for (String table : tables) {
      database.execute("DROP TABLE IF EXISTS " + table);
    }
  }

  private List<String> counts(String table) throws SQLException {
    return database.query(
        "SELECT v || ' ' || count(*) FROM %s GROUP BY v ORDER BY v".formatted(table));
  }

  /** The rows have no key, so that they would be there twice. */
  @Test
  void finishedRunIsNotResumed() throws Exception {
    String from = csv("in.csv", "v", 1, 10);
    String[] options = {from, "--to=jdbc:staged --transaction=all --resume"};
    assertDone(transfer(database, options));
    Launched again = transfer(database, options);
    assertThat(again.exitCode()).as("%s", again).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", again.err())).contains("table staged has rows");
    assertThat(database.number("SELECT count(*) FROM staged")).isEqualTo(10);
  }

  @Test
  void neverUsesUserTableAsStage() throws Exception {
    database.execute("CREATE TABLE staged_diagonal_stage AS SELECT 'mine' AS v");
    assertDone(
        transfer(
            database, csv("in.csv", "a", 1, 10), "--to=jdbc:staged --key=id --transaction=all"));
    assertThat(database.query("SELECT v FROM staged_diagonal_stage")).containsExactly("mine");
  }

  @ParameterizedTest
  @CsvSource({
    "pg_temp.staged, '', WRONG_USAGE, 'table pg_temp.staged would be temporary'",
    "staged, ?currentSchema=pg_temp, FAILED, 'table staged does not have the expected layout: it is temporary'",
    "diagonal.staged, '', WRONG_USAGE, 'table diagonal.staged is in schema diagonal, which holds'",
    "diagonal.runs, '', WRONG_USAGE, 'table diagonal.runs is in schema diagonal, which holds'"
  })
  void refusesTemporaryTablesAndOurOwn(
      String table, String parameters, ExitCode exitCode, String message) throws Exception {
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            "transfer",
            csv("in.csv", "a", 1, 10),
            "--to=jdbc:" + table,
            "--transaction=all",
            "--jdbcUrl=" + database.postgres().jdbcUrl() + parameters,
            "--jdbcUser=" + database.postgres().user());
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(exitCode);
    assertThat(launched.err()).anyMatch(line -> line.contains(message));
    assertThat(stages(database)).isEmpty();
  }

  @Test
  void refusesAnUpsertWithoutAUniqueKey() throws Exception {
    database.execute(
        "CREATE TABLE staged (id bigint, v text); INSERT INTO staged VALUES (1, 'old')");
    AtomicBoolean read = new AtomicBoolean();
    FAULT.set(() -> read.set(true));
    Launched launched =
        transfer(
            database,
            csv("in.csv", "new", 1, ROWS),
            "--to=jdbc:staged --key=id --transaction=all",
            hooked());
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err().get(0)).contains("no primary key or unique index on (id)");
    assertThat(read).isFalse();
    assertThat(stages(database)).isEmpty();
    assertThat(database.query("SELECT id || v FROM staged")).containsExactly("1old");
  }

  @Test
  void columnsOfTheUserMayHaveOurNames() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("odd.csv"),
            "diagonal_attempt,diagonal_place,range,id\n1,2,3,4\n5,6,7,8\n");
    assertDone(
        transfer(
            database,
            "--from=csv:" + file,
            "--to=jdbc:staged --key=diagonal_attempt,range --transaction=all"));
    assertThat(database.query("SELECT staged::text FROM staged ORDER BY id"))
        .containsExactly("(1,2,3,4)", "(5,6,7,8)");
  }

  @Test
  void keepsLastInputRowPerKey() throws Exception {
    Path file = Files.writeString(directory.resolve("twice.csv"), "id,v\n1,a\n2,b\n1,c\n");
    assertDone(
        transfer(database, "--from=csv:" + file, "--to=jdbc:staged --key=id --transaction=all"));
    assertThat(database.query("SELECT id || v FROM staged ORDER BY id"))
        .containsExactly("1c", "2b");
  }

  @Test
  void anInsertDropsNoRowOfAKey() throws Exception {
    Path file = Files.writeString(directory.resolve("twice.csv"), "id,v\n1,a\n2,b\n1,c\n");
    Path bad = directory.resolve("bad.jsonl");
    String[] options = {
      "--from=csv:" + file, "--to=jdbc:staged --key=id --mode=insert --transaction=all"
    };

    Launched failed = transfer(database, options);
    assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err()).anyMatch(line -> line.contains("duplicate key"));

    assertDone(transfer(database, options[0], options[1], "--badRecords=" + bad));
    assertThat(database.query("SELECT id || v FROM staged ORDER BY 1")).containsExactly("1a", "2b");
    assertThat(Files.readAllLines(bad))
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("line 4", "duplicate key", "1,c");

    database.execute("DROP TABLE staged; CREATE TABLE staged (id bigint, v text)");
    assertDone(transfer(database, options));
    assertThat(database.query("SELECT id || v FROM staged ORDER BY 1"))
        .containsExactly("1a", "1c", "2b");
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void theAnswerToThePublicationMayBeLost(int answers) throws Exception {
    try (AnswerLosingRelay relay =
        AnswerLosingRelay.to(database.postgres().port(), "INSERT INTO \"staged\"", answers)) {
      String from = csv("in.csv", "a", 1, ROWS);
      String url = database.postgres().jdbcUrl().replaceFirst(":\\d+/", ":" + relay.port() + "/");
      Launched launched =
          Launched.with(
              Main.COMMANDS,
              "transfer",
              from,
              "--to=jdbc:staged",
              "--transaction=all",
              "--jdbcUrl=" + url,
              "--jdbcUser=" + database.postgres().user());
      assertDone(launched);
      assertThat(relay.lost()).isPositive();
      assertThat(database.number("SELECT count(*) FROM staged")).isEqualTo(ROWS);
    }
  }

  @ParameterizedTest
  @CsvSource({"each,1", "each,900", "each,1500", "all,1", "all,900", "all,1500", "all,2500"})
  void launcherReplacesBrokenConnections(String transaction, long bytes) throws Exception {
    try (CuttingRelay relay = CuttingRelay.to(database.postgres().port(), bytes, false, 2)) {
      String url =
          database.postgres().jdbcUrl().replaceFirst("//[^/]*/", "//" + relay.address() + "/");
      Launched launched =
          Launched.with(
              Main.COMMANDS,
              "transfer",
              csv("in.csv", "a", 1, 100),
              "--to=jdbc:staged",
              "--key=id",
              "--transaction=" + transaction,
              "--jdbcUrl=" + url,
              "--jdbcUser=" + database.postgres().user());
      assertDone(launched);
      assertThat(relay.cuts()).isEqualTo(2);
      assertThat(database.number("SELECT count(*) FROM staged")).isEqualTo(100);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void rowsThatTheTargetRefusesAreDeadLetters(String runner) throws Exception {
    database.execute(
        "CREATE TABLE staged (id bigint PRIMARY KEY, v text, CONSTRAINT no_b CHECK (v <> 'b'))");
    Path file =
        Files.writeString(
            directory.resolve("in.csv"), "id,v\n1,a\n2,b\n,a\n3,a\n4,\"b\"\n5,a\n1,b\n2,a\n");
    Path bad = directory.resolve("bad.jsonl");
    Path summary = directory.resolve("summary.json");
    String[] options = {
      "--from=csv:" + file, "--to=jdbc:staged --key=id --transaction=all", runner
    };

    Launched failed = transfer(database, options);
    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err()).anyMatch(line -> line.contains("in.csv") && line.contains("line "));
    assertThat(database.number("SELECT count(*) FROM staged")).isZero();

    Launched tooMany =
        transfer(
            database,
            options[0],
            options[1],
            options[2],
            "--badRecords=" + bad + " --maxBadRecords=2");
    assertThat(tooMany.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(database.number("SELECT count(*) FROM staged")).isZero();

    assertDone(
        transfer(
            database,
            options[0],
            options[1],
            options[2],
            "--badRecords=" + bad + " --maxBadRecords=3 --summary=" + summary));

    assertThat(Files.readAllLines(bad))
        .satisfiesExactly(
            line -> assertThat(line).contains("line 4, ", "must not be null", "\",a\""),
            line -> assertThat(line).contains("\"offset\":20", "line 6, ", "no_b", "\"4,b\""),
            line -> assertThat(line).contains("line 8, ", "no_b", "\"1,b\""));
    assertThat(database.query("SELECT id || v FROM staged ORDER BY id"))
        .containsExactly("1a", "2a", "3a", "5a");
    assertThat(Files.readString(summary))
        .contains("\"bad_records\" : 3")
        .contains("\"rows_written\" : 5");
    assertThat(stages(database)).isEmpty();
  }
}
