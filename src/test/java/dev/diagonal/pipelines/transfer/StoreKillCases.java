package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static dev.diagonal.pipelines.transfer.KilledRows.KILLS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transfers to and from MariaDB, SQLite and DuckDB whose JVM is killed at random moments. */
abstract class StoreKillCases {

  private static final KilledRows ROWS = new KilledRows(30_000);
  static final int COMMIT_ROWS = 500;

  /** How many transactions write all rows. */
  static final int COMMITS = ROWS.size() / COMMIT_ROWS;

  final Path directory;
  private final EdgeDatabase postgres;
  private final Random random = new Random(21);

  StoreKillCases(Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.postgres = new EdgeDatabase(postgres);
  }

  abstract String url();

  /** Returns a number that grows while a transfer writes to this database. */
  abstract long progress();

  /** Returns by how much it grows in a whole transfer. */
  abstract int wholeProgress();

  /** Waits until the database has noticed that its client was killed. */
  void awaitEndOfSessions() {}

  private List<String> options(String... more) {
    List<String> options =
        new ArrayList<>(List.of("transfer", "--to=jdbc:killed", "--commitRows=" + COMMIT_ROWS));
    options.addAll(List.of(more));
    return options;
  }

  private List<String> load(String... more) throws Exception {
    List<String> options = options(more);
    options.add("--from=csv:" + ROWS.writeFiles(directory));
    options.add("--jdbcUrl=" + url());
    return options;
  }

  private static Launched launch(List<String> options) {
    return Launched.with(Main.COMMANDS, options.toArray(String[]::new));
  }

  private void createTable(boolean withKey) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS killed");
      statement.execute(
          "CREATE TABLE killed (id bigint%s, n bigint)".formatted(withKey ? " PRIMARY KEY" : ""));
    }
  }

  private int found() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url())) {
      return ROWS.found(connection);
    }
  }

  @Test
  void aKilledLoadIsRepeatedByKey() throws Exception {
    loadDespiteKills(1, "--key=id");
  }

  @Tag("large")
  @ParameterizedTest
  @ValueSource(strings = {"--key=id", "--mode=insert"})
  void killsOfWritersLoseAndDoubleNothing(String option) throws Exception {
    loadDespiteKills(KILLS * 15 / 100, option);
  }

  /** With a key each run continues with the rows of the one before it, otherwise with none. */
  private void loadDespiteKills(int wanted, String option) throws Exception {
    boolean withKey = option.equals("--key=id");
    List<String> options = load(option);
    createTable(withKey);
    int parts = 0;
    for (int kills = 0; kills < wanted; ) {
      long until = progress() + 1 + random.nextInt(wholeProgress());
      boolean killed = KilledRows.isKilledAt(() -> progress() >= until, directory, options);
      awaitEndOfSessions();
      int found = found();
      if (killed) {
        kills++;
        parts += found > 0 && found < ROWS.size() ? 1 : 0;
        assertRefused(load(option, "--transaction=all"));
        assertRefused(load(option, "--resume"));
      } else {
        assertThat(found).isEqualTo(ROWS.size());
      }
      if (found == ROWS.size() || !withKey) {
        createTable(withKey);
      }
    }
    assertThat(KilledRows.isKilledAt(() -> false, directory, options)).isFalse();
    assertThat(found()).isEqualTo(ROWS.size());
    System.out.println(
        "%s kills while writing, %s of them left a part of the rows".formatted(wanted, parts));
  }

  private void assertRefused(List<String> options) throws SQLException {
    int before = found();
    Launched refused = launch(options);
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", refused.err())).contains("PostgreSQL");
    assertThat(found()).isEqualTo(before);
  }

  @Tag("large")
  @Test
  void killsOfReadersLoseAndDoubleNothing() throws Exception {
    createTable(true);
    assertDone(launch(load("--key=id")));
    List<String> options =
        options(
            "--from=jdbc:killed",
            "--inputJdbcUrl=" + url(),
            "--key=id",
            "--jdbcUrl=" + postgres.postgres().jdbcUrl(),
            "--jdbcUser=" + postgres.postgres().user());
    int kills = 0;
    while (kills < KILLS * 15 / 100) {
      postgres.execute("DROP TABLE IF EXISTS killed");
      postgres.execute("CREATE TABLE killed (id bigint PRIMARY KEY, n bigint)");
      for (boolean killed = true; killed; ) {
        long until = rows() + 1 + random.nextInt(ROWS.size() / 2);
        killed = KilledRows.isKilledAt(() -> rows() >= until, directory, options);
        kills += killed ? 1 : 0;
      }
      assertThat(ROWS.found(postgres)).isEqualTo(ROWS.size());
      assertThat(found()).isEqualTo(ROWS.size());
    }
    System.out.println(kills + " kills while reading");
  }

  private long rows() {
    return postgres.numberNow("SELECT count(*) FROM killed");
  }
}
