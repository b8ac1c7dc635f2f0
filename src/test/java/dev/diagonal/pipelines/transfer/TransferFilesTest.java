package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.RatingsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transfers between files, and plans of them, as their users run them; no servers. */
final class TransferFilesTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;

  TransferFilesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** Drops odd ids, fails at 8, and adds a column; what a user might have on the class path. */
  public static final class Enrich implements SerializableFunction<Row, Row> {

    private static final long serialVersionUID = 1;
    private static final Schema MADE =
        Schema.builder()
            .addNullableField("id", Schema.FieldType.INT64)
            .addNullableField("label", Schema.FieldType.STRING)
            .build();

    @Override
    @SuppressWarnings("NullAway") // null drops the row, as a mapping says
    public Row apply(Row row) {
      Long id = row.getInt64("id");
      if (id == null || id % 2 == 1) {
        return null;
      }
      if (id == 8) {
        throw new IllegalStateException("eight is refused");
      }
      return Row.withSchema(MADE).addValues(id, "<" + row.getString("name") + ">").build();
    }
  }

  private Launched transfer(String... options) {
    List<String> args = new ArrayList<>(List.of("transfer"));
    args.addAll(List.of(options));
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  /** Ids from 0, a name each. */
  private Path numbered(int rows) throws IOException {
    StringBuilder text = new StringBuilder("id,name\n");
    for (int id = 0; id < rows; id++) {
      text.append(id).append(",n").append(id).append('\n');
    }
    return file("in.csv", text.toString());
  }

  @Test
  void namedUserFunctionMakesDropsAndRefusesRows() throws Exception {
    Path mapping =
        file(
            "mapping.yaml",
            "function: %s\nfunctionColumns: {id: bigint, label: text}\n"
                .formatted(Enrich.class.getName()));
    Path out = directory.resolve("out.csv");
    Path bad = directory.resolve("bad.jsonl");

    assertDone(
        transfer(
            "--from=csv:" + numbered(10),
            "--to=csv:" + out,
            "--mapping=" + mapping,
            "--badRecords=" + bad));

    assertThat(Files.readAllLines(out))
        .containsExactly("id,label", "0,<n0>", "2,<n2>", "4,<n4>", "6,<n6>");
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("line 10")
        .contains("eight is refused");
  }

  @Test
  void refusesMissingFunctionBeforeTheRun() throws Exception {
    Path mapping = file("mapping.yaml", "function: com.example.Missing\n");
    Path out = directory.resolve("out.csv");

    Launched launched =
        transfer("--from=csv:" + numbered(1), "--to=csv:" + out, "--mapping=" + mapping);

    assertThat(launched.exitCode()).isNotEqualTo(ExitCode.DONE);
    assertThat(launched.err())
        .anyMatch(line -> line.contains("'com.example.Missing' is not on the class path"));
    assertThat(out).doesNotExist();
  }

  @Test
  void readsDatesAndNumbersInTheMappingsFormat() throws Exception {
    Path in =
        file(
            "in.csv",
            """
            day,hour,price,count
            31.12.2026,7:05 PM,"1.234,50","1,000"
            1.2.2026,7:05 AM,"-0,5",-7
            2026-02-01,7:05 AM,"1,0",1
            1.2.2026,7:05 AM,"1,0x",1
            1.2.2026,7:05 AM,"1,0",1.5
            """);
    Path mapping =
        file(
            "mapping.yaml",
            """
            columns:
              - {name: day, type: date, format: d.M.yyyy}
              - {name: hour, type: time, format: "h:mm a", locale: en-US}
              - {name: price, type: decimal, format: "#,##0.00", locale: de-DE}
              - {name: count, type: integer, format: "#,##0", locale: en-US}
            """);
    Path out = directory.resolve("out.csv");
    Path bad = directory.resolve("bad.jsonl");

    assertDone(
        transfer(
            "--from=csv:" + in, "--to=csv:" + out, "--mapping=" + mapping, "--badRecords=" + bad));

    assertThat(Files.readAllLines(out))
        .containsExactly(
            "day,hour,price,count",
            "2026-12-31,19:05:00,1234.50,1000",
            "2026-02-01,07:05:00,-0.5,-7");
    assertThat(Files.readAllLines(bad)).hasSize(3);
    assertThat(Files.readString(bad))
        .contains("column 'day': '2026-02-01' is not a valid date")
        .contains("'1,0x' is not a valid decimal in the format #,##0.00");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1_000_000})
  void sinksGetAllRowsAtAnyBlockSize(int blockRows) throws Exception {
    Path csv = directory.resolve("a.csv");
    Path json = directory.resolve("b.jsonl");
    Path other = directory.resolve("c.csv");
    Path in = numbered(100);

    Launched launched =
        transfer(
            "--from=csv:" + in,
            "--to=csv:" + csv + ",jsonl:" + json + ",csv:" + other,
            "--blockRows=" + blockRows);

    assertDone(launched);
    assertThat(csv).hasSameTextualContentAs(in);
    assertThat(other).hasSameTextualContentAs(in);
    List<String> lines = Files.readAllLines(json);
    assertThat(lines).hasSize(100);
    assertThat(JSON.readTree(lines.get(99)))
        .isEqualTo(JSON.readTree("{\"id\": 99, \"name\": \"n99\"}"));
    assertThat(launched.out().get(0)).startsWith("transfer: 100 rows read, 0 bad, in ");
    assertThat(launched.out()).filteredOn(line -> line.matches("  .* 100 rows .*")).hasSize(3);
  }

  @Test
  void filtersReadAllRowsAndWriteMatches() throws Exception {
    Path mapping = file("mapping.yaml", "filter: [id >= 4999]\n");
    Path out = directory.resolve("out.csv");

    Launched launched =
        transfer(
            "--from=csv:" + numbered(5_000),
            "--to=csv:" + out,
            "--mapping=" + mapping,
            "--blockRows=10");

    assertDone(launched);
    assertThat(Files.readAllLines(out)).containsExactly("id,name", "4999,n4999");
    assertThat(launched.out().get(0)).startsWith("transfer: 5,000 rows read, 0 bad, in ");
  }

  @Test
  void compressedFileOfSeveralRangesIsReadBack() throws Exception {
    file("in-1.csv", "id,name\n1,a\n2,b\n");
    file("in-2.csv", "id,name\n3,c\n");
    Path csv = directory.resolve("out.csv.gz");
    Path json = directory.resolve("out.jsonl.gz");
    Path back = directory.resolve("back.csv");

    assertDone(
        transfer(
            "--from=csv:" + directory.resolve("in-*.csv"), "--to=csv:" + csv + ",jsonl:" + json));
    assertDone(transfer("--from=jsonl:" + json, "--to=csv:" + back));

    assertThat(unzipped(csv)).isEqualTo("id,name\n1,a\n2,b\n3,c\n");
    assertThat(back).hasContent("id,name\n1,a\n2,b\n3,c\n");
  }

  private static String unzipped(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void plansResumeAndShareInputFiles() throws Exception {
    Path in = numbered(30);
    Path plan =
        file(
            "plan.yaml",
            """
            tasks:
              - parallel:
                  - transfer: {from: {csv: in.csv}, to: {csv: a.csv}}
                  - transfer: {from: {csv: in.csv}, to: {jsonl: b.jsonl}}
              - transfer: {from: {jsonl: b.jsonl}, to: {csv: c.csv}}
                name: last
            """);

    Launched whole = transfer("--plan=" + plan);
    assertDone(whole);
    assertThat(directory.resolve("a.csv")).hasSameTextualContentAs(in);
    assertThat(directory.resolve("c.csv")).hasSameTextualContentAs(in);
    assertThat(whole.out().get(0)).matches("plan +done +90 read +90 written +0 bad .*");

    Path summary = directory.resolve("summary.json");
    Launched resumed = transfer("--plan=" + plan, "--fromTask=last", "--summary=" + summary);
    assertDone(resumed);
    assertThat(resumed.out().get(0)).matches("plan +done +30 read +30 written +0 bad .*");
    assertThat(resumed.out()).filteredOn(line -> line.contains("passed over")).hasSize(3);
    JsonNode tree = JSON.readTree(summary.toFile());
    assertThat(tree.path("children").get(0).path("state").asText()).isEqualTo("PASSED_OVER");
    assertThat(tree.path("children").get(1).path("rows_read").asLong()).isEqualTo(30);
  }

  @Test
  void aCommandIsATaskOfAPlan() throws Exception {
    RatingsFile ratings = RatingsFile.of(500, 40, 3);
    Path unused = ratings.writeTo(directory.resolve("ratings.csv"));
    Path plan =
        file(
            "plan.yaml",
            """
            tasks:
              - movie-ratings: {input: "%1$s/ratings.csv", output: "%1$s/totals.csv"}
              - transfer: {from: {csv: totals.csv}, to: {jsonl: totals.jsonl}}
            """
                .formatted(directory));
    file("totals.csv", "movieId\n");

    Launched launched = transfer("--plan=" + plan);

    assertDone(launched);
    int movies = ratings.movies();
    assertThat(launched.out())
        .anyMatch(
            line ->
                line.matches(
                    " *movie-ratings-1 +done +500 read +%s written +0 bad .*".formatted(movies)))
        .anyMatch(
            line ->
                line.matches(
                    " *transfer-2 +done +%1$s read +%1$s written +0 bad .*".formatted(movies)));
    assertThat(Files.readAllLines(directory.resolve("totals.jsonl"))).hasSize(movies);
  }

  @Test
  void aWrongDelimiterOfTheOutputIsNamed() throws Exception {
    Path in = Files.writeString(directory.resolve("in.csv"), "id\n1\n");
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            "transfer",
            "--from=csv:" + in,
            "--to=csv:" + directory.resolve("out.csv"),
            "--outputDelimiter=ab");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", launched.err())).contains("--outputDelimiter takes 'tab'");
  }

  /** Without a key, each row would be in the table twice. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:t,jdbc:t --jdbcUrl=jdbc:postgresql://127.0.0.1:1/none",
        "jdbc:t,jdbc:public.t --jdbcUrl=jdbc:postgresql://127.0.0.1:1/none",
        "jdbc:t,jdbc:public.t --jdbcUrl=jdbc:postgresql://127.0.0.1:1/none?currentSchema=public,app",
        "jdbc:t,jdbc:public.t --jdbcUrl=jdbc:postgresql://127.0.0.1:1/none?options=-cstatement_timeout=5",
      })
  void aTableIsATargetOnce(String to) throws Exception {
    Path in = Files.writeString(directory.resolve("in.csv"), "id\n1\n");
    Launched launched =
        Launched.with(
            Main.COMMANDS, ("transfer --from=csv:%s --to=%s".formatted(in, to)).split(" "));

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", launched.err()))
        .contains("t is a target twice", "name its schema if it is another table");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:t,jdbc:other.t --jdbcUrl=jdbc:postgresql://127.0.0.1:1/none",
        "jdbc:t,jdbc:public.t --jdbcUrl=jdbc:postgresql://127.0.0.1:1/none?currentSchema=app",
        "jdbc:t,jdbc:public.t --jdbcUrl=jdbc:postgresql://127.0.0.1:1/none?ssl=false&options=-csearch_path=app",
        "jdbc:t,jdbc:public.t --jdbcUrl=jdbc:sqlite:none.db",
      })
  void tablesOfTwoSchemasAreTwoTargets(String to) throws Exception {
    Path in = Files.writeString(directory.resolve("in.csv"), "id\n1\n");
    assertDone(
        Launched.with(
            Main.COMMANDS,
            ("transfer --from=csv:%s --check --to=%s".formatted(in, to)).split(" ")));
  }

  /** What {@code JdbcTarget.toString} does not show distinguishes databases too. */
  @Test
  void tablesOfTwoConnectionsAreTwoTargets() throws Exception {
    Path in = Files.writeString(directory.resolve("in.csv"), "id\n1\n");
    Path plan =
        Files.writeString(
            directory.resolve("plan.yaml"),
            """
            connections:
              app: {jdbcUrl: "jdbc:postgresql://127.0.0.1:1/none?currentSchema=app"}
              web: {jdbcUrl: "jdbc:postgresql://127.0.0.1:1/none?currentSchema=web"}
              one: {jdbcUrl: "jdbc:sqlite:%1$s/a b.db"}
              two: {jdbcUrl: "jdbc:sqlite:%1$s/a c.db"}
            tasks:
              - transfer: {from: {csv: %2$s}, to: [{jdbc: app, table: t}, {jdbc: web, table: t}]}
              - transfer: {from: {csv: %2$s}, to: [{jdbc: one, table: t}, {jdbc: two, table: t}]}
            """
                .formatted(directory, in));
    assertDone(Launched.with(Main.COMMANDS, "transfer", "--plan=" + plan, "--check"));
  }

  @Test
  void aTableIsNotInsertedIntoItself() {
    List<String> args =
        List.of(
            "transfer",
            "--from=jdbc:t",
            "--to=jdbc:public.t",
            "--jdbcUrl=jdbc:postgresql://127.0.0.1:1/none",
            "--check");
    Launched launched = Launched.with(Main.COMMANDS, args.toArray(String[]::new));

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", launched.err())).contains("is the source and the target");

    List<String> changed = new ArrayList<>(args);
    changed.add("--key=id");
    assertThat(Launched.with(Main.COMMANDS, changed.toArray(String[]::new)).exitCode())
        .isEqualTo(ExitCode.DONE);
  }

  @Test
  void failedTaskReportsReadRows() throws Exception {
    Path in = numbered(3_000);
    Files.writeString(in, "3000\n", java.nio.file.StandardOpenOption.APPEND);
    Path plan =
        file(
            "plan.yaml",
            """
            tasks:
              - transfer: {from: {csv: in.csv}, to: {csv: out.csv}, blockRows: 100}
            """);
    Path summary = directory.resolve("summary.json");

    Launched launched = transfer("--plan=" + plan, "--summary=" + summary);

    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    // All blocks but the last were converted before the bad row, which nothing is written of.
    JsonNode task = JSON.readTree(summary.toFile()).path("children").get(0);
    assertThat(task.path("state").asText()).isEqualTo("FAILED");
    assertThat(task.path("rows_read").asLong()).isBetween(2_000L, 3_000L);
    assertThat(task.path("rows_written").asLong()).isZero();
    assertThat(task.path("bad_records").asLong()).isEqualTo(1);
    assertThat(directory.resolve("out.csv")).doesNotExist();
  }

  @Test
  void namesKeysThatJsonObjectsHaveTwice() throws Exception {
    Path in = file("in.jsonl", "{\"j\": {\"a\": 1, \"a\": 2}}\n{\"j\": {\"a\": 1}}\n");
    Path bad = directory.resolve("bad.jsonl");

    assertDone(
        transfer(
            "--from=jsonl:" + in,
            "--to=csv:" + directory.resolve("out.csv"),
            "--badRecords=" + bad));

    assertThat(Files.readString(bad))
        .contains("an object has the key 'a' twice")
        .doesNotContain("it is not JSON");
  }
}
