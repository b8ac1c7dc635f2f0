package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Types of CSV and JSON lines on their way into PostgreSQL. */
@ExtendWith(PostgresExtension.class)
final class TransferTypesIT {

  private final Path directory;
  private final EdgeDatabase database;

  TransferTypesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void dropTables() throws Exception {
    database.execute("DROP TABLE IF EXISTS typed");
  }

  @Test
  void anExistingTableDecides() throws Exception {
    database.execute(
        "CREATE TABLE typed (zip text, amount numeric, code varchar(5), flag boolean, hour time,"
            + " at timestamp, span interval)");
    StringBuilder csv = new StringBuilder("zip,amount,code,flag,hour,at,span\n");
    for (int i = 0; i < 1_000; i++) {
      csv.append("90000,1.25,17,1,5:30:00,2024-01-01,1 day\n");
    }
    csv.append("02134,0.1234567890123456789,91X,off,24:01,2024-01-01,1 day\n");
    csv.append("02135,1,91Y,off,24:00,2024-01-01,1 day\n");
    csv.append("02134,0.1234567890123456789,91X,off,5:30,2024-01-01,1 day\n");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched = load("csv", csv.toString(), "--badRecords=" + bad);

    assertDone(launched);
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("'24:01' is not a valid time");
    assertThat(
            texts(
                "SELECT concat_ws(' ', zip, amount, code, flag, hour, at, span) FROM typed"
                    + " WHERE zip = '02134'"))
        .containsExactly("02134 0.1234567890123456789 91X f 05:30:00 2024-01-01 00:00:00 1 day");
    assertThat(texts("SELECT hour::text FROM typed WHERE zip = '02135'"))
        .containsExactly("24:00:00");
    assertThat(texts("SELECT DISTINCT code || flag FROM typed WHERE zip = '90000'"))
        .containsExactly("17true");
    assertThat(launched.out()).noneMatch(line -> line.contains("guessed"));
  }

  @Test
  void jsonTextsGoToTextColumns() throws Exception {
    database.execute("CREATE TABLE typed (zip text, n bigint)");
    assertDone(
        load("jsonl", "{\"zip\":1,\"n\":2}\n".repeat(1_000) + "{\"zip\":\"007\",\"n\":\"3\"}\n"));
    assertThat(texts("SELECT zip || '-' || n FROM typed WHERE n = 3")).containsExactly("007-3");
  }

  @Test
  void relationsAreReadAsTheirTypeReadsThem() throws Exception {
    database.execute("CREATE TABLE typed (id int PRIMARY KEY, relation regclass)");
    assertDone(load("csv", "id,relation\n1,-\n2,pg_class\n", "--key=id"));
    assertThat(texts("SELECT id || ' ' || relation::oid::bigint FROM typed ORDER BY id"))
        .containsExactly("1 0", "2 1259");
  }

  @Test
  void longKeysStayDifferent() throws Exception {
    assertDone(
        load(
            "csv",
            "account,amount\n100000000000000017,1\n100000000000000018,2\n2.5,3\n",
            "--key=account"));
    assertThat(texts("SELECT account::text FROM typed ORDER BY 1"))
        .containsExactly("100000000000000017", "100000000000000018", "2.5");
  }

  @Test
  void valueThatColumnWouldRoundIsBadRecord() throws Exception {
    database.execute("CREATE TABLE typed (price numeric(6,2))");
    Path bad = directory.resolve("bad.jsonl");
    assertDone(load("csv", "price\n1.50\n1.234\n", "--badRecords=" + bad));
    assertThat(texts("SELECT price::text FROM typed")).containsExactly("1.50");
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("line 3, column 'price': '1.234' has more digits than decimal(6,2) allows");
  }

  @Test
  void digitsOfAnotherTableAreNotRounded() throws Exception {
    database.execute(
        "CREATE TABLE source AS SELECT n::numeric(9,3) AS price FROM (VALUES (1.5), (1.239)) v(n)");
    database.execute("CREATE TABLE typed (price numeric(6,2))");
    Path bad = directory.resolve("bad.jsonl");
    assertDone(launch("transfer", "--from=jdbc:source", "--to=jdbc:typed", "--badRecords=" + bad));
    assertThat(texts("SELECT price::text FROM typed")).containsExactly("1.50");
    assertThat(Files.readString(bad)).contains("'1.239' has more digits than decimal(6,2) allows");
  }

  @Test
  void deadLettersKeepValuesThatCannotBeRead() throws Exception {
    database.execute(
        "DROP TABLE IF EXISTS source; CREATE TABLE source AS SELECT 1 AS id,"
            + " timestamp '294276-12-31 23:59:59' AS at, 'one' AS name");
    Path bad = directory.resolve("bad.jsonl");
    assertDone(
        launch(
            "transfer",
            "--from=jdbc:source",
            "--to=csv:" + directory.resolve("out.csv"),
            "--badRecords=" + bad));
    assertThat(Files.readString(bad)).contains("\"record\":\"1,+294276-12-31T23:59:59,one\"");
  }

  @Test
  void valuesThatAColumnWouldChangeAreBad() throws Exception {
    database.execute(
        """
        DROP DOMAIN IF EXISTS price; CREATE DOMAIN price AS numeric(6,2);
        CREATE TABLE typed (name varchar(3), price price, at timestamp(0), noon time(1),
          zoned timestamptz(3))""");
    Path bad = directory.resolve("bad.jsonl");
    assertDone(
        load(
            "csv",
            """
            name,price,at,noon,zoned
            äöü,1.500,2024-01-01 00:00:01.000,12:00:00.5,2024-01-01 00:00:00.123Z
            "ab  ",1.5,,12:00:00,
            abcd,1.5,,12:00:00,
            ,,infinity,,
            ,1.234,,,
            ,,2024-01-01 00:00:00.6,,
            ,,,12:00:00.55,
            ,,,,2024-01-01 00:00:00.1234Z
            """,
            "--badRecords=" + bad));
    assertThat(texts("SELECT concat_ws(' ', name, price, at, noon) FROM typed"))
        .containsExactly("äöü 1.50 2024-01-01 00:00:01 12:00:00.5", "infinity");
    assertThat(Files.readAllLines(bad))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .contains(
                        "column 'name' of type character varying(3): the text has 4 characters, which is too long: the blanks at its end would be cut off after 3\""),
            line -> assertThat(line).contains("value too long for type character varying(3)"),
            line -> assertThat(line).contains("'price' of type price: 1.234 would be rounded"),
            line -> assertThat(line).contains("'at' of type timestamp(0) without time zone: "),
            line -> assertThat(line).contains("'noon' of type time(1) without time zone: "),
            line -> assertThat(line).contains("'zoned' of type timestamp(3) with time zone: "));
  }

  @Test
  void valuesThatAnAssignmentWouldChangeAreBad() throws Exception {
    database.execute(
        """
        DROP DOMAIN IF EXISTS span; CREATE DOMAIN span AS interval(0);
        CREATE TABLE typed (id int, span span, days interval day, zoned timetz(1), prices numeric(6,2)[],
          codes varchar(3)[], letters char(3)[], free interval, cost money)""");
    Path bad = directory.resolve("bad.jsonl");
    assertDone(
        load(
            "csv",
            """
            id,span,days,zoned,prices,codes,letters,free,cost
            1,1.5 hours,2 days,12:00:00.5+02,"{1.50,NULL}","{äöü,b}","{""ab  ""}",1.123456 seconds,1.50
            2,1.6 seconds,,,,,,,
            3,,36 hours,,,,,,
            4,,,12:00:00.55+02,,,,,
            5,,,,"{1.5,1.234}",,,,
            6,,,,,"{""ab  ""}",,,
            7,,,,,,{abcd},,
            8,,,,,,,1.1234567 seconds,
            9,,,,,,,,1.234
            """,
            "--badRecords=" + bad));
    assertThat(texts("SELECT concat_ws(' ', span, days, zoned, prices, codes, free) FROM typed"))
        .containsExactly("01:30:00 2 days 12:00:00.5+02 {1.50,NULL} {äöü,b} 00:00:01.123456");
    assertThat(Files.readAllLines(bad))
        .hasSize(8)
        .anySatisfy(line -> assertThat(line).contains("1.234 would be changed by money"))
        .anySatisfy(
            line -> assertThat(line).contains("1.6 seconds would be changed by interval(0)"))
        .anySatisfy(line -> assertThat(line).contains("36 hours would be changed by interval day"))
        .anySatisfy(
            line -> assertThat(line).contains("its seconds have more than 1 decimal places"))
        .anySatisfy(
            line -> assertThat(line).contains("{1.5,1.234} would be changed by numeric(6,2)[]"))
        .anySatisfy(line -> assertThat(line).contains("would be changed by character varying(3)[]"))
        .anySatisfy(line -> assertThat(line).contains("would be changed by character(3)[]"))
        .anySatisfy(
            line -> assertThat(line).contains("its seconds have more than 6 decimal places"));
  }

  @Test
  void numericColumnsTakeNaNAndArrays() throws Exception {
    database.execute("CREATE TABLE typed (n numeric(5,2), a numeric(10,2)[])");
    assertDone(load("csv", "n,a\nNaN,\"{1.50,2.25}\"\n1.25,{}\n"));
    assertThat(texts("SELECT n || ' ' || a::text FROM typed ORDER BY n"))
        .containsExactly("1.25 {}", "NaN {1.50,2.25}");
  }

  @Test
  void checksParsedNumberInsteadOfItsText() throws Exception {
    database.execute("CREATE TABLE typed (n numeric(10,2))");
    Path mapping =
        Files.writeString(
            directory.resolve("m.yaml"),
            "columns:\n  - {name: n, from: n, type: 'decimal(10,2)', format: '#,##0.00', locale: de-DE}\n");
    assertDone(load("csv", "n\n\"1.234,56\"\n", "--mapping=" + mapping));
    assertThat(texts("SELECT n::text FROM typed")).containsExactly("1234.56");
  }

  @Test
  void jsonStringsStayStringsBesideAFilter() throws Exception {
    database.execute("CREATE TABLE typed (a jsonb)");
    Path mapping =
        Files.writeString(
            directory.resolve("m.yaml"), "columns:\n  - a\nfilter:\n  - a is not null\n");
    assertDone(load("jsonl", "{\"a\":\"1\"}\n{\"a\":null}\n", "--mapping=" + mapping));
    assertThat(texts("SELECT a::text FROM typed")).containsExactly("\"1\"");
  }

  @Test
  void textThatIsNotHexIsNotBytes() throws Exception {
    database.execute("CREATE TABLE typed (b bytea)");
    Path bad = directory.resolve("bad.jsonl");
    assertDone(load("csv", "b\ndeadbeef\n\\xbeef\n", "--types=text", "--badRecords=" + bad));
    assertThat(texts("SELECT b::text FROM typed")).containsExactly("\\xbeef");
    assertThat(Files.readAllLines(bad)).hasSize(1);
  }

  @Test
  void namedDecimalsMakeColumnsOfTheirSize() throws Exception {
    assertDone(load("csv", "price,zip\n1.50,02134\n", "--types=price:decimal(10,2)"));
    assertThat(
            texts(
                "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                    + " WHERE attrelid = 'typed'::regclass AND attnum > 0 ORDER BY attnum"))
        .containsExactly("numeric(10,2)", "text");
  }

  private Launched load(String kind, String text, String... options) throws IOException {
    Path in = Files.writeString(directory.resolve("in." + kind), text);
    List<String> args =
        new ArrayList<>(List.of("transfer", "--from=" + kind + ":" + in, "--to=jdbc:typed"));
    args.addAll(List.of(options));
    return launch(args.toArray(String[]::new));
  }

  private Launched launch(String... options) {
    List<String> args = new ArrayList<>(List.of(options));
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + database.postgres().user());
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private List<String> texts(String query) throws Exception {
    return database.query(query);
  }
}
