package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What transfers do with tables of MariaDB, SQLite and DuckDB alike. */
abstract class StoreCases {

  static final String ALL_TYPES =
      "id:bigint,b:boolean,s:smallint,i:integer,r:real,d:double,n:decimal(20,5),t:text,x:bytes,"
          + "day:date,hour:time,local:timestamp,moment:instant,u:uuid,j:json";

  private static final String ALL_COLUMNS = "id,b,s,i,r,d,n,t,x,day,hour,local,moment,u,j\n";

  private static final String ALL_VALUES =
      ALL_COLUMNS
          + "1,true,-32768,-2147483648,0.1,0.1,123456789012345.12345,\"a, \"\"b\"\" ž 😀 '\\ \",\\x00ff,"
          + "1999-12-31,23:59:59.000001,1999-12-31 23:59:59.999999,2026-03-29T01:30:00.000001Z,"
          + "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,\"{\"\"k\"\": [1.50, null]}\"\n"
          + "9223372036854775807,false,32767,2147483647,16777216,1.7976931348623157E308,-0.00001,\"\",\\x,"
          + "2024-02-29,00:00:00,2024-02-29 00:00:00,2024-02-29T00:00:00Z,"
          + "00000000-0000-0000-0000-000000000000,1.50\n"
          + "3,,,,,,,,,,,,,,\n"
          + "4,true,0,0,-3.4028235E38,-4.9E-324,0.00000,007,\\x41,"
          + "2001-01-01,12:00:00,2001-01-01 12:00:00,2001-01-01T12:00:00Z,"
          + "ffffffff-ffff-ffff-ffff-ffffffffffff,\"\"\"1e5\"\"\"\n";

  final Path directory;

  StoreCases(Path directory) {
    this.directory = directory;
  }

  abstract String url();

  @BeforeEach
  void dropTables() throws SQLException {
    for (String table : List.of("typed", "other", "people")) {
      execute("DROP TABLE IF EXISTS " + table);
    }
  }

  final void execute(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  /** Returns rows with a bar between the values. */
  final List<String> query(String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          values.add(String.valueOf(result.getString(i)));
        }
        rows.add(String.join("|", values));
      }
    }
    return rows;
  }

  final Launched transfer(String from, String to, String... more) {
    List<String> args = new ArrayList<>(List.of("transfer", "--from=" + from, "--to=" + to));
    args.addAll(List.of(more));
    if (args.stream().noneMatch(arg -> arg.startsWith("--jdbcUrl="))) {
      args.add("--jdbcUrl=" + url());
    }
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  final Launched load(String csv, String table, String... more) throws Exception {
    Path file = Files.writeString(directory.resolve("in.csv"), csv);
    return transfer("csv:" + file, "jdbc:" + table, more);
  }

  final List<String> unload(String table, String... more) throws Exception {
    Path file = directory.resolve("out.csv");
    assertDone(transfer("jdbc:" + table, "csv:" + file, more));
    return Files.readAllLines(file);
  }

  final void assertRefused(String why, Launched launched) {
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", launched.err())).contains(why);
  }

  final void assertFailed(String why, Launched launched) {
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", launched.err())).contains(why);
  }

  @Test
  void valuesOfAllTypesComeBackUnchanged() throws Exception {
    assertDone(load(ALL_VALUES, "typed", "--key=id", "--types=" + ALL_TYPES));
    Path back = directory.resolve("back.csv");
    assertDone(transfer("jdbc:typed", "csv:" + back));
    Path again = directory.resolve("again.csv");
    // The target keeps the digits of a decimal column, and the form of JSON is that of the text.
    assertDone(
        Launched.with(
            Main.COMMANDS,
            "transfer",
            "--from=csv:" + directory.resolve("in.csv"),
            "--to=parquet:" + directory.resolve("in.parquet"),
            "--types=" + ALL_TYPES));
    assertDone(
        Launched.with(
            Main.COMMANDS,
            "transfer",
            "--from=parquet:" + directory.resolve("in.parquet"),
            "--to=csv:" + again));
    assertThat(Files.readAllLines(back))
        .containsExactlyInAnyOrderElementsOf(Files.readAllLines(again));
  }

  @Test
  void rowsAreUpsertedByKey() throws Exception {
    assertDone(load("id,name\n1,a\n2,b\n", "people", "--key=id"));
    assertDone(load("id,name\n2,new\n3,c\n3,last\n", "people", "--key=id"));
    assertThat(query("SELECT id, name FROM people ORDER BY id"))
        .containsExactly("1|a", "2|new", "3|last");
  }

  @Test
  void eachModeWritesWhatItSays() throws Exception {
    assertDone(load("id,name\n1,a\n2,b\n", "people", "--key=id", "--mode=insert"));
    assertDone(load("id,name\n2,new\n3,c\n3,d\n", "people", "--key=id", "--mode=ignore"));
    assertThat(query("SELECT id, name FROM people ORDER BY id"))
        .containsExactly("1|a", "2|b", "3|c");
    assertDone(load("id,name\n2,up\n9,none\n", "people", "--key=id", "--mode=update"));
    assertDone(load("id,name\n1,\n9,\n", "people", "--key=id", "--mode=delete"));
    assertThat(query("SELECT id, name FROM people ORDER BY id")).containsExactly("2|up", "3|c");
  }

  /** Of 3,000 keys, every third is missing; values that stay the same count as written. */
  @Test
  void rowsOfUnknownKeysAreNotWritten() throws Exception {
    StringBuilder csv = new StringBuilder("id,name\n");
    StringBuilder some = new StringBuilder("id,name\n");
    for (int i = 0; i < 3_000; i++) {
      csv.append(i).append(",new\n");
      some.append(i % 3 > 0 ? i + (i % 3 == 1 ? ",new\n" : ",old\n") : "");
    }
    assertDone(load(some.toString(), "people", "--key=id"));
    for (String mode : List.of("--mode=update", "--mode=delete")) {
      Launched launched =
          load(csv.toString(), "people", "--key=id", mode, "--commitRows=700", "--types=name:text");
      assertDone(launched);
      assertThat(launched.out())
          .as(mode)
          .contains("  table people: 1,000 rows matched no row of the table and changed nothing")
          .anyMatch(line -> line.matches(" +\\w+ +2,000 rows  table people"));
      assertThat(query("SELECT count(*) FROM people WHERE name = 'new'"))
          .containsExactly(mode.equals("--mode=update") ? "2000" : "0");
    }
    assertThat(query("SELECT count(*) FROM people")).containsExactly("0");
  }

  @Test
  void refusedUpdatesAreNotUnmatched() throws Exception {
    execute(
        "CREATE TABLE people (id int PRIMARY KEY, age int CHECK (age < 150))",
        "INSERT INTO people VALUES (1, 1), (2, 2), (3, 3)");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        load(
            "id,age\n1,10\n2,200\n8,8\n3,30\n9,9\n",
            "people",
            "--key=id",
            "--mode=update",
            "--badRecords=" + bad);
    assertDone(launched);
    assertThat(Files.readAllLines(bad)).hasSize(1);
    assertThat(launched.out())
        .contains("  table people: 2 rows matched no row of the table and changed nothing")
        .anyMatch(line -> line.matches(" +\\w+ +2 rows  table people"));
    assertThat(query("SELECT id, age FROM people ORDER BY id"))
        .containsExactly("1|10", "2|2", "3|30");
  }

  @Test
  void rowsOfTextKeysDifferByTheirBytes() throws Exception {
    assertDone(load("k,n\na,1\nA,2\n\"a \",3\n\u00e4,4\n", "people", "--key=k"));
    assertThat(query("SELECT n FROM people ORDER BY n")).containsExactly("1", "2", "3", "4");
  }

  @Test
  void onlyRowsRefusedByDatabaseBecomeDeadLetters() throws Exception {
    execute(
        "CREATE TABLE people (id int PRIMARY KEY, name varchar(10) NOT NULL, age int CHECK (age < 150))");
    StringBuilder csv = new StringBuilder("id,name,age\n");
    for (int i = 0; i < 3_000; i++) {
      csv.append(i).append(i % 1_000 == 7 ? ",,1\n" : i % 1_000 == 500 ? ",n,150\n" : ",n,30\n");
    }
    csv.append("5,twice,1\n");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched = load(csv.toString(), "people", "--mode=insert", "--badRecords=" + bad);
    assertDone(launched);
    assertThat(Files.readAllLines(bad)).hasSize(7);
    assertThat(query("SELECT count(*), sum(age) FROM people")).containsExactly("2994|89820");
  }

  @Test
  void rowRefusedByTargetFailsRunWithReason() throws Exception {
    execute("CREATE TABLE people (id int PRIMARY KEY, age int CHECK (age < 150))");
    assertFailed("age", load("id,age\n1,2\n2,200\n3,4\n", "people", "--mode=insert"));
    assertThat(query("SELECT id FROM people")).isEmpty();
  }

  @Test
  void failedRunWritesNothingOfItsTransaction() throws Exception {
    execute("CREATE TABLE people (id int, age int CHECK (age < 150))");
    assertFailed("age", load("id,age\n1,2\n2,2\n3,200\n4,4\n", "people"));
    assertThat(query("SELECT id FROM people")).isEmpty();
    assertDone(load("id,age\n1,2\n2,2\n3,20\n4,4\n", "people"));
    assertThat(query("SELECT id FROM people ORDER BY id")).containsExactly("1", "2", "3", "4");
  }

  @Test
  void theColumnsOfAnExistingTableDecide() throws Exception {
    execute("CREATE TABLE typed (zip varchar(10), price decimal(10,2), n bigint, more int)");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        load(
            "zip,price,n\n02134,1.25,7\n02135,1.255,7\n02136,1.50,7.5\n02137,123456789.00,7\n",
            "typed",
            "--badRecords=" + bad);
    assertDone(launched);
    assertThat(query("SELECT zip FROM typed")).containsExactly("02134");
    assertThat(Files.readString(bad)).contains("1.255").contains("7.5").contains("123456789.00");
  }

  @Test
  void typesThatAColumnWouldRoundAreRefused() throws Exception {
    execute("CREATE TABLE typed (id int, amount int, more double, name text)");
    assertFailed(
        "column 'amount': the rows have decimal, it holds",
        load("id,amount\n1,1.5\n", "typed", "--types=amount:decimal"));
    assertFailed(
        "column 'more': the rows have decimal, it holds double",
        load("id,more\n1,1.5\n", "typed", "--types=more:decimal"));
    assertFailed(
        "column 'name': the rows have double, it holds text",
        load("id,name\n1,0.30000000000000004\n", "typed", "--types=name:double"));
    assertDone(load("id,amount,more\n1,2,1.5\n", "typed", "--types=amount:bigint,more:real"));
    Path mapping =
        Files.writeString(
            directory.resolve("mapping.yaml"), "columns: [id, {name: amount, constant: 7}, more]");
    assertDone(load("id,more\n3,1.5\n", "typed", "--mapping=" + mapping));
    assertThat(query("SELECT amount FROM typed ORDER BY id")).containsExactly("2", "7");
  }

  @Test
  void numbersThatFloatWouldRoundAreDeadLetters() throws Exception {
    execute("CREATE TABLE typed (id int, d double, r %s, n double)".formatted(realType()));
    Path numbers = directory.resolve("numbers.parquet");
    Path csv =
        Files.writeString(
            directory.resolve("numbers.csv"),
            "id,d,r,n\n1,9007199254740992,0.5,0.1\n2,9007199254740993,0.5,1\n3,1,0.1,1\n"
                + "4,1,0.5,1234567890.1234567891\n");
    assertDone(
        Launched.with(
            Main.COMMANDS,
            "transfer",
            "--from=csv:" + csv,
            "--to=parquet:" + numbers,
            "--types=id:integer,d:bigint,r:double,n:decimal(20,10)"));
    Path bad = directory.resolve("bad.jsonl");
    assertDone(transfer("parquet:" + numbers, "jdbc:typed", "--badRecords=" + bad));
    assertThat(query("SELECT id FROM typed")).containsExactly("1");
    assertThat(Files.readString(bad))
        .contains("'9007199254740993' would be rounded by double")
        .contains("'0.1' would be rounded by real")
        .contains("'1234567890.1234567891' would be rounded by double");
  }

  String realType() {
    return "float";
  }

  @Test
  void missingColumnsAndKeysAreNamed() throws Exception {
    execute("CREATE TABLE people (id int, name varchar(10))");
    assertFailed("column 'nme': it has none", load("id,nme\n1,a\n", "people"));
    assertFailed(
        "column 'weight': it has none; column 'colour': it has none; its columns are id, name",
        load("id,weight,colour\n1,2,3\n", "people"));
    assertFailed(
        "no primary key or unique constraint on (id)",
        load("id,name\n1,a\n", "people", "--key=id"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"update", "delete"})
  void missingTableIsNotCreatedForItsRows(String mode) throws Exception {
    assertRefused(
        "table people does not exist, so --mode=" + mode,
        load("id,name\n1,a\n", "people", "--key=id", "--mode=" + mode));
    execute("CREATE TABLE people (id int)"); // which fails if it exists
  }

  @Test
  void whatNeedsTheInternalSchemaIsRefused() throws Exception {
    String csv = "id,name\n1,a\n";
    assertRefused("needs PostgreSQL", load(csv, "people", "--key=id", "--transaction=all"));
    assertRefused("needs PostgreSQL", load(csv, "people", "--mode=replace", "--transaction=all"));
    assertRefused(
        "--resume needs a table of PostgreSQL", load(csv, "people", "--key=id", "--resume"));
    assertRefused("--verify needs PostgreSQL", load(csv, "people", "--key=id", "--verify"));
  }

  @Test
  void dryRunShowsTableAndChangesNothing() throws Exception {
    Launched launched = load("id,name\n1,a\n", "people", "--key=id", "--dryRun");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(String.join("\n", launched.out())).contains("people would be created");
    execute("CREATE TABLE people (id int)"); // which fails if it exists
  }

  @Test
  void severalReadersWriteOneTable() throws Exception {
    for (int file = 0; file < 4; file++) {
      StringBuilder csv = new StringBuilder("id,name\n");
      for (int i = 0; i < 2_000; i++) {
        csv.append(file * 2_000 + i).append(",n\n");
      }
      Files.writeString(directory.resolve("part" + file + ".csv"), csv);
    }
    assertDone(
        transfer(
            "csv:" + directory.resolve("part*.csv"),
            "jdbc:people",
            "--key=id",
            "--commitRows=300"));
    assertThat(query("SELECT count(*), sum(id) FROM people")).containsExactly("8000|31996000");
  }

  @Test
  void rangesOfAKeyAreReadInParallel() throws Exception {
    StringBuilder csv = new StringBuilder("id,name\n");
    for (int i = 1; i <= 120_000; i++) {
      csv.append(i).append(",name").append(i % 10).append('\n');
    }
    assertDone(load(csv.toString(), "people", "--key=id"));
    assertThat(query("SELECT count(*), sum(id) FROM people")).containsExactly("120000|7200060000");
    Path file = directory.resolve("out.csv");
    Launched launched = transfer("jdbc:people", "csv:" + file);
    assertDone(launched);
    assertThat(Files.readAllLines(file)).hasSize(120_001);
    assertThat(Files.readAllLines(file).stream().distinct()).hasSize(120_001);
    assertThat(unload("people", "--rangeKey=id", "--limit=3")).hasSize(4);
  }
}
