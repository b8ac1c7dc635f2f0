package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.sink.TargetTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transfers to and from a real Sqlite. */
final class TransferToSqliteTest extends StoreCases {

  TransferToSqliteTest(@TempDir Path directory) {
    super(directory);
  }

  @Override
  String url() {
    return "jdbc:sqlite:" + directory.resolve("store.db");
  }

  @Test
  void rowsThatATriggerMayIgnoreAreUnconfirmed() throws Exception {
    execute(
        "CREATE TABLE people (id integer PRIMARY KEY, age integer)",
        "INSERT INTO people VALUES (1, 1), (2, 2)",
        "CREATE TRIGGER keep BEFORE DELETE ON people WHEN OLD.id = 1 BEGIN SELECT RAISE(IGNORE); END");
    Launched launched = load("id,age\n1,\n2,\n9,\n", "people", "--key=id", "--mode=delete");
    assertDone(launched);
    assertThat(launched.out())
        .anyMatch(line -> line.matches(" +\\w+ +1 rows  table people"))
        .anyMatch(line -> line.startsWith("  table people: 2 rows are not counted as written, "));
    assertThat(query("SELECT id FROM people")).containsExactly("1");
  }

  @Test
  void textsThatWouldBecomeNumbersAreDeadLetters() throws Exception {
    execute("CREATE TABLE typed (a string, b numeric, c real)");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        load(
            "a,b,c\n007,,\nx7,0.5,0.5\n,1234567890.1234567891,\n,,NaN\n",
            "typed",
            "--types=a:text,b:decimal,c:double",
            "--badRecords=" + bad);
    assertDone(launched);
    assertThat(query("SELECT a, b, c FROM typed")).containsExactly("x7|0.5|0.5");
    assertThat(Files.readAllLines(bad)).hasSize(3);
  }

  @Test
  void valuesOfOtherStorageClassAreDeadLetters() throws Exception {
    execute(
        "CREATE TABLE typed (a integer, b text, c blob, d date, e numeric)",
        "INSERT INTO typed VALUES (1, 'x', x'00', '2024-01-01', 1.5), ('one', NULL, NULL, NULL, NULL),"
            + " (1.5, NULL, NULL, NULL, NULL), (NULL, x'41', NULL, NULL, NULL),"
            + " (NULL, NULL, 'text', NULL, NULL), (NULL, NULL, NULL, 20240101, NULL)");
    Path bad = directory.resolve("bad.jsonl");
    Path out = directory.resolve("out.csv");
    assertDone(transfer("jdbc:typed", "csv:" + out, "--badRecords=" + bad));
    assertThat(Files.readAllLines(out)).containsExactly("a,b,c,d,e", "1,x,\\x00,2024-01-01,1.5");
    assertThat(Files.readAllLines(bad)).hasSize(5);
  }

  @Test
  void workersOfAClusterCannotOpenIt() throws Exception {
    assertRefused(
        "is a file of this machine",
        load("id\n1\n", "people", "--runner=FlinkRunner", "--flinkMaster=127.0.0.1:1"));
  }

  /** The drivers create a file when they connect. */
  @ParameterizedTest
  @ValueSource(strings = {"jdbc:sqlite:", "jdbc:sqlite:file:", "jdbc:duckdb:"})
  void aLookCreatesNoDatabase(String prefix) throws Exception {
    Path missing = directory.resolve("missing.db");
    String url = "--jdbcUrl=" + prefix + missing;

    assertFailed("there is no file", transfer("jdbc:people", "csv:" + directory + "/o.csv", url));
    Launched dry = load("id\n1\n", "people", url, "--dryRun");

    assertDone(dry);
    assertThat(dry.out()).anyMatch(line -> line.startsWith("table:   people would be created"));
    assertThat(missing).doesNotExist();
    assertDone(load("id\n1\n", "people", url));
    assertThat(missing).exists();
  }

  @Test
  void aDatabaseInMemoryIsRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("in.csv"), "id\n1\n");
    assertRefused(
        "a database in memory ends with its connection",
        transfer("csv:" + file, "jdbc:people", "--jdbcUrl=jdbc:sqlite::memory:"));
  }

  @Override
  String realType() {
    return "float4";
  }

  @Test
  void decimalKeysAreEqualIfTheirNumbersAre() throws Exception {
    for (String type : List.of("TEXT DECIMAL", "TEXT DECIMAL(10,2)")) {
      execute(
          "DROP TABLE IF EXISTS typed",
          "CREATE TABLE typed (k %s PRIMARY KEY, n int)".formatted(type));
      assertDone(load("k,n\n1.5,1\n10,1\n", "typed", "--key=k"));
      assertDone(load("k,n\n1.50,2\n10.0,2\n", "typed", "--key=k"));
      assertThat(query("SELECT n FROM typed")).containsExactly("2", "2");
    }
  }

  @Test
  void aColumnWithoutATypeIsRefused() throws Exception {
    execute("CREATE TABLE typed (a, b text)");
    assertFailed("column 'a': a column without a type", load("a,b\n5,x\n", "typed"));
  }

  @Test
  void constraintsThatDropRowsAreRefused() throws Exception {
    execute("CREATE TABLE typed (a int PRIMARY KEY ON  CONFLICT\nIgnore, b text)");
    assertFailed("ON CONFLICT IGNORE", load("a,b\n5,x\n5,y\n", "typed", "--mode=insert"));
  }

  @Test
  void queryExpressionsTakeTypeOfFirstRow() throws Exception {
    execute(
        "CREATE TABLE typed (a int, b text, c blob)",
        "INSERT INTO typed VALUES (1, 'x', x'00'), (2, 'y', x'01'), (3, 'z', x'02')");
    Path out = directory.resolve("out.csv");
    assertDone(
        transfer(
            "jdbc:",
            "csv:" + out,
            "--query=SELECT a, a + 1 AS n, b || '!' AS t, a / 2.0 AS d, c || '' AS u, NULL AS e FROM typed"));
    assertThat(Files.readAllLines(out).get(0)).isEqualTo("a,n,t,d,u,e");
    assertThat(Files.readAllLines(out)).contains("1,2,x!,0.5,\u0000,", "3,4,z!,1.5,\u0002,");
  }

  @Test
  void checksTableCreatedByConcurrentRun() throws Exception {
    JdbcTarget database = JdbcTarget.at(url());
    RowType rows =
        new RowType(
            List.of(new Field("id", FieldType.BIGINT), new Field("amount", FieldType.DECIMAL)));
    Table table =
        TargetTable.find(database, "typed", "rows", rows, List.of("id"), WriteMode.INSERT, false);
    execute("CREATE TABLE typed (id int PRIMARY KEY, amount int)");
    assertThatThrownBy(() -> TargetTable.created(database, table, "rows", rows, WriteMode.INSERT))
        .isInstanceOf(TargetMismatchException.class)
        .hasMessageContaining("column 'amount': the rows have decimal, it holds bigint");
  }

  @Test
  void infiniteDecimalsAreDeadLetters() throws Exception {
    execute("CREATE TABLE typed (e numeric)", "INSERT INTO typed VALUES (9e999), (1.5)");
    Path bad = directory.resolve("bad.jsonl");
    Path out = directory.resolve("out.csv");
    assertDone(transfer("jdbc:typed", "csv:" + out, "--badRecords=" + bad));
    assertThat(Files.readAllLines(out)).containsExactly("e", "1.5");
    assertThat(Files.readAllLines(bad)).hasSize(1);
  }

  @Test
  void textsThatAreNotUtf8AreDeadLetters() throws Exception {
    execute(
        "CREATE TABLE typed (t text)",
        "INSERT INTO typed VALUES (CAST(x'61ff62' AS TEXT)), (CAST(x'efbfbd' AS TEXT))");
    Path bad = directory.resolve("bad.jsonl");
    Path out = directory.resolve("out.csv");
    assertDone(transfer("jdbc:typed", "csv:" + out, "--badRecords=" + bad));
    assertThat(Files.readAllLines(out)).containsExactly("t", "\uFFFD");
    assertThat(Files.readString(bad)).contains("is not UTF-8");
  }

  /** The number of a row is that in its range, so the range is named. */
  @Test
  void badRowsNameTheirRange() throws Exception {
    execute(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, age INTEGER)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000)"
            + " INSERT INTO people SELECT i, CASE i WHEN 100001 THEN 'old' ELSE 1 END FROM n");
    Path bad = directory.resolve("bad.jsonl");
    assertDone(
        transfer(
            "jdbc:people",
            "csv:" + directory.resolve("out.csv"),
            "--badRecords=" + bad,
            "--targetParallelism=2"));
    assertThat(Files.readString(bad)).contains("WHERE \\\"id\\\" >= 60001, row 40001, column age");
  }
}
