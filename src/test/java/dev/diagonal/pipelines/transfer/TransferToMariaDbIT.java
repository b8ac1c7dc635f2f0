package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.transfer.source.JdbcStandardRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.LocalMariaDb;
import dev.diagonal.testing.MariaDbExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transfers to and from a real MariaDB, whose defaults are the most careless ones. */
@ExtendWith(MariaDbExtension.class)
final class TransferToMariaDbIT extends StoreCases {

  private final LocalMariaDb server;

  TransferToMariaDbIT(@TempDir Path directory, LocalMariaDb server) {
    super(directory);
    this.server = server;
  }

  @Override
  String url() {
    return server.jdbcUrl();
  }

  @Test
  void valuesThatColumnWouldChangeAreDeadLetters() throws Exception {
    execute(
        "CREATE TABLE typed (a varchar(3), b binary(2), c datetime, d year, e tinyint, f int unsigned)");
    Path bad = directory.resolve("bad.jsonl");
    String types = "--types=a:text,b:bytes,c:timestamp,d:smallint,e:smallint,f:bigint";
    Launched launched =
        load(
            "a,b,c,d,e,f\nabc,\\x0102,2024-01-01 10:00:00,2024,127,4294967295\n"
                + "\"abc \",,,,,\n,\\x01,,,,\n,,2024-01-01 10:00:00.5,,,\n,,,70,,\n,,,,128,\n,,,,,-1\n",
            "typed",
            "--badRecords=" + bad,
            types);
    assertDone(launched);
    assertThat(query("SELECT a, hex(b), c, e, f FROM typed"))
        .containsExactly("abc|0102|2024-01-01 10:00:00|127|4294967295");
    assertThat(Files.readAllLines(bad)).hasSize(6);
  }

  @ParameterizedTest
  @CsvSource({"useBulkStmts=true,0", "useAffectedRows=true,1"})
  void rowsThatTheDriverHidesAreUnconfirmed(String option, int written) throws Exception {
    execute(
        "CREATE TABLE people (id int PRIMARY KEY, age int)",
        "INSERT INTO people VALUES (1, 1), (2, 2)");
    Launched launched =
        load(
            "id,age\n1,10\n2,2\n9,9\n",
            "people",
            "--key=id",
            "--mode=update",
            "--jdbcUrl=" + url() + (url().contains("?") ? "&" : "?") + option);
    assertDone(launched);
    assertThat(launched.out())
        .anyMatch(line -> line.matches(" +\\w+ +" + written + " rows  table people"))
        .anyMatch(
            line ->
                line.startsWith(
                    "  table people: %s rows are not counted as written, ".formatted(3 - written)));
  }

  @Test
  void aFurtherUniqueKeyRefusesAnUpsert() throws Exception {
    execute("CREATE TABLE people (id int PRIMARY KEY, name varchar(10) UNIQUE)");
    assertFailed("another unique key, name (name)", load("id,name\n1,a\n", "people", "--key=id"));
  }

  @Test
  void aTableWithoutTransactionsIsRefused() throws Exception {
    execute("CREATE TABLE people (id int) ENGINE = MyISAM");
    assertFailed("its engine MyISAM has no transactions", load("id\n1\n", "people"));
  }

  @Test
  void anEnumIsRefused() throws Exception {
    execute("CREATE TABLE people (id int, kind enum('a', 'b'))");
    assertFailed("column 'kind': an enum", load("id,kind\n1,a\n", "people"));
  }

  @Test
  void unusualTypesAreReadExactly() throws Exception {
    execute(
        """
        CREATE TABLE typed (a bigint unsigned, b int unsigned, c float, d year, e bit(1), f time(3),
          g timestamp(3), h enum('x', 'y'), i char(5), j mediumint unsigned, k decimal(30, 10))""",
        "SET time_zone = '+00:00'",
        """
        INSERT INTO typed VALUES (18446744073709551615, 4294967295, 16777215, 1999, 1, '01:02:03.004',
          '2024-06-01 00:00:00.125', 'y', 'ab', 16777215, 12345678901234567890.0123456789)""");
    assertThat(unload("typed"))
        .containsExactly(
            "a,b,c,d,e,f,g,h,i,j,k",
            "18446744073709551615,4294967295,1.6777215E7,1999,true,01:02:03.004,"
                + "2024-06-01T00:00:00.125Z,y,ab,16777215,12345678901234567890.0123456789");
  }

  @Test
  void valuesWithoutCounterpartAreDeadLetters() throws Exception {
    execute(
        "CREATE TABLE typed (a tinyint(1), b date, c datetime, d time)",
        "SET sql_mode = ''",
        "INSERT INTO typed VALUES (5, NULL, NULL, NULL), (NULL, '0000-00-00', NULL, NULL),"
            + " (NULL, NULL, '2024-00-00 00:00:00', NULL), (NULL, NULL, NULL, '-01:00:00'),"
            + " (1, '2024-01-01', '2024-01-01 10:00:00', '24:00:00')");
    Path bad = directory.resolve("bad.jsonl");
    Path out = directory.resolve("out.csv");
    assertDone(transfer("jdbc:typed", "csv:" + out, "--badRecords=" + bad));
    assertThat(Files.readAllLines(out))
        .containsExactly("a,b,c,d", "true,2024-01-01,2024-01-01T10:00:00,24:00:00");
    assertThat(Files.readAllLines(bad)).hasSize(4);
    assertThat(Files.readString(bad)).contains("tinyInt1isBit=false").contains("0000-00-00");
  }

  @Test
  void timesDoNotDependOnJvmZone() throws Exception {
    execute(
        "CREATE TABLE typed (a datetime(3), b datetime, c timestamp(3) NULL, d timestamp(6) NULL)",
        "SET time_zone = '+00:00'",
        "INSERT INTO typed VALUES ('2026-03-29 02:30:00.001', '2026-03-29 02:30:00',"
            + " '2026-03-29 02:30:00.010', '2026-10-25 00:30:00.000001'),"
            + " ('2026-01-01 00:00:00.1', NULL, NULL, '2026-03-29 01:30:00')");
    TimeZone before = TimeZone.getDefault();
    TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
    try {
      assertThat(unload("typed"))
          .containsExactlyInAnyOrder(
              "a,b,c,d",
              "2026-03-29T02:30:00.001,2026-03-29T02:30:00,2026-03-29T02:30:00.01Z,2026-10-25T00:30:00.000001Z",
              "2026-01-01T00:00:00.1,,,2026-03-29T01:30:00Z");
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @Test
  void textsLosingTrailingSpacesAreDeadLetters() throws Exception {
    execute("CREATE TABLE typed (a char(5), b tinytext, c bit(9))");
    String spaces = " ".repeat(255);
    Path bad = directory.resolve("bad.jsonl");
    assertDone(
        load(
            "a,b,c\nab,x,\\x01ff\n\"ab \",x,\n,\"x%s\",\n,,\\x01\n".formatted(spaces),
            "typed",
            "--types=a:text,b:text,c:bytes",
            "--badRecords=" + bad));
    assertThat(query("SELECT a, b, hex(c) FROM typed")).containsExactly("ab|x|1FF");
    assertThat(Files.readAllLines(bad)).hasSize(3);
  }

  @Test
  void geometriesAndBitsAreReadAsBytes() throws Exception {
    execute(
        "CREATE TABLE typed (a point, b bit(9), c bit(8))",
        "INSERT INTO typed VALUES (point(1, 2), b'111111111', b'10000000')");
    assertThat(unload("typed"))
        .containsExactly(
            "a,b,c", "\\x000000000101000000000000000000f03f0000000000000040,\\x01ff,\\x80");
  }

  @Test
  void readsTinyintAsNumberIfUrlSaysSo() throws Exception {
    execute("CREATE TABLE typed (a tinyint(1))", "INSERT INTO typed VALUES (5), (-1), (NULL)");
    assertThat(unload("typed", "--jdbcUrl=" + url() + "&tinyInt1isBit=false"))
        .containsExactlyInAnyOrder("a", "5", "-1", "\"\"");
  }

  @Test
  void theSessionDoesNotDependOnTheServer() throws Exception {
    execute(
        "CREATE TABLE people (id int PRIMARY KEY, name char(3))",
        "CREATE TABLE other (id int REFERENCES people (id), age int CHECK (age < 150))");
    String careless =
        "--jdbcUrl="
            + url()
            + "&sessionVariables=sql_select_limit=1,foreign_key_checks=0,unique_checks=0,check_constraint_checks=0,"
            + "sql_mode='PAD_CHAR_TO_FULL_LENGTH'";
    assertDone(load("id,name\n1,a\n2,b\n", "people", careless));
    Path bad = directory.resolve("bad.jsonl");
    assertDone(load("id,age\n1,1\n2,200\n9,1\n", "other", careless, "--badRecords=" + bad));
    assertThat(query("SELECT id, age FROM other")).containsExactly("1|1");
    assertThat(Files.readAllLines(bad)).hasSize(2);
    assertThat(unload("people", careless)).containsExactlyInAnyOrder("id,name", "1,a", "2,b");
  }

  @Test
  void rangesUseKeyOfRightDatabase() throws Exception {
    execute(
        "CREATE TABLE people (id int PRIMARY KEY, name varchar(9))",
        "CREATE OR REPLACE DATABASE another",
        "CREATE TABLE another.people (id int, name varchar(9) PRIMARY KEY)");
    JdbcTarget database = JdbcTarget.at(url());
    assertThat(JdbcStandardRows.ofTable(database, "people", null, 4).mostRanges()).isEqualTo(4);
    assertThat(JdbcStandardRows.ofTable(database, "test.people", null, 4).mostRanges())
        .isEqualTo(4);
    assertThat(JdbcStandardRows.ofTable(database, "another.people", null, 4).mostRanges())
        .isEqualTo(1);
  }

  @Test
  void tablesWhoseTypesDifferAreRefused() throws Exception {
    execute(
        "CREATE TABLE people (id bigint, amount int)",
        "CREATE TABLE other (id int, amount double)");
    assertFailed(
        "column 'amount': the rows have text, it holds integer",
        load("id,amount\n1,1.5\n", "people,jdbc:other"));
    execute("ALTER TABLE other MODIFY amount bigint");
    assertDone(load("id,amount\n1,2\n", "people,jdbc:other"));
    assertThat(query("SELECT id, amount FROM other")).containsExactly("1|2");
  }
}
