package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.DuckDb;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parquet files as DuckDB writes and reads them, through the commands; no servers. */
final class TransferParquetTest {

  private static final String TYPES =
      """
      SELECT * FROM (VALUES
        (true, (-32768)::SMALLINT, (-2147483648)::INTEGER, (-9223372036854775808)::BIGINT,
          1.5e-10::FLOAT, 0.1::DOUBLE, (-12.50)::DECIMAL(4,2), 123456789012.345::DECIMAL(18,3),
          (-12345678901234567890.1234567890)::DECIMAL(38,10), 'ä, "b"
      c', '\\x00\\xFF'::BLOB, DATE '0001-01-01', TIME '23:59:59.999999',
          TIMESTAMP '1969-12-31 23:59:59.999999', TIMESTAMPTZ '2024-07-01 12:00:00.5+02',
          'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'::UUID),
        (false, 32767, 2147483647, 9223372036854775807, 'NaN', '-Infinity', 99.99, -0.001,
          9999999999999999999999999999.9999999999, '', ''::BLOB, DATE '9999-12-31', TIME '00:00:00',
          TIMESTAMP '2024-01-01 00:00:00', TIMESTAMPTZ '1900-01-01 00:00:00+00',
          '00000000-0000-0000-0000-000000000000'),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
          NULL))
        AS t(truth, small, medium, large, single, double, dec4, dec18, dec38, text, bytes, day, clock,
          local, instant, id)\
      """;

  private static DuckDb duck;

  private final Path directory;
  private final Path out;

  TransferParquetTest(@TempDir Path directory) {
    this.directory = directory;
    this.out = directory.resolve("out.parquet");
  }

  @BeforeAll
  static void open() throws SQLException {
    duck = DuckDb.open();
    duck.execute("SET TimeZone = 'UTC'");
  }

  @AfterAll
  static void close() throws SQLException {
    duck.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void everyTypeReturnsEqual(String runner) throws Exception {
    Path in = duck.write(TYPES, directory.resolve("in.parquet"));
    assertDone(run(("transfer --from=parquet:%s --to=parquet:%s " + runner).formatted(in, out)));
    assertThat(duck.query("SELECT * FROM '" + out + "'")).isEqualTo(duck.query(TYPES)).hasSize(3);
    assertThat(types(out)).isEqualTo(types(in)).hasSize(16);
  }

  private static List<String> types(Path file) throws SQLException {
    return duck.query(
        "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '%s')".formatted(file));
  }

  @Test
  void unsignedAndFinerTypesBecomeWiderOnes() throws Exception {
    String query =
        """
        SELECT 255::UTINYINT a, 65535::USMALLINT b, 4294967295::UINTEGER c,
          18446744073709551615::UBIGINT d, (-128)::TINYINT e, '2024-01-01 00:00:01.001'::TIMESTAMP_MS f,
          '2024-01-01 00:00:01.000001'::TIMESTAMP_NS g, '{"a": 1}'::JSON h,
          'x'::ENUM('x', 'y') i\
        """;
    Path in = duck.write(query, directory.resolve("in.parquet"));
    assertDone(run("transfer --from=parquet:%s --to=parquet:%s".formatted(in, out)));
    assertThat(duck.query("SELECT * FROM '" + out + "'")).isEqualTo(duck.query(query));
    assertThat(types(out))
        .containsExactly(
            "a|SMALLINT",
            "b|INTEGER",
            "c|BIGINT",
            "d|DECIMAL(20,0)",
            "e|SMALLINT",
            "f|TIMESTAMP",
            "g|TIMESTAMP",
            "h|JSON",
            "i|VARCHAR");
  }

  @ParameterizedTest
  @ValueSource(strings = {"snappy", "zstd", "gzip", "lz4_raw", "uncompressed"})
  void readsEveryUsualCompression(String codec) throws Exception {
    String query = "SELECT i, 'text ' || i AS t FROM range(5000) r(i)";
    Path in = duck.write(query, directory.resolve("in.parquet"), "compression " + codec);
    Path csv = directory.resolve("out.csv");
    assertDone(run("transfer --from=parquet:%s --to=csv:%s".formatted(in, csv)));
    assertThat(Files.readAllLines(csv)).hasSize(5001).endsWith("4999,text 4999");
  }

  @Test
  void namesACompressionThatItDoesNotRead() throws Exception {
    Path in = duck.write("SELECT 1 AS a", directory.resolve("in.parquet"), "compression brotli");
    assertFailed(
        run("transfer --from=parquet:%s --to=csv:%s".formatted(in, directory.resolve("x.csv"))),
        "cannot read row group 1 of 1 of " + in + ": it is compressed with BROTLI");
  }

  @Test
  void keepsRowOrderAcrossRowGroupsAndFiles() throws Exception {
    // Random texts do not compress: several ranges of 4 MiB.
    String query =
        "SELECT i, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS t FROM range(%s, %s) r(i)";
    duck.write(query.formatted(0, 150_000), directory.resolve("a.parquet"), "row_group_size 20000");
    duck.write(query.formatted(150_000, 160_000), directory.resolve("b.parquet"));
    assertDone(
        run(
            "transfer --from=parquet:%s --to=parquet:%s"
                .formatted(directory.resolve("[ab].parquet"), out)));
    String file = "'%s'".formatted(out);
    assertThat(
            duck.query(
                "SELECT count(*), count(*) FILTER (i <> file_row_number),"
                    + " count(*) FILTER (t <> md5(i::VARCHAR) || md5((i + 1)::VARCHAR))"
                    + " FROM read_parquet(%s, file_row_number = true)".formatted(file)))
        .containsExactly("160000|0|0");
    assertThat(
            duck.query(
                "SELECT count(DISTINCT row_group_id) > 1 FROM parquet_metadata(%s)"
                    .formatted(file)))
        .containsExactly("true");
  }

  @Test
  void readsOnlyTheColumnsOfTheMapping() throws Exception {
    Path in =
        duck.write(
            "SELECT 1 AS id, {'x': {'y': [1, 2]}} AS deep, [1] AS list, 'n' AS name, 2 AS size",
            directory.resolve("in.parquet"));
    Path mapping =
        Files.writeString(
            directory.resolve("m.yaml"),
            """
            columns:
              - {name: key, from: id}
              - {name: label, template: "<{name}>"}
            filter: size > 1
            """);
    Path csv = directory.resolve("out.csv");
    assertDone(
        run("transfer --from=parquet:%s --to=csv:%s --mapping=%s".formatted(in, csv, mapping)));
    assertThat(Files.readAllLines(csv)).containsExactly("key,label", "1,<n>");
    assertFailed(
        run("transfer --from=parquet:%s --to=csv:%s".formatted(in, csv)),
        in + ": the column 'deep' is nested (deep.x.y.list.element), which cannot be read");
  }

  @Test
  void namesAFileWithoutFooter() throws Exception {
    Path whole = duck.write("SELECT * FROM range(9999)", directory.resolve("in.parquet"));
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = Files.write(directory.resolve("cut.parquet"), Arrays.copyOf(bytes, 9_000));
    assertFailed(
        run("transfer --from=parquet:%s --to=parquet:%s".formatted(cut, out)),
        cut + " has no footer: it starts like a Parquet file but does not end like one");
    Path csv = Files.writeString(directory.resolve("x.parquet"), "a,b\n1,2\n3,4\n5,6\n");
    assertFailed(
        run("transfer --from=parquet:%s --to=parquet:%s".formatted(csv, out)),
        csv + " is not a Parquet file: it does not start with PAR1");
    bytes[bytes.length - 9] ^= 0x55; // in the footer
    bytes[bytes.length - 7] = 0x7f; // its length
    Path damaged = Files.write(directory.resolve("damaged.parquet"), bytes);
    assertFailed(
        run("transfer --from=parquet:%s --to=parquet:%s".formatted(damaged, out)),
        "cannot read the footer of " + damaged);
    assertThat(out).doesNotExist();
  }

  @Test
  void filesOfDifferentColumnsAreRefused() throws Exception {
    Path a = duck.write("SELECT 1 AS id, 2 AS v", directory.resolve("a.parquet"));
    Path b = duck.write("SELECT 3::BIGINT AS v, 1 AS id", directory.resolve("b.parquet"));
    assertFailed(
        run("transfer --from=parquet:%s --to=parquet:%s".formatted(a + "," + b, out)),
        b + " does not have the columns of " + a + ": its column 'v' is of type INTEGER(64,true)");
    duck.write("SELECT 1 AS id, 2 AS v, 3 AS w", b);
    assertFailed(
        run("transfer --from=parquet:%s --to=parquet:%s".formatted(a + "," + b, out)),
        b + " does not have the columns of " + a + ": it has a further column 'w'");
    duck.write("SELECT 2 AS v, 1 AS id", b);
    assertDone(run("transfer --from=parquet:%s --to=parquet:%s".formatted(a + "," + b, out)));
    assertThat(duck.query("SELECT * FROM '" + out + "'")).containsExactly("1|2", "1|2");
  }

  @Test
  void valuesThatRowCannotHoldAreBadRecords() throws Exception {
    Path in =
        duck.write(
            "SELECT i, ('2024-01-01 00:00:00.00000' || i || '001')::TIMESTAMP_NS AS t"
                + " FROM range(1, 2) r(i) UNION ALL SELECT 7, '2024-01-01'::TIMESTAMP_NS",
            directory.resolve("in.parquet"));
    Path csv = directory.resolve("out.csv");
    Path bad = directory.resolve("bad.jsonl");
    String transfer = "transfer --from=parquet:%s --to=csv:%s".formatted(in, csv);
    assertFailed(
        run(transfer),
        in + ", row 1: column 't': 1704067200000001001 nanoseconds are not whole microseconds");
    assertDone(run(transfer + " --badRecords=" + bad));
    assertThat(Files.readAllLines(csv)).containsExactly("i,t", "7,2024-01-01T00:00:00");
    assertThat(Files.readAllLines(bad)).singleElement().asString().contains("row 1", "\"1,\"");
  }

  @Test
  void decimalsThatParquetCannotHoldAreBadRecords() throws Exception {
    Path in =
        Files.writeString(
            directory.resolve("in.csv"),
            "n\n1.5\n100000000000000000000.5\n0.1234567890123456789\n-2\n");
    Path mapping =
        Files.writeString(
            directory.resolve("m.yaml"), "columns:\n  - {name: n, from: n, type: decimal}\n");
    Path bad = directory.resolve("bad.jsonl");
    assertDone(
        run(
            "transfer --from=csv:%s --to=parquet:%s --mapping=%s --badRecords=%s"
                .formatted(in, out, mapping, bad)));
    assertThat(duck.query("SELECT n, typeof(n) FROM '" + out + "'"))
        .containsExactly(
            "1.500000000000000000|DECIMAL(38,18)", "-2.000000000000000000|DECIMAL(38,18)");
    assertThat(Files.readString(bad))
        .contains("'100000000000000000000.5' is not a decimal(38,18)", "line 3", "line 4");
  }

  @Test
  void infiniteDatesAndHour24AreBadRecords() throws Exception {
    Path in =
        Files.writeString(
            directory.resolve("in.csv"),
            "d,t\n2024-01-31,23:59:59\ninfinity,01:00:00\n-infinity,01:00:00\n2024-02-01,24:00\n");
    Path bad = directory.resolve("bad.jsonl");
    assertDone(
        run(
            "transfer --from=csv:%s --to=parquet:%s --types=d:date,t:time --badRecords=%s"
                .formatted(in, out, bad)));
    assertThat(duck.query("SELECT d, t FROM '" + out + "'")).containsExactly("2024-01-31|23:59:59");
    assertThat(Files.readAllLines(bad)).hasSize(3);
    assertThat(Files.readString(bad)).contains("Parquet has no infinite dates", "no 24:00");
  }

  @Test
  void writesAFileWithoutRows() throws Exception {
    Path in = duck.write("SELECT 1 AS id WHERE false", directory.resolve("in.parquet"));
    assertDone(run("transfer --from=parquet:%s --to=parquet:%s".formatted(in, out)));
    assertThat(types(out)).containsExactly("id|INTEGER");
    assertThat(duck.query("SELECT * FROM '" + out + "'")).isEmpty();
    try (var files = Files.list(directory)) {
      assertThat(files.map(Path::getFileName).map(Path::toString))
          .containsExactlyInAnyOrder("in.parquet", "out.parquet");
    }
  }

  @Test
  void movieRatingsReadsParquet() throws Exception {
    Path in =
        duck.write(
            "SELECT i % 5 AS userId, i % 3 AS movieId, 3.5::FLOAT AS rating, 'x,\"y' AS review,"
                + " [1] AS list, 964982703 AS timestamp FROM range(3000) r(i)",
            directory.resolve("in.parquet"), "row_group_size 2048");
    Path csv = directory.resolve("totals.csv");
    // The delimiter is that of text files.
    assertDone(run("movie-ratings --input=%s --output=%s --delimiter=tab".formatted(in, csv)));
    assertThat(Files.readAllLines(csv)).hasSize(4).anyMatch(row -> row.startsWith("2,1000,3500"));

    duck.write("SELECT 1 AS userId, 1 AS movieId, NULL::FLOAT AS rating", in);
    assertFailed(run("movie-ratings --input=%s --output=%s".formatted(in, csv)), in + ", row 1: ");
  }

  @Test
  void aMissingJarIsOneLine() throws IOException {
    Path in = directory.resolve("in.parquet");
    Files.writeString(in, "PAR1", StandardOpenOption.CREATE);
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(jar -> !jar.matches(".*/(parquet|hadoop)-[^/]*\\.jar"))
            .collect(Collectors.joining(File.pathSeparator));
    for (String command :
        List.of(
            "transfer --from=parquet:" + in + " --to=csv:" + directory.resolve("x.csv"),
            "movie-ratings --input=" + in + " --output=" + directory.resolve("x.csv"))) {
      List<String> args = new ArrayList<>(List.of("-cp", classPath, "dev.diagonal.pipelines.Main"));
      args.addAll(List.of(command.split(" ")));
      ChildJvm ended = ChildJvm.run(args.toArray(String[]::new));
      assertThat(ended.status()).as("%s", ended).isEqualTo(2);
      assertThat(ended.err())
          .filteredOn(line -> line.contains("Parquet"))
          .singleElement()
          .asString()
          .contains("Parquet's jars are not on the class path", "target/parquet/*");
    }
  }

  private static Launched run(String command) {
    return Launched.with(Main.COMMANDS, command.trim().split(" +"));
  }

  private static void assertFailed(Launched launched, String message) {
    assertThat(launched.exitCode()).as("%s", launched).isNotEqualTo(ExitCode.DONE);
    assertThat(launched.err()).anyMatch(line -> line.contains(message));
  }
}
