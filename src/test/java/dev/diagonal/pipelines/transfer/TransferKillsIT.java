package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.transfer.KilledRows.KILLS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PgPass;
import java.nio.file.Path;
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
 * one of them reaches its end.
 */
@Tag("large")
final class TransferKillsIT {

  private static final KilledRows ROWS = new KilledRows(30_000);
  private static final int STAGED_BYTES = 1_400_000;

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
    Path unused = ROWS.writeFiles(directory);
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

  @ParameterizedTest
  @ValueSource(strings = {"", "--key=id"})
  void aHundredKillsLoseAndDoubleNothing(String key) throws Exception {
    for (int kills = 0; kills < KILLS / 2; ) {
      prepare(key.isEmpty() ? "id bigint, n bigint" : "id bigint PRIMARY KEY, n bigint");
      String resume = "";
      for (boolean killed = true; killed; resume = "--resume") {
        long until = rows() + 1 + random.nextInt(15_000);
        killed =
            KilledRows.isKilledAt(
                () -> rows() >= until, directory, options((key + " " + resume).trim()));
        kills += killed ? 1 : 0;
      }
      assertThat(ROWS.found(database)).isEqualTo(ROWS.size());
      KilledRows.assertNothingIsLeft(database);
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
              Eventually.within(
                  KilledRows.BOUND, () -> !life.process().isAlive() || rows() >= until);
          if (life.process().isAlive()) {
            postgres.kill();
            postgres.restart();
            crashes++;
          }
          done = life.await() == 0; // it survives most crashes
          resume = "--resume";
        }
      }
      assertThat(ROWS.found(database)).isEqualTo(ROWS.size());
      KilledRows.assertNothingIsLeft(database);
    }
  }

  /** Rows become visible all at once: before, there are none. Only kills before that count. */
  @ParameterizedTest
  @ValueSource(strings = {"--mode=replace", "--key=id", ""})
  void transferStaysAllOrNothingDespiteKills(String mode) throws Exception {
    String columns =
        mode.equals("--key=id") ? "id bigint PRIMARY KEY, n bigint" : "id bigint, n bigint";
    List<String> options = options((mode + " --transaction=all").trim());
    int runs = 0;
    for (int kills = 0; kills < KILLS / 5; runs++) {
      prepare(columns); // also drops the stages that the run before has left
      long staged = 1 + random.nextInt(STAGED_BYTES);
      boolean killed =
          KilledRows.isKilledAt(
              () -> rows() > 0 || KilledRows.stagedBytes(database) >= staged, directory, options);
      int found = ROWS.found(database);
      assertThat(found).isIn(killed ? List.of(0, ROWS.size()) : List.of(ROWS.size()));
      kills += killed && found == 0 ? 1 : 0;
    }
    System.out.println("killed before the end: %s of %s".formatted(KILLS / 5, runs));
    database.execute("TRUNCATE killed");
    List<String> resumed = options((mode + " --transaction=all --resume").trim());
    assertThat(KilledRows.isKilledAt(() -> false, directory, resumed)).isFalse();
    assertThat(ROWS.found(database)).isEqualTo(ROWS.size());
    KilledRows.assertNothingIsLeft(database);
  }
}
