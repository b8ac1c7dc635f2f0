package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.TableGate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transfers from a PostgreSQL that changes while they read it: their rows are of one moment. */
@ExtendWith(PostgresExtension.class)
final class TransferSnapshotIT {

  private static final String DIRECT = "--runner=DirectRunner --targetParallelism=1";
  private static final String FLINK = "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2";
  private static final Duration BOUND = Duration.ofMinutes(2);
  private static final int ACCOUNTS = 60_000;

  private final Path directory;
  private final EdgeDatabase database;

  TransferSnapshotIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  /** Accounts of 100 each on 2,000 pages, in no order, without a key. */
  @BeforeEach
  void createAccounts() throws Exception {
    database.execute(
        """
        DROP TABLE IF EXISTS accounts, copies, arrivals CASCADE;
        DROP SCHEMA IF EXISTS parts CASCADE;
        DROP FUNCTION IF EXISTS gate() CASCADE;
        CREATE TABLE accounts (id bigint, balance int NOT NULL, filler text NOT NULL);
        INSERT INTO accounts SELECT 10 * (id * 7919 %% 60013), 100, repeat('x', 200)
          FROM generate_series(1, %d) AS id;
        CREATE INDEX ON accounts (id);
        CREATE TABLE copies (id bigint, balance int, filler text);
        """
            .formatted(ACCOUNTS));
  }

  private void createReader() throws SQLException {
    database.execute(
        """
        DO $$ BEGIN
          IF to_regrole('reader') IS NULL THEN CREATE ROLE reader LOGIN PASSWORD '%s'; END IF;
        END $$
        """
            .formatted(LocalPostgres.passwordOfThisProcess()));
  }

  /** Copies the accounts into {@code parts.all_of}, which has two partitions. */
  private void partitionAccounts() throws SQLException {
    database.execute(
        """
        CREATE SCHEMA parts;
        CREATE TABLE parts.all_of (LIKE accounts) PARTITION BY RANGE (id);
        CREATE TABLE parts.low PARTITION OF parts.all_of FOR VALUES FROM (0) TO (200000);
        CREATE TABLE parts.high PARTITION OF parts.all_of DEFAULT;
        INSERT INTO parts.all_of SELECT * FROM accounts;
        """);
  }

  private Launched transfer(String... options) {
    List<String> args = new ArrayList<>(List.of("transfer"));
    Stream.of(options).flatMap(each -> Stream.of(each.split(" "))).forEach(args::add);
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private String jdbc() {
    return jdbc(database.postgres().user());
  }

  private String jdbc(String user) {
    return "--jdbcUrl=%s --jdbcUser=%s".formatted(database.postgres().jdbcUrl(), user);
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void readersSeeOneMomentWhileOthersWrite(String runner) throws Exception {
    Path file = directory.resolve("accounts.csv");
    AtomicBoolean enough = new AtomicBoolean();
    CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> pay(enough));

    assertDone(transfer("--from=jdbc:accounts --to=csv:" + file, jdbc(), runner));
    enough.set(true);

    assertThat(writer.get(BOUND.toSeconds(), TimeUnit.SECONDS)).isGreaterThan(100);
    List<Integer> balances =
        Files.readAllLines(file).stream()
            .skip(1)
            .map(line -> Integer.valueOf(line.split(",")[1]))
            .toList();
    assertThat(balances).hasSize(ACCOUNTS);
    assertThat(balances.stream().mapToInt(Integer::intValue).sum()).isEqualTo(100 * ACCOUNTS);
  }

  /** Moves money from low ids to high ones, and rows between pages; returns how often. */
  private int pay(AtomicBoolean enough) {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      int payments = 0;
      for (; !enough.get(); payments++) {
        statement.executeUpdate(
            """
            UPDATE accounts SET balance = balance + CASE WHEN id < 300000 THEN -1 ELSE 1 END
            WHERE id IN (%1$d, 300000 + %1$d)
            """
                .formatted(10 * (1 + payments * 37 % 29_000)));
        if (payments % 10 == 0) {
          statement.executeUpdate(
              "WITH gone AS (DELETE FROM accounts WHERE id = %1$d RETURNING *) INSERT INTO accounts SELECT * FROM gone"
                  .formatted(10 * (1 + payments % 60_000)));
        }
      }
      return payments;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TRUNCATE accounts", "VACUUM FULL accounts", "DROP TABLE accounts"})
  void whatRewritesATableWaitsForTheTransfer(String statement) throws Exception {
    TableGate gate = TableGate.behind(database, "copies");
    CompletableFuture<Launched> run;
    CompletableFuture<Void> rewrite;
    try (Connection closed = gate.close()) {
      run =
          CompletableFuture.supplyAsync(
              () ->
                  transfer(
                      "--from=jdbc:accounts --to=jdbc:copies --commitRows=1000", DIRECT, jdbc()));
      gate.awaitOne();
      rewrite = CompletableFuture.runAsync(() -> executed(statement));
      assertThat(Eventually.within(BOUND, () -> waitsForAccounts() > 0)).isTrue();
      closed.rollback();
    }

    assertDone(run.get(BOUND.toSeconds(), TimeUnit.SECONDS));
    rewrite.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    assertThat(database.number("SELECT count(DISTINCT id) FROM copies")).isEqualTo(ACCOUNTS);
    assertThat(database.number("SELECT count(*) FROM copies")).isEqualTo(ACCOUNTS);
  }

  private long waitsForAccounts() {
    return database.numberNow(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = to_regclass('accounts')");
  }

  private void executed(String statement) {
    try {
      database.execute(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void partitionsThatComeAndGoDoNotMatter() throws Exception {
    database.execute(
        """
        CREATE SCHEMA parts;
        CREATE TABLE parts.all_of (id bigint, balance int, filler text) PARTITION BY RANGE (id);
        CREATE TABLE parts.low PARTITION OF parts.all_of FOR VALUES FROM (0) TO (200000);
        CREATE TABLE parts.middle PARTITION OF parts.all_of FOR VALUES FROM (200000) TO (400000)
          PARTITION BY RANGE (id);
        CREATE TABLE parts.middle_1 PARTITION OF parts.middle FOR VALUES FROM (200000) TO (300000);
        CREATE TABLE parts.middle_2 PARTITION OF parts.middle FOR VALUES FROM (300000) TO (400000);
        CREATE TABLE parts.high PARTITION OF parts.all_of FOR VALUES FROM (400000) TO (700000);
        CREATE TABLE parts.late (id bigint, balance int, filler text);
        INSERT INTO parts.all_of SELECT * FROM accounts;
        INSERT INTO parts.late SELECT id + 1000000, balance, filler FROM accounts;
        """);
    TableGate gate = TableGate.behind(database, "copies");
    CompletableFuture<Launched> run;
    CompletableFuture<Void> detached;
    try (Connection closed = gate.close()) {
      run =
          CompletableFuture.supplyAsync(
              () ->
                  transfer(
                      "--from=jdbc:parts.all_of --to=jdbc:copies --commitRows=1000",
                      DIRECT,
                      jdbc()));
      gate.awaitOne();
      database.execute(
          "ALTER TABLE parts.all_of ATTACH PARTITION parts.late FOR VALUES FROM (1000000) TO (2000000)");
      detached =
          CompletableFuture.runAsync(
              () -> executed("ALTER TABLE parts.all_of DETACH PARTITION parts.high CONCURRENTLY"));
      assertThat(
              Eventually.within(
                  BOUND,
                  () ->
                      database.numberNow("SELECT count(*) FROM pg_inherits WHERE inhdetachpending")
                          > 0))
          .isTrue();
      closed.rollback();
    }

    assertDone(run.get(BOUND.toSeconds(), TimeUnit.SECONDS));
    detached.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    assertThat(database.number("SELECT count(DISTINCT id) FROM copies")).isEqualTo(ACCOUNTS);
    assertThat(database.number("SELECT count(*) FROM copies")).isEqualTo(ACCOUNTS);
  }

  @Test
  void transfersOfAGroupReadOneSnapshot() throws Exception {
    database.execute(
        "CREATE TABLE arrivals AS SELECT * FROM accounts WHERE id >= 300000;"
            + " DELETE FROM accounts WHERE id >= 300000");
    Path plan = directory.resolve("plan.yaml");
    Files.writeString(
        plan,
        """
        connections:
          bank: {jdbcUrl: '%s', user: %s}
        tasks:
          - sequence:
              - transfer: {from: {jdbc: bank, table: accounts}, to: {csv: accounts.csv}}
              - sql: {to: bank, statement: 'UPDATE arrivals SET balance = balance + 1'}
              - transfer: {from: {jdbc: bank, query: SELECT * FROM arrivals}, to: {csv: arrivals.csv}}
            snapshot: one
          - transfer: {from: {jdbc: bank, table: arrivals}, to: {csv: later.csv}}
        """
            .formatted(database.postgres().jdbcUrl(), database.postgres().user()));

    assertDone(transfer("--plan=" + plan));

    assertThat(balance("accounts.csv") + balance("arrivals.csv")).isEqualTo(100L * ACCOUNTS);
    assertThat(balance("later.csv")).isGreaterThan(balance("arrivals.csv"));
  }

  private long balance(String file) throws Exception {
    return Files.readAllLines(directory.resolve(file)).stream()
        .skip(1)
        .mapToLong(line -> Long.parseLong(line.split(",")[1]))
        .sum();
  }

  @Test
  void lostSnapshotFailsTransferAndIsNamed() throws Exception {
    database.execute(
        """
        CREATE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN true; END';
        CREATE VIEW held AS SELECT id, balance FROM accounts WHERE id <> 300000 OR gate();
        """);
    CompletableFuture<Launched> run;
    try (Connection gate = database.connect();
        Statement statement = gate.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(4711)");
      run =
          CompletableFuture.supplyAsync(
              () ->
                  transfer(
                      "--from=jdbc:held --to=jdbc:copies --commitRows=1000 --transaction=all",
                      jdbc()));
      assertThat(Eventually.within(BOUND, () -> waitingAtTheGate() == 1)).isTrue();
      database.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE pid <> pg_backend_pid() AND backend_xmin IS NOT NULL AND application_name = 'diagonal'");
    }

    Launched launched = run.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err()).anyMatch(line -> line.contains("start the run again"));
    assertThat(database.number("SELECT count(*) FROM copies")).isZero();
  }

  @Test
  void readersOutliveTheKeeperOfTheirSnapshot() throws Exception {
    TableGate gate = TableGate.behind(database, "copies");
    CompletableFuture<Launched> run;
    try (Connection closed = gate.close()) {
      run =
          CompletableFuture.supplyAsync(
              () -> transfer("--from=jdbc:accounts --to=jdbc:copies", DIRECT, jdbc()));
      gate.awaitOne();
      assertThat(
              database.number(
                  "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
                      + " WHERE application_name = 'diagonal' AND backend_xmin IS NOT NULL"
                      + " ORDER BY xact_start LIMIT 1) AS keeper"))
          .isEqualTo(1);
      database.execute("UPDATE accounts SET balance = 0");
      closed.rollback();
    }

    assertDone(run.get(BOUND.toSeconds(), TimeUnit.SECONDS));
    assertThat(database.number("SELECT sum(balance) FROM copies")).isEqualTo(100L * ACCOUNTS);
  }

  @Test
  void aReadOnlyDatabaseIsRead() throws Exception {
    Path file = directory.resolve("accounts.csv");
    String url =
        "--jdbcUrl=%s?options=-c%%20default_transaction_read_only=on --jdbcUser=%s"
            .formatted(database.postgres().jdbcUrl(), database.postgres().user());

    assertDone(transfer("--from=jdbc:accounts --to=csv:" + file, url));

    assertThat(Files.readAllLines(file)).hasSize(1 + ACCOUNTS).doesNotHaveDuplicates();
  }

  private long sessions() {
    return database.numberNow(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'diagonal' AND backend_xmin IS NOT NULL");
  }

  private long waitingAtTheGate() {
    return database.numberNow("SELECT count(*) FROM pg_locks WHERE objid = 4711 AND NOT granted");
  }

  @Test
  void aTableWithoutAKeyHasSeveralReaders() throws Exception {
    assertDone(transfer("--from=jdbc:accounts --to=jdbc:copies", jdbc(), "--targetParallelism=3"));

    assertThat(database.number("SELECT count(*) FROM copies")).isEqualTo(ACCOUNTS);
    assertThat(
            database.number(
                "SELECT count(*) FROM (SELECT * FROM accounts EXCEPT SELECT * FROM copies) AS missing"))
        .isZero();
    assertThat(database.number("SELECT count(DISTINCT xmin::text) FROM copies"))
        .as("transactions, at least one for each range")
        .isGreaterThan(2);
  }

  @Test
  void readsAllPartitionsWithRightsOnParentOnly() throws Exception {
    createReader();
    partitionAccounts();
    database.execute(
        """
        GRANT USAGE ON SCHEMA parts TO reader; GRANT SELECT ON parts.all_of TO reader;
        """);
    Path file = directory.resolve("all.csv");

    assertDone(transfer("--from=jdbc:parts.all_of --to=csv:" + file, jdbc("reader")));

    assertThat(Files.readAllLines(file)).hasSize(1 + ACCOUNTS).doesNotHaveDuplicates();
  }

  @Test
  void rowSecurityOfTheParentHoldsForPartitions() throws Exception {
    createReader();
    partitionAccounts();
    database.execute(
        """
        ALTER TABLE parts.all_of ENABLE ROW LEVEL SECURITY;
        CREATE POLICY few ON parts.all_of USING (id < 1000 OR id > 599000);
        GRANT USAGE ON SCHEMA parts TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA parts TO reader;
        """);
    Path file = directory.resolve("few.csv");

    Launched launched = transfer("--from=jdbc:parts.all_of --to=csv:" + file, jdbc("reader"));

    assertDone(launched);
    assertThat(launched.out())
        .anyMatch(line -> line.contains("row-level security applies to user reader: rows that"));
    long few = database.number("SELECT count(*) FROM accounts WHERE id < 1000 OR id > 599000");
    assertThat(Files.readAllLines(file)).hasSize((int) (1 + few));
  }

  /** A view reads as its owner, to whom no policy applies. */
  @Test
  void saysWhetherPoliciesHideRowsOfQueries() throws Exception {
    createReader();
    partitionAccounts();
    database.execute(
        """
        ALTER TABLE parts.low ENABLE ROW LEVEL SECURITY;
        CREATE VIEW parts.owned AS SELECT id FROM parts.low;
        CREATE TABLE parts.empty_copy (LIKE parts.low);
        GRANT USAGE ON SCHEMA parts TO reader; GRANT ALL ON ALL TABLES IN SCHEMA parts TO reader;
        """);
    String to = " --to=csv:" + directory.resolve("some.csv");

    Launched query =
        Launched.with(
            Main.COMMANDS,
            "transfer",
            "--from=jdbc:",
            "--query=SELECT id FROM parts.low",
            "--to=csv:" + directory.resolve("query.csv"),
            "--jdbcUrl=" + database.postgres().jdbcUrl(),
            "--jdbcUser=reader");
    assertDone(query);
    assertThat(query.out()).anyMatch(line -> line.contains("rows that it hides are not read"));
    Launched copied =
        transfer(
            "--from=jdbc:parts.low --to=jdbc:parts.empty_copy --inputJdbcUser=reader",
            "--inputJdbcUrl=" + database.postgres().jdbcUrl(),
            jdbc());
    assertDone(copied);
    assertThat(copied.out())
        .anyMatch(line -> line.contains("COPY's binary format"))
        .anyMatch(line -> line.contains("rows that it hides are not read"));
    assertThat(transfer("--from=jdbc:parts.owned" + to, jdbc("reader")).out())
        .noneMatch(line -> line.contains("row-level security"));
    assertThat(transfer("--from=jdbc:parts.low" + to, jdbc()).out())
        .noneMatch(line -> line.contains("row-level security"));
  }

  @Test
  void viewsAndMaterializedViewsAreRead() throws Exception {
    database.execute(
        """
        CREATE SCHEMA parts;
        CREATE VIEW parts.seen AS SELECT id, balance FROM accounts WHERE id < 500000;
        CREATE MATERIALIZED VIEW parts.kept AS SELECT id, balance, filler FROM accounts;
        """);
    Path seen = directory.resolve("seen.csv");
    Path kept = directory.resolve("kept.csv");

    assertDone(transfer("--from=jdbc:parts.seen --rangeKey=id --to=csv:" + seen, jdbc()));
    assertDone(transfer("--from=jdbc:parts.kept --to=csv:" + kept, jdbc()));

    long below = database.number("SELECT count(*) FROM accounts WHERE id < 500000");
    assertThat(Files.readAllLines(seen)).hasSize((int) (1 + below)).doesNotHaveDuplicates();
    assertThat(Files.readAllLines(kept)).hasSize(1 + ACCOUNTS).doesNotHaveDuplicates();
  }

  @Test
  void nothingIsLeftOpenAfterTheTransfer() throws Exception {
    assertDone(transfer("--from=jdbc:accounts --to=csv:" + directory.resolve("a.csv"), jdbc()));
    assertThat(Eventually.within(BOUND, () -> sessions() == 0)).isTrue();
  }

  @Test
  void aTableMayReplaceItselfFromItsSnapshot() throws Exception {
    assertDone(
        transfer(
            "--from=jdbc:accounts --to=jdbc:accounts --mode=replace --transaction=all", jdbc()));
    assertThat(database.number("SELECT count(DISTINCT id) FROM accounts")).isEqualTo(ACCOUNTS);
    assertThat(database.number("SELECT count(*) FROM accounts")).isEqualTo(ACCOUNTS);
  }
}
