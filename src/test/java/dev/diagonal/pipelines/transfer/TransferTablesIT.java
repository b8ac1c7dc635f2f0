package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.TableGate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Transfers of all tables that match a pattern. */
@ExtendWith(PostgresExtension.class)
final class TransferTablesIT {

  /** In the order of their names, a child comes before its parent. */
  private static final String SOURCE =
      """
      DROP SCHEMA IF EXISTS shop CASCADE;
      DROP SCHEMA IF EXISTS copy CASCADE;
      DROP SCHEMA IF EXISTS apart CASCADE;
      CREATE SCHEMA shop;
      CREATE SCHEMA copy;
      CREATE TABLE shop.people (id int PRIMARY KEY, name text);
      CREATE TABLE shop.orders (id int PRIMARY KEY, person int REFERENCES shop.people);
      CREATE TABLE shop."Odd name" (day date, n numeric(10, 2)) PARTITION BY RANGE (day);
      CREATE TABLE shop.part_1 PARTITION OF shop."Odd name" FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
      CREATE TABLE shop.part_2 PARTITION OF shop."Odd name" FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);
      CREATE TABLE shop.cart (id int);
      CREATE VIEW shop.names AS SELECT name FROM shop.people;
      INSERT INTO shop.people SELECT i, 'p' || i FROM generate_series(1, 100) AS i;
      INSERT INTO shop.orders SELECT i, i % 100 + 1 FROM generate_series(1, 500) AS i;
      INSERT INTO shop."Odd name" VALUES ('2019-05-01', 1.25), ('2021-05-01', 2.50);
      """;

  private static final String COPY =
      """
      CREATE TABLE copy.people (LIKE shop.people INCLUDING ALL);
      CREATE TABLE copy.orders (LIKE shop.orders INCLUDING ALL);
      ALTER TABLE copy.orders ADD FOREIGN KEY (person) REFERENCES copy.people;
      """;

  private final Path directory;
  private final EdgeDatabase database;

  TransferTablesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createTables() throws SQLException {
    database.execute(SOURCE);
  }

  private Launched transfer(String from, String to, String... more) {
    List<String> args = new ArrayList<>(List.of("transfer", "--from=jdbc:" + from, "--to=" + to));
    if (Stream.of(more).noneMatch(each -> each.startsWith("--inputJdbcUrl="))
        || to.startsWith("jdbc:")) {
      args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
      args.add("--jdbcUser=" + database.postgres().user());
    }
    args.addAll(List.of(more));
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private void assertRefused(String why, Launched launched) {
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", launched.err())).contains(why);
  }

  @Test
  void eachTableBecomesAFile() throws Exception {
    Launched launched = transfer("shop.*", "csv:" + directory + "/*.csv", "--verify=true");

    assertDone(launched);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .containsExactlyInAnyOrder("people.csv", "orders.csv", "Odd name.csv", "cart.csv");
    }
    assertThat(Files.readAllLines(directory.resolve("people.csv"))).hasSize(101);
    assertThat(Files.readAllLines(directory.resolve("Odd name.csv")))
        .containsExactlyInAnyOrder("day,n", "2019-05-01,1.25", "2021-05-01,2.50");
    assertThat(launched.out()).anyMatch(line -> line.contains("shop.orders"));
  }

  @Test
  void tablesThatCannotBeTransferredAreNamed() throws Exception {
    database.execute("CREATE TABLE shop.empty ()");
    assertRefused("table shop.empty has no columns", transfer("shop.*", "jdbc:copy.*"));
    database.execute("DROP TABLE shop.empty; CREATE TABLE shop.\"a.b\" (id int)");
    assertRefused(
        "table shop.a.b of --from=jdbc:shop.* cannot be named", transfer("shop.*", "jdbc:copy.*"));
    assertThat(database.query("SELECT to_regclass('copy.people') IS NULL")).containsExactly("t");
  }

  /** A partition is transferred with its table, or else by its own name. */
  @Test
  void transfersPartitionsOfUnmatchedTables() throws Exception {
    database.execute(
        """
        CREATE SCHEMA apart;
        CREATE TABLE apart.days (day date) PARTITION BY RANGE (day);
        CREATE TABLE apart.d2020 PARTITION OF apart.days FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
        INSERT INTO apart.days VALUES ('2020-05-01');
        ALTER TABLE apart.days SET SCHEMA shop;
        """);

    assertDone(transfer("apart.*", "csv:" + directory + "/*.csv"));
    assertThat(Files.readAllLines(directory.resolve("d2020.csv")))
        .containsExactly("day", "2020-05-01");
    assertDone(transfer("*.*da*", "csv:" + directory + "/*.csv"));
    assertThat(directory.resolve("apart.d2020.csv")).doesNotExist();
    assertThat(Files.readAllLines(directory.resolve("shop.days.csv")))
        .containsExactly("day", "2020-05-01");
  }

  @Test
  void aDryRunListsTheTables() {
    Launched launched = transfer("shop.*o*", "csv:" + directory + "/*.csv", "--dryRun");

    assertDone(launched);
    assertThat(String.join("\n", launched.out()))
        .contains("shop.people", "shop.orders", "from one snapshot")
        .doesNotContain("shop.cart");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void writesReferencedTablesFirst() throws Exception {
    database.execute(COPY);

    assertDone(transfer("shop.*", "jdbc:copy.*"));

    assertThat(database.number("SELECT count(*) FROM copy.people")).isEqualTo(100);
    assertThat(database.number("SELECT count(*) FROM copy.orders")).isEqualTo(500);
    assertThat(database.number("SELECT count(*) FROM copy.\"Odd name\"")).isEqualTo(2);
  }

  @Test
  void foreignKeysHoldWhenTablesChangeAtomically() throws Exception {
    database.execute(COPY);

    assertDone(transfer("shop.*o*", "jdbc:copy.*", "--transaction=all"));

    assertThat(database.number("SELECT count(*) FROM copy.people")).isEqualTo(100);
    assertThat(database.number("SELECT count(*) FROM copy.orders")).isEqualTo(500);
  }

  @Test
  void replacedTablesLoseNoRowsToCascades() throws Exception {
    database.execute(
        COPY.replace("REFERENCES copy.people", "REFERENCES copy.people ON DELETE CASCADE"));
    for (int run = 0; run < 2; run++) {
      assertDone(transfer("shop.*o*", "jdbc:copy.*", "--mode=replace", "--transaction=all"));
      assertThat(database.number("SELECT count(*) FROM copy.people")).isEqualTo(100);
      assertThat(database.number("SELECT count(*) FROM copy.orders")).isEqualTo(500);
    }

    Launched parentAlone =
        transfer("shop.people", "jdbc:copy.people", "--mode=replace", "--transaction=all");

    assertThat(parentAlone.exitCode()).as("%s", parentAlone).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", parentAlone.err())).contains("rows of table copy.orders");
    assertThat(database.number("SELECT count(*) FROM copy.orders")).isEqualTo(500);
  }

  @Test
  void primaryKeysAreTheKeysOfAnUpsert() throws Exception {
    database.execute(COPY);
    assertRefused("has no primary key", transfer("shop.*", "jdbc:copy.*", "--mode=upsert"));
    for (int run = 0; run < 2; run++) {
      assertDone(transfer("shop.*o*", "jdbc:copy.*", "--mode=upsert"));
    }

    assertThat(database.number("SELECT count(*) FROM copy.people")).isEqualTo(100);
    assertThat(database.number("SELECT count(*) FROM copy.orders")).isEqualTo(500);
  }

  @Test
  void allTablesAreReadAtOneMoment() throws Exception {
    database.execute(COPY);
    TableGate gate = TableGate.behind(database, "copy.people");
    CompletableFuture<Launched> running;
    try (Connection closed = gate.close()) {
      running = CompletableFuture.supplyAsync(() -> transfer("shop.*o*", "jdbc:copy.*"));
      gate.awaitOne(); // people are being written; orders are not read yet
      database.execute(
          "INSERT INTO shop.people VALUES (101, 'new'); INSERT INTO shop.orders VALUES (501, 101)");
      closed.rollback();
    }

    assertDone(running.get(4, TimeUnit.MINUTES));
    assertThat(database.number("SELECT count(*) FROM copy.people")).isEqualTo(100);
    assertThat(database.number("SELECT count(*) FROM copy.orders")).isEqualTo(500);
  }

  @Test
  void anotherDatabaseIsTheSource() throws Exception {
    database.execute("DROP DATABASE IF EXISTS elsewhere");
    database.execute("CREATE DATABASE elsewhere");
    String url = database.postgres().jdbcUrl().replaceFirst("/[^/?]+(\\?|$)", "/elsewhere$1");
    String user = database.postgres().user();
    try (Connection other = DriverManager.getConnection(url, user, null);
        Statement statement = other.createStatement()) {
      statement.execute(
          "CREATE SCHEMA far; CREATE TABLE far.things AS SELECT i AS id FROM generate_series(1, 50) AS i");

      assertDone(
          transfer("far.*", "jdbc:copy.*", "--inputJdbcUrl=" + url, "--inputJdbcUser=" + user));
      assertThat(database.number("SELECT count(*) FROM copy.things")).isEqualTo(50);
      assertDone(
          transfer(
              "far.*",
              "jsonl:" + directory + "/*.jsonl.gz",
              "--inputJdbcUrl=" + url,
              "--inputJdbcUser=" + user));
      assertThat(directory.resolve("things.jsonl.gz")).exists();
      try (ResultSet left = statement.executeQuery("SELECT count(*) FROM far.things")) {
        left.next();
        assertThat(left.getInt(1)).isEqualTo(50);
      }
    } finally {
      database.execute("DROP DATABASE elsewhere WITH (FORCE)");
    }
  }

  @Test
  void whatCannotBeSeveralTablesIsRefused() throws Exception {
    assertRefused("a schema and a table", transfer("*", "csv:" + directory + "/*.csv"));
    assertRefused("one *", transfer("shop.*", "csv:" + directory + "/all.csv"));
    assertRefused("to itself", transfer("shop.*", "jdbc:shop.*"));
    assertRefused("matches --from=jdbc:nowhere.*", transfer("nowhere.*", "jdbc:copy.*"));
    assertRefused("--key", transfer("shop.*", "jdbc:copy.*", "--key=id"));
    for (String option : List.of("--resume", "--incrementalColumn=id")) {
      for (String transaction : List.of("each", "all")) {
        assertRefused(
            "needs --mode=upsert: the key of each table is its primary key",
            transfer("shop.*", "jdbc:copy.*", option, "--transaction=" + transaction));
      }
    }
    database.execute("CREATE TABLE shop.guests () INHERITS (shop.people)");
    assertRefused("inherits from", transfer("shop.*", "jdbc:copy.*"));
    assertThat(
            database.query(
                "SELECT relname FROM pg_class WHERE relnamespace = 'copy'::regnamespace"))
        .isEmpty();
  }
}
