package dev.diagonal.pipelines.transfer;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PgPass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

/**
 * Crashes the server at a random moment of each transfer, and compares every row. A trigger makes
 * publications slow, so that many of the moments fall into one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TransferStagesCrashIT {

  private static final long SEED = 15;
  private static final int OLD_ROWS = 500;
  private static final int ROWS = 6_000;
  private static final Duration BOUND = Duration.ofMinutes(2);

  /** The process of each backend of the run, and what some backend of it does at the moment. */
  private static final String RUNS_BACKENDS =
      """
      SELECT pid || ' during ' || coalesce(
          max(left(regexp_replace(query, '\\s+', ' ', 'g'), 40)) FILTER (WHERE state <> 'idle') OVER (), 'nothing')
      FROM pg_stat_activity
      WHERE application_name = 'diagonal' AND backend_type = 'client backend'
      ORDER BY pid""";

  private static final String TABLE =
      """
      DROP TABLE IF EXISTS crashed;
      CREATE TABLE crashed (id bigint %s, v text);
      CREATE OR REPLACE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END $$;
      CREATE TRIGGER before BEFORE INSERT ON crashed EXECUTE FUNCTION slowly();
      CREATE TRIGGER after AFTER INSERT ON crashed EXECUTE FUNCTION slowly();
      ALTER TABLE crashed DISABLE TRIGGER USER;
      INSERT INTO crashed SELECT id, 'old' FROM generate_series(1, %d) AS id;
      ALTER TABLE crashed ENABLE TRIGGER USER""";

  /** How the server crashes. */
  enum Crash {
    /** A backend is killed with SIGKILL, and the postmaster restarts all of them. */
    BACKEND,
    /** The whole server is killed with SIGKILL, and started again. */
    SERVER
  }

  /** What a transfer does with the rows that it finds. */
  private record Load(boolean hasKey, String mode) {

    static final List<Load> ALL =
        List.of(
            new Load(true, "replace"),
            new Load(false, "insert"),
            new Load(true, "upsert"),
            new Load(false, "replace"),
            new Load(true, "insert"));

    /** The first id of the file; the old rows have some of its ids unless that is refused. */
    int first() {
      return hasKey && mode.equals("insert") ? OLD_ROWS + 1 : OLD_ROWS / 2;
    }

    List<String> after() {
      int kept =
          switch (mode) {
            case "replace" -> 0;
            case "upsert" -> first() - 1;
            default -> OLD_ROWS;
          };
      return Stream.concat(rows(1, kept, "old"), rows(first(), first() + ROWS - 1, "new"))
          .sorted()
          .toList();
    }

    static List<String> before() {
      return rows(1, OLD_ROWS, "old").sorted().toList();
    }

    private static Stream<String> rows(int from, int to, String value) {
      return LongStream.rangeClosed(from, to).mapToObj(id -> id + "," + value);
    }
  }

  private final Path directory;
  private LocalPostgres postgres;
  private EdgeDatabase database;
  private long undisturbedMillis;

  TransferStagesCrashIT(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeAll
  void start() throws Exception {
    PgPass.use();
    postgres =
        LocalPostgres.configure()
            .withSetting("fsync", "on")
            .withSetting("full_page_writes", "on")
            .start();
    database = new EdgeDatabase(postgres);
    for (int i = 0; i < 2; i++) { // the first is slower than all that follow
      Load load = Load.ALL.get(0);
      prepare(load);
      long startNanos = System.nanoTime();
      Launched launched = transfer(load);
      undisturbedMillis = (System.nanoTime() - startNanos) / 1_000_000;
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(rows()).isEqualTo(load.after());
    }
  }

  @AfterAll
  void stop() {
    postgres.close();
  }

  @ParameterizedTest
  @EnumSource(Crash.class)
  void crashAtRandomMomentLosesNoRow(Crash crash) throws Exception {
    ExitCode exitCode = crash(crash, Load.ALL.get(crash.ordinal()), crash.ordinal());
    assertThat(exitCode).isEqualTo(ExitCode.DONE);
  }

  @Tag("large") // a hundred rounds with a crash each: some minutes
  @RepeatedTest(100)
  void aHundredCrashesLoseNoRow(RepetitionInfo repetition) throws Exception {
    int round = repetition.getCurrentRepetition();
    ExitCode unused =
        crash(Crash.values()[round % 2], Load.ALL.get(round / 2 % Load.ALL.size()), round);
  }

  /** Returns how the run ended: well, or with a failure that changed nothing. */
  private ExitCode crash(Crash crash, Load load, int round) throws Exception {
    // The first numbers of a java.util.Random hardly differ between seeds that are close.
    SplittableRandom random = new SplittableRandom(SEED + round);
    prepare(load);
    long delayMillis = (long) (undisturbedMillis * random.nextDouble());
    String what = "round %d of seed %d: %s in %s".formatted(round, SEED, crash, load);
    CountDownLatch ended = new CountDownLatch(1);
    Launched launched;
    String victim;
    // A backend to kill if the run ends before its moment: then what it committed must stay.
    try (Connection bystander = database.connect()) {
      CompletableFuture<String> crashed =
          CompletableFuture.supplyAsync(
              () -> strike(crash, bystander, ended, random),
              CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS));
      launched = transfer(load);
      ended.countDown();
      victim = crashed.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(Eventually.within(BOUND, this::answers)).as(what).isTrue();
    System.out.printf(
        Locale.ROOT,
        "%s, after %d of %d ms, at backend %s: %s%n",
        what,
        delayMillis,
        undisturbedMillis,
        victim,
        launched.exitCode());

    boolean isDone = launched.exitCode() == ExitCode.DONE;
    assertThat(rows())
        .as("%s, at backend %s: %s", what, victim, launched)
        .isEqualTo(isDone ? load.after() : Load.before());
    if (isDone) {
      assertThat(stages()).as("%s, at backend %s: %s", what, victim, launched).isEmpty();
    }
    return launched.exitCode();
  }

  /** Crashes the server once the run has a connection, and returns what it interrupted. */
  private String strike(
      Crash crash, Connection bystander, CountDownLatch ended, SplittableRandom random) {
    List<String> found = new ArrayList<>();
    boolean inTime =
        Eventually.within(
            BOUND,
            () -> {
              found.addAll(database.queryNow(RUNS_BACKENDS));
              return !found.isEmpty() || ended.getCount() == 0;
            });
    assertThat(inTime).isTrue();
    String victim =
        found.isEmpty()
            ? pid(bystander) + " after the run"
            : found.get(random.nextInt(found.size()));
    if (crash == Crash.SERVER) {
      postgres.kill();
      postgres.restart();
      return victim;
    }
    long pid = Long.parseLong(victim.substring(0, victim.indexOf(' ')));
    boolean killed = ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false);
    return killed ? victim : victim + " (gone before it was killed)";
  }

  private static int pid(Connection connection) {
    try {
      return connection.unwrap(PGConnection.class).getBackendPID();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void prepare(Load load) throws SQLException {
    database.execute(TABLE.formatted(load.hasKey() ? "PRIMARY KEY" : "", OLD_ROWS));
  }

  private Launched transfer(Load load) throws IOException {
    String lines =
        Load.rows(load.first(), load.first() + ROWS - 1, "new")
            .collect(joining("\n", "id,v\n", "\n"));
    List<String> args = new ArrayList<>(List.of("transfer", "--to=jdbc:crashed"));
    args.add("--from=csv:" + Files.writeString(directory.resolve("in.csv"), lines));
    args.addAll(List.of("--transaction=all", "--mode=" + load.mode()));
    args.addAll(List.of("--blockRows=50", "--commitRows=50"));
    if (load.hasKey()) {
      args.add("--key=id");
    }
    args.add("--jdbcUrl=" + postgres.jdbcUrl());
    args.add("--jdbcUser=" + postgres.user());
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private List<String> rows() throws SQLException {
    return database.query("SELECT id || ',' || v FROM crashed").stream().sorted().toList();
  }

  private List<String> stages() throws SQLException {
    return database.query(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relname ~ '^stage_'");
  }

  private boolean answers() {
    try {
      return database.number("SELECT 1") == 1;
    } catch (SQLException e) {
      return false; // the server is recovering
    }
  }
}
