package dev.diagonal.pipelines.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --verify}: targets are read back and must hold what was sent. */
@ExtendWith(PostgresExtension.class)
final class TransferReceiptIT {

  private final EdgeDatabase database;

  @TempDir private Path directory;

  TransferReceiptIT(LocalPostgres postgres) {
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void dropTables() throws Exception {
    database.execute(
        "DROP TABLE IF EXISTS sent, arrived, other CASCADE; DROP TYPE IF EXISTS mood CASCADE;"
            + " DROP FUNCTION IF EXISTS shout() CASCADE");
  }

  private Launched transfer(String... options) {
    List<String> args = new ArrayList<>(List.of("transfer", "--verify=true"));
    Stream.of(options).flatMap(each -> Stream.of(each.split(" +"))).forEach(args::add);
    if (args.stream().anyMatch(arg -> arg.contains("jdbc:"))) {
      args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
      args.add("--jdbcUser=" + database.postgres().user());
    }
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private Path file(String name, String... lines) throws IOException {
    return Files.write(directory.resolve(name), List.of(lines), UTF_8);
  }

  private static JsonNode outputs(Path summary) throws IOException {
    return new ObjectMapper().readTree(summary.toFile()).get("outputs");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--runner=DirectRunner --blockRows=100",
        "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2"
      })
  void allFormatsHaveTheChecksumThatSqlComputes(String runner) throws Exception {
    database.execute(ReceiptSql.FUNCTIONS);
    database.execute(ReceiptSql.TABLE);
    Path summary = directory.resolve("summary.json");

    Launched launched =
        transfer(
            runner,
            "--from=jdbc:sent --summary=" + summary,
            "--to=jdbc:arrived,csv:%1$s/a.csv,jsonl:%1$s/a.jsonl.gz,parquet:%1$s/a.parquet"
                .formatted(directory));

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    String expected = database.query(ReceiptSql.checksum(false)).get(0);
    for (JsonNode output : outputs(summary)) {
      JsonNode verified = output.get("verified");
      assertThat(verified.get("checksum").asText()).as("%s", output).isEqualTo(expected);
      assertThat(verified.get("rows").asLong()).isEqualTo(303);
    }
    assertThat(outputs(summary)).hasSize(4);
    assertThat(launched.out()).anyMatch(line -> line.contains("checksum " + expected));
  }

  @Test
  void valuesThatFilesLackAreVerifiedInTables() throws Exception {
    database.execute(ReceiptSql.FUNCTIONS);
    database.execute(ReceiptSql.TABLE);
    database.execute(
        "CREATE TABLE arrived (LIKE sent); INSERT INTO sent (id, free, day, local, point) VALUES (-4, 'NaN', 'infinity',"
            + " '-infinity', 'infinity'), (-5, '-Infinity', '-infinity', 'infinity', '-infinity')");

    Launched launched = transfer("--from=jdbc:sent --to=jdbc:arrived --transaction=all");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    String expected = database.query(ReceiptSql.checksum(true)).get(0);
    assertThat(launched.out()).anyMatch(line -> line.contains("checksum " + expected));
  }

  @Test
  void verifiesRowsOfFilledTableByKey() throws Exception {
    database.execute(
        "CREATE TABLE arrived (id int, name text, extra int DEFAULT 7, PRIMARY KEY (id, name));"
            + " INSERT INTO arrived SELECT i, 'it''s', 1 FROM generate_series(1, 3000) AS i");
    Path csv = file("in.csv", "id,name,extra", "2,it's,5", "9999,new,6", "3,it's,");

    Launched launched = transfer("--from=csv:" + csv, "--to=jdbc:arrived --key=id,name");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.out())
        .anyMatch(line -> line.matches(" +verified +3 rows +checksum [0-9a-f]{32}, by key, .*"));
  }

  @ParameterizedTest
  @CsvSource({
    "'CREATE TABLE arrived (id int PRIMARY KEY, name text)'",
    "'CREATE TABLE arrived (id int PRIMARY KEY, name text); INSERT INTO arrived VALUES (99, NULL)'"
  })
  void keysWhoseRowsDifferAreNamed(String table) throws Exception {
    database.execute(table);
    Path csv = file("in.csv", "id,name", "1,one", "2,two", "2,zwei");

    Launched launched = transfer("--from=csv:" + csv, "--to=jdbc:arrived --key=id");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err())
        .anyMatch(
            line ->
                line.contains("table arrived does not hold the rows that were sent: 3 rows")
                    && line.contains("1 have other rows: different: id = '2'"));
  }

  @Test
  void doesNotExpectRowsThatTargetRefused() throws Exception {
    database.execute("CREATE TABLE arrived (id int CHECK (id <> 2), name char(5))");
    Path csv = file("in.csv", "id,name", "1,one", "2,two", "x,three", "4,");

    Launched launched =
        transfer(
            "--from=csv:" + csv,
            "--to=jdbc:arrived --badRecords=" + directory.resolve("bad.jsonl"));

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.out())
        .anyMatch(line -> line.matches(" +verified +2 rows +checksum .*, the whole table, .*"));
  }

  @Test
  void doesNotExpectTextsThatAreNotUuids() throws Exception {
    database.execute(
        "DROP TABLE IF EXISTS texts; CREATE TABLE texts AS SELECT 1 AS id,"
            + " 'F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6' AS name UNION ALL SELECT 2, 'two';"
            + " CREATE TABLE arrived (id int, name uuid)");

    Launched launched =
        transfer(
            "--from=jdbc:texts",
            "--to=jdbc:arrived --badRecords=" + directory.resolve("bad.jsonl"));

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).anyMatch(line -> line.matches(" +verified +1 rows +checksum .*"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CREATE TABLE arrived (id int, name text); INSERT INTO arrived VALUES (1, 'x')"
            + "| --mode=insert | without --key the new rows cannot be identified",
        "CREATE TABLE arrived (id int PRIMARY KEY, name text); INSERT INTO arrived VALUES (1, 'x')"
            + "| --mode=ignore --key=id | mode ignore keeps those of the same key",
        "CREATE TABLE arrived (id int PRIMARY KEY, name text); INSERT INTO arrived VALUES (1, 'x')"
            + "| --key=id --badRecords=DIR/bad.jsonl | --badRecords leaves some keys unwritten",
        "CREATE TABLE arrived (id int PRIMARY KEY, name text)"
            + "| --mode=update --key=id | mode update does not write each row",
        "CREATE TABLE arrived (id int, name text);"
            + " CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN NEW.name = upper(NEW.name); RETURN NEW; END';"
            + " CREATE TRIGGER shouts BEFORE INSERT ON arrived FOR EACH ROW EXECUTE FUNCTION shout()"
            + "| --mode=insert | the trigger shouts may change rows",
        "CREATE TABLE other (id int); CREATE TABLE arrived (id int, name text);"
            + " CREATE RULE also AS ON INSERT TO arrived DO ALSO INSERT INTO other VALUES (1)"
            + "| --mode=insert | the rule also may change rows",
        "CREATE TABLE arrived (id int, name inet)"
            + "| --mode=insert | column name is inet in the table but text in the rows",
      })
  void whatCannotBeComparedIsRefused(String table, String options, String reason) throws Exception {
    database.execute(table);
    long rows = database.number("SELECT count(*) FROM arrived");
    Path csv = file("in.csv", "id,name", "1,127.0.0.1");

    Launched launched =
        transfer(
            "--from=csv:" + csv,
            "--to=jdbc:arrived",
            options.strip().replace("DIR", directory.toString()));

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).anyMatch(line -> line.contains("--verify") && line.contains(reason));
    assertThat(database.number("SELECT count(*) FROM arrived")).isEqualTo(rows);
  }

  @Test
  void labelsOfAnEnumerationAreVerified() throws Exception {
    database.execute(
        "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TABLE arrived (id bigint, name mood)");
    Path csv = file("in.csv", "id,name", "1,sad", "2,happy", "3,");

    Launched launched = transfer("--from=csv:" + csv, "--to=jdbc:arrived");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).anyMatch(line -> line.matches(" +verified +3 rows +checksum .*"));
  }

  @Test
  void namesFirstRowThatDiffersInFile() throws Exception {
    // A byte order mark at the start of a file is not text.
    Path csv = file("in.csv", "id,name", "\uFEFFa,one", "b,two");

    Launched launched =
        transfer("--from=csv:" + csv, "--outputHeader=false --to=csv:" + directory + "/out.csv");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err())
        .anyMatch(line -> line.contains("row 1 is the first that differs, in column id"));
  }

  @Test
  void textsThatNeedQuotesAreBadWithoutThem() throws Exception {
    Path csv = file("in.csv", "id,name", "1,one", "2,\"\"", "3,");
    Path bad = directory.resolve("bad.jsonl");

    Launched launched =
        transfer(
            "--from=csv:" + csv,
            "--outputQuote=none --badRecords=" + bad + " --to=csv:" + directory + "/out.csv");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(Files.readAllLines(directory.resolve("out.csv")))
        .containsExactly("id,name", "1,one", "3,");
    assertThat(Files.readString(bad)).contains("column 'name': the value needs quotes");
  }

  @Test
  void standardOutputCannotBeVerified() throws Exception {
    Path csv = file("in.csv", "id,name", "1,one");

    Launched launched = transfer("--from=csv:" + csv, "--to=csv:-");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).anyMatch(line -> line.contains("- cannot be read again"));
  }
}
