package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transfers and plans as their users run them, with a PostgreSQL, on both runners. */
@ExtendWith(PostgresExtension.class)
final class TransferIT {

  private static final String DIRECT = "--runner=DirectRunner";
  private static final String FLINK = "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2";
  private static final int ROWS = 3_000;

  private static final String TYPES =
      """
      columns:
        - {name: id, type: bigint}
        - {name: truth, type: boolean}
        - {name: small, type: smallint}
        - {name: number, type: integer}
        - {name: single, type: real}
        - {name: floating, type: double}
        - {name: exact, type: decimal}
        - {name: words, type: text}
        - {name: raw, type: bytes}
        - {name: day, type: date}
        - {name: hour, type: time}
        - {name: local, type: timestamp}
        - {name: point, type: instant}
        - {name: mark, type: uuid}
        - {name: tree, type: json}
      """;

  private final Path directory;
  private final EdgeDatabase database;

  TransferIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void dropTables() throws Exception {
    database.execute("DROP TABLE IF EXISTS everything, small_ones, copies");
  }

  private Launched transfer(String... options) {
    List<String> args = new ArrayList<>(List.of("transfer"));
    Stream.of(options).flatMap(each -> Stream.of(each.split(" "))).forEach(args::add);
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private String jdbc() {
    return "--jdbcUrl=%s --jdbcUser=%s"
        .formatted(database.postgres().jdbcUrl(), database.postgres().user());
  }

  private Path everyType() throws IOException {
    Random random = new Random(7);
    List<String> lines = new ArrayList<>();
    lines.add(
        "id,truth,small,number,single,floating,exact,words,raw,day,hour,local,point,mark,tree");
    for (int i = 0; i < ROWS; i++) {
      if (i % 50 == 0) {
        lines.add(i + ",".repeat(14));
        continue;
      }
      Instant point =
          Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000) * 1_000_000L + 1_000_000L);
      String local = point.toString().replaceFirst("\\.?0*Z$", "");
      lines.add(
          String.join(
              ",",
              String.valueOf(i),
              String.valueOf(random.nextBoolean()),
              String.valueOf((short) random.nextInt()),
              String.valueOf(random.nextInt()),
              String.valueOf(random.nextFloat()),
              String.valueOf(random.nextGaussian() * 1e9),
              new BigDecimal(new BigInteger(90, random), 1 + random.nextInt(9)).toPlainString(),
              i % 3 == 0 ? "\"a, \"\"b\"\"\nžluť " + i + "\"" : i % 3 == 1 ? "\"\"" : "plain " + i,
              "\\x" + "%08x".formatted(random.nextInt()),
              LocalDate.ofEpochDay(random.nextInt(40_000)).toString(),
              "%02d:%02d:%02d".formatted(random.nextInt(24), i % 60, random.nextInt(60)),
              local,
              local + "Z",
              new UUID(random.nextLong(), random.nextLong()).toString(),
              "\"{\"\"k\"\": %d}\"".formatted(random.nextInt())));
    }
    Path file = directory.resolve("everything.csv");
    Files.writeString(file, String.join("\n", lines) + "\n");
    Files.writeString(directory.resolve("types.yaml"), TYPES);
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void everyTypeSurvivesATableAndJsonLines(String runner) throws Exception {
    Path file = everyType();
    String types = "--mapping=" + directory.resolve("types.yaml");
    Path json = directory.resolve("everything.jsonl");
    Path back = directory.resolve("back.csv");

    assertDone(
        transfer("--from=csv:" + file, "--to=jdbc:everything --key=id", types, jdbc(), runner));
    assertDone(transfer("--from=jdbc:everything --to=jsonl:" + json, jdbc(), runner));
    assertDone(transfer("--from=jsonl:" + json, "--to=csv:" + back, types, runner));

    assertThat(database.number("SELECT count(*) FROM everything")).isEqualTo(ROWS);
    assertThat(
            database.query(
                "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attnum > 0 AND"
                    + " attrelid = 'everything'::regclass ORDER BY attnum"))
        .containsExactly(
            "bigint",
            "boolean",
            "smallint",
            "integer",
            "real",
            "double precision",
            "numeric",
            "text",
            "bytea",
            "date",
            "time without time zone",
            "timestamp without time zone",
            "timestamp with time zone",
            "uuid",
            "jsonb");
    // The key is the first column, and rows of a table come in no order.
    assertThat(records(back)).isEqualTo(records(file));
  }

  /** The records of a file by their ids; a line break within one is followed by no digit. */
  private static List<String> records(Path file) throws IOException {
    return Stream.of(Files.readString(file).split("\n(?=\\d+,)"))
        .map(String::strip)
        .sorted()
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void atomicTableDoesNotAppearAfterBadRecord(String runner) throws Exception {
    Path file = directory.resolve("small.csv");
    StringBuilder text = new StringBuilder("id,n\n");
    for (int i = 0; i < ROWS; i++) {
      text.append(i).append(',').append(i).append('\n');
    }
    Files.writeString(file, text + "x,1\n");
    String[] options = {
      "--from=csv:" + file,
      "--to=jdbc:small_ones --key=id --transaction=all",
      jdbc(),
      runner,
      "--commitRows=100"
    };

    Launched failed = transfer(options);

    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err())
        .anyMatch(line -> line.contains("line 3002, column 'id': 'x' is not a bigint"));
    assertThat(tables()).isEmpty();

    Files.writeString(file, text);
    assertDone(transfer(options));
    assertThat(tables()).containsExactly("small_ones");
    assertThat(database.number("SELECT count(*) FROM small_ones WHERE id = n")).isEqualTo(ROWS);
    assertDone(transfer(options));
    assertThat(database.number("SELECT count(*) FROM small_ones WHERE id = n")).isEqualTo(ROWS);
  }

  private List<String> tables() throws Exception {
    return database.query(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'small_ones%'");
  }

  @Test
  void badRecordsGoToFileAndOthersContinue() throws Exception {
    Path file = directory.resolve("rows.csv");
    Files.writeString(file, "id,n\n1,10\n2,20\n3\n4,40\n");
    Path mapping = directory.resolve("mapping.yaml");
    Files.writeString(
        mapping,
        """
        columns:
          - {name: id, type: integer}
          - {name: label, template: "{id}/{n}"}
          - {name: n, type: smallint, default: 7}
          - {name: origin, constant: test}
        filter: [n != 20]
        """);
    Path out = directory.resolve("out.csv");
    Path bad = directory.resolve("bad.jsonl");

    assertDone(
        transfer(
            "--from=csv:" + file,
            "--to=csv:" + out,
            "--mapping=" + mapping,
            "--badRecords=" + bad));

    assertThat(Files.readAllLines(out))
        .containsExactly("id,label,n,origin", "1,1/10,10,test", "4,4/40,40,test");
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("line 4, it has 1 fields, but the file has 2 columns");
    assertThat(directory.toFile().list()).noneMatch(name -> name.startsWith("."));
  }

  @Test
  void tableRefusalsFailRunOrBecomeBadRecords() throws Exception {
    Path file = Files.writeString(directory.resolve("rows.csv"), "id,n\n1,10\n2,20\n3,30\n");
    Path bad = directory.resolve("bad.jsonl");
    database.execute(
        "CREATE TABLE small_ones (id bigint PRIMARY KEY,"
            + " n bigint CONSTRAINT no_twenty CHECK (n <> 20))");
    String[] options = {"--from=csv:" + file, "--to=jdbc:small_ones --key=id", jdbc()};

    Launched failed = transfer(options);
    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err())
        .anyMatch(
            line ->
                line.contains("rows.csv")
                    && line.contains("line 3")
                    && line.contains("\"no_twenty\""))
        .anyMatch(line -> line.startsWith("hint: --badRecords=<file.jsonl> "));

    String[] setAside = Arrays.copyOf(options, options.length + 1);
    setAside[options.length] = "--badRecords=" + bad;
    assertDone(transfer(setAside));
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("line 3", "no_twenty", "\"record\":\"2,20\"");
    assertThat(database.query("SELECT string_agg(id || ' ' || n, ',' ORDER BY id) FROM small_ones"))
        .first()
        .asString()
        .contains("1 10,3 30");
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void tablesOfGroupAppearAtomically(String runner) throws Exception {
    Path small = Files.writeString(directory.resolve("in.csv"), "id,n\n1,10\n2,20\n");
    Path wrong = Files.writeString(directory.resolve("wrong.csv"), "id,n\n1,10\n1,11\nx,20\n");
    Path plan =
        Files.writeString(
            directory.resolve("plan.yaml"),
            """
            connections:
              db: {jdbcUrl: "%s", user: %s}
            tasks:
              - parallel:
                  - transfer: {from: {csv: in.csv}, to: {jdbc: db, table: small_ones, key: id}}
                  - transfer: {from: {csv: wrong.csv}, to: {jdbc: db, table: copies, key: id}, mapping: types.yaml}
                transaction: all
            """
                .formatted(database.postgres().jdbcUrl(), database.postgres().user()));
    Files.writeString(
        directory.resolve("types.yaml"),
        "columns: [{name: id, type: bigint}, {name: n, type: bigint}]\n");
    database.execute("CREATE TABLE small_ones (id bigint PRIMARY KEY, n bigint)");
    database.execute("INSERT INTO small_ones VALUES (1, 0), (9, 9)");

    Launched failed = transfer("--plan=" + plan, runner);

    assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
    assertThat(database.query("SELECT id || ' ' || n FROM small_ones ORDER BY id"))
        .containsExactly("1 0", "9 9");
    assertThat(relations()).containsExactly("small_ones");

    Files.copy(small, wrong, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertDone(transfer("--plan=" + plan, runner));
    assertThat(database.query("SELECT id || ' ' || n FROM small_ones ORDER BY id"))
        .containsExactly("1 10", "2 20", "9 9");
    assertThat(database.query("SELECT id || ' ' || n FROM copies ORDER BY id"))
        .containsExactly("1 10", "2 20");
    assertThat(relations()).containsExactly("copies", "small_ones");
  }

  /** The tables of these tests, stages too. */
  private List<String> relations() throws Exception {
    return database.query(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND (relname LIKE 'small_ones%'"
            + " OR relname LIKE 'copies%') ORDER BY relname");
  }

  @Test
  void commandsAreTasksBesideStatementsAndTransfers() throws Exception {
    database.execute("DROP TABLE IF EXISTS edges, nodes CASCADE");
    StringBuilder edges = new StringBuilder("source,target\n");
    for (int i = 0; i < 500; i++) {
      edges.append(i % 40).append(',').append(i / 40 + 100).append('\n');
    }
    Files.writeString(directory.resolve("edges.csv"), edges);
    Path plan =
        Files.writeString(
            directory.resolve("plan.yaml"),
            """
            connections:
              db: {jdbcUrl: "%1$s", user: %2$s}
            tasks:
              - load-edges: {input: "%3$s/edges.csv", jdbcUrl: "%1$s", jdbcUser: %2$s, tableSize: 4}
              - transfer:
                  from: {jdbc: db, query: SELECT count(*) AS n FROM edges}
                  to: {csv: counted.csv}
            """
                .formatted(database.postgres().jdbcUrl(), database.postgres().user(), directory));

    Launched launched = transfer("--plan=" + plan);

    assertDone(launched);
    assertThat(launched.out())
        .anyMatch(line -> line.matches(" *load-edges-1 +done +500 read +.* written +0 bad .*"));
    assertThat(directory.resolve("counted.csv")).hasContent("n\n500\n");
    database.execute("DROP TABLE IF EXISTS edges, nodes CASCADE");
  }

  @Test
  void formatsTableValuesAsMappingSays() throws Exception {
    database.execute("CREATE TABLE small_ones (id integer, day date, price numeric(9, 3))");
    database.execute("INSERT INTO small_ones VALUES (1, '2026-12-31', 1234.5), (2, NULL, NULL)");
    Path mapping =
        Files.writeString(
            directory.resolve("mapping.yaml"),
            """
            columns:
              - id
              - {name: day, type: text, format: d. MMMM yyyy, locale: de-DE}
              - {name: price, type: text, format: "#,##0.00", locale: de-DE, default: none}
            """);
    Path out = directory.resolve("out.csv");

    assertDone(transfer("--from=jdbc:small_ones --to=csv:" + out, "--mapping=" + mapping, jdbc()));

    assertThat(Files.readAllLines(out))
        .containsExactly("id,day,price", "1,31. Dezember 2026,\"1.234,50\"", "2,,none");
  }

  @Test
  void failedTaskReportsCommittedRows() throws Exception {
    StringBuilder text = new StringBuilder("id,n\n");
    for (int i = 0; i < ROWS; i++) {
      text.append(i).append(',').append(i).append('\n');
    }
    Files.writeString(directory.resolve("in.csv"), text + "x,1\n");
    Path plan =
        Files.writeString(
            directory.resolve("plan.yaml"),
            """
            connections:
              db: {jdbcUrl: "%s", user: %s}
            tasks:
              - transfer:
                  from: {csv: in.csv}
                  to: {jdbc: db, table: small_ones, key: id}
                  blockRows: 10
                  commitRows: 10
            """
                .formatted(database.postgres().jdbcUrl(), database.postgres().user()));

    Launched launched = transfer("--plan=" + plan);

    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    String line = launched.out().get(1);
    java.util.regex.Matcher counts =
        java.util.regex.Pattern.compile(
                " *transfer-1 +failed +([0-9,]+) read +([0-9,]+) written .*")
            .matcher(line);
    assertThat(counts.matches()).as(line).isTrue();
    assertThat(number(counts.group(1))).isBetween(1L, (long) ROWS);
    // A transaction may have ended unnoticed.
    assertThat(number(counts.group(2)))
        .isBetween(1L, database.number("SELECT count(*) FROM small_ones"));
  }

  private static long number(String shown) {
    return Long.parseLong(shown.replace(",", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void planPrintsItsTreeAndStopsAtFailure(String runner) throws Exception {
    Files.writeString(directory.resolve("in.csv"), "id,n\n1,10\n2,20\n");
    Files.writeString(directory.resolve("wrong.csv"), "id,n\n1,10\nx,20,\n");
    Path plan = directory.resolve("plan.yaml");
    Files.writeString(
        plan,
        """
        connections:
          db: {jdbcUrl: "%s", user: %s}
        tasks:
          - parallel:
              - transfer: {from: {csv: in.csv}, to: {jdbc: db, table: small_ones, key: id}}
              - transfer: {from: {csv: wrong.csv}, to: {jdbc: db, table: copies, key: id}}
          - sql: {to: db, statement: DROP TABLE small_ones}
        """
            .formatted(database.postgres().jdbcUrl(), database.postgres().user()));

    Launched launched = transfer("--plan=" + plan, runner);

    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.out())
        .anyMatch(line -> line.matches(" *transfer-1 +done +2 read +2 written +0 bad.*"))
        .anyMatch(line -> line.matches(" *transfer-2 +failed .*it has 3 fields.*"))
        .anyMatch(line -> line.matches(" *sql-3 +not started"));
    assertThat(database.number("SELECT count(*) FROM small_ones")).isEqualTo(2);

    Files.writeString(
        directory.resolve("wrong.csv"), Files.readString(directory.resolve("in.csv")));
    assertDone(transfer("--plan=" + plan, "--fromTask=transfer-2", runner));
    assertThat(tables()).isEmpty();
    assertThat(database.number("SELECT count(*) FROM copies")).isEqualTo(2);
  }
}
