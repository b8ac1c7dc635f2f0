package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PgPass;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transfers from files into a table, whose JVM or whose server is killed at random moments until
 * one of them reaches its end. {@code -Ddiagonal.kills} sets how many kills there are.
 */
@Tag("large")
final class TransferKillsIT {

  private static final int KILLS = Integer.getInteger("diagonal.kills", 100);
  private static final int FILES = 3;
  private static final int ROWS = 10_000;
  private static final String EXACT =
      "%1$d %1$d %2$d".formatted(FILES * ROWS, (long) FILES * ROWS * (FILES * ROWS - 1));
  private static final String HELD =
      "SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || coalesce(sum(n), 0) FROM killed";
  private static final Duration BOUND = Duration.ofMinutes(2);

  private static LocalPostgres postgres;
  private static EdgeDatabase database;

  private final Random random = new Random(20);
  private final Path directory;

  TransferKillsIT(@TempDir Path directory) {
    this.directory = directory;
  }

  /** Acknowledged commits survive a crash of this server. */
  @BeforeAll
  static void startServer() {
    PgPass.use();
    postgres =
        LocalPostgres.configure()
            .withSetting("fsync", "on")
            .withSetting("full_page_writes", "on")
            .start();
    database = new EdgeDatabase(postgres);
  }

  @AfterAll
  static void stopServer() {
    postgres.close();
  }

  private void prepare(String columns) throws Exception {
    for (int file = 0; file < FILES; file++) {
      StringBuilder csv = new StringBuilder("id,n\n");
      for (int row = file * ROWS; row < (file + 1) * ROWS; row++) {
        csv.append(row).append(',').append(2L * row).append('\n');
      }
      Files.writeString(directory.resolve("part" + file + ".csv"), csv);
    }
    database.execute("DROP SCHEMA IF EXISTS diagonal CASCADE; DROP TABLE IF EXISTS killed");
    database.execute("CREATE TABLE killed (" + columns + ")");
  }

  private List<String> options(String more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "transfer",
                "--from=csv:" + directory.resolve("part*.csv"),
                "--to=jdbc:killed",
                "--commitRows=500",
                "--jdbcUrl=" + postgres.jdbcUrl(),
                "--jdbcUser=" + postgres.user()));
    options.addAll(more.isEmpty() ? List.of() : List.of(more.split(" ")));
    return options;
  }

  private static long rows() {
    return database.numberNow("SELECT count(*) FROM killed");
  }

  /** Kills the JVM when so many rows are there, and returns whether it came to its end first. */
  private boolean isDoneBeforeItIsKilledAt(long rows, List<String> options) throws Exception {
    try (CommandJvm life = CommandJvm.start(directory, options)) {
      boolean unused = Eventually.within(BOUND, () -> !life.process().isAlive() || rows() >= rows);
      boolean done = !life.process().isAlive();
      assertThat(!done || life.await() == 0).as(life.said()).isTrue();
      return done;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--key=id"})
  void aHundredKillsLoseAndDoubleNothing(String key) throws Exception {
    for (int kills = 0; kills < KILLS / 2; ) {
      prepare(key.isEmpty() ? "id bigint, n bigint" : "id bigint PRIMARY KEY, n bigint");
      String resume = "";
      while (!isDoneBeforeItIsKilledAt(
          rows() + 1 + random.nextInt(15_000), options((key + " " + resume).trim()))) {
        kills++;
        resume = "--resume";
      }
      assertThat(database.query(HELD)).containsExactly(EXACT);
      assertNothingIsLeft();
    }
  }

  /** A run may lose its ledger's keeper, its writers and its readers at once. */
  @ParameterizedTest
  @ValueSource(strings = {"", "--key=id"})
  void crashesOfTheServerLoseAndDoubleNothing(String key) throws Exception {
    for (int crashes = 0; crashes < KILLS / 5; ) {
      prepare(key.isEmpty() ? "id bigint, n bigint" : "id bigint PRIMARY KEY, n bigint");
      String resume = "";
      for (boolean done = false; !done; ) {
        long until = rows() + 1 + random.nextInt(15_000);
        try (CommandJvm life = CommandJvm.start(directory, options((key + " " + resume).trim()))) {
          boolean unused =
              Eventually.within(BOUND, () -> !life.process().isAlive() || rows() >= until);
          if (life.process().isAlive()) {
            postgres.kill();
            postgres.restart();
            crashes++;
          }
          done = life.await() == 0; // it survives most crashes
          resume = "--resume";
        }
      }
      assertThat(database.query(HELD)).containsExactly(EXACT);
      assertNothingIsLeft();
    }
  }

  /** Rows become visible all at once: before, there are none. */
  @ParameterizedTest
  @ValueSource(strings = {"--mode=replace", "--key=id", ""})
  void transferStaysAllOrNothingDespiteKills(String mode) throws Exception {
    prepare(mode.equals("--key=id") ? "id bigint PRIMARY KEY, n bigint" : "id bigint, n bigint");
    for (int kills = 0; kills < KILLS / 5; kills++) {
      database.execute("TRUNCATE killed");
      long staged = 1 + random.nextInt(FILES * ROWS);
      try (CommandJvm life =
          CommandJvm.start(directory, options((mode + " --transaction=all").trim()))) {
        boolean unused =
            Eventually.within(
                BOUND, () -> !life.process().isAlive() || rows() > 0 || staged() >= staged);
      }
      assertThat(rows()).isIn(0L, (long) FILES * ROWS);
    }
    database.execute("TRUNCATE killed");
    try (CommandJvm last =
        CommandJvm.start(directory, options((mode + " --transaction=all --resume").trim()))) {
      assertThat(last.await()).as(last.said()).isZero();
    }
    assertThat(database.query(HELD)).containsExactly(EXACT);
    assertThat(database.number("SELECT count(*) FROM pg_class WHERE relname ~ '^stage_'")).isZero();
  }

  private static long staged() {
    return database.numberNow(
        "SELECT coalesce(sum(pg_stat_get_live_tuples(oid)), 0) FROM pg_class WHERE relname ~ '^stage_'");
  }

  private static void assertNothingIsLeft() throws SQLException {
    assertThat(database.number("SELECT count(*) FROM diagonal.transfers")).isZero();
    assertThat(database.number("SELECT count(*) FROM diagonal.ledger")).isZero();
    assertThat(database.number("SELECT count(*) FROM diagonal.runs")).isZero();
  }
}
