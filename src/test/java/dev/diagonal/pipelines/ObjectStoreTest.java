package dev.diagonal.pipelines;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.DuckDb;
import dev.diagonal.testing.LocalS3;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Input, output and bad records on S3. */
final class ObjectStoreTest {

  private static LocalS3 s3;

  private final Path directory;

  ObjectStoreTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeAll
  static void start() throws Exception {
    s3 = LocalS3.start();
  }

  @AfterAll
  static void stop() throws Exception {
    s3.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner --flinkMaster=[local]"})
  void readsAndWritesObjects(String runner) throws Exception {
    String run = "run-" + runner.length() + "/";
    s3.put(run + "in/a.csv", "userId,movieId,rating\n1,10,4.0\nx,10,1\n".getBytes(UTF_8));
    s3.put(run + "in/b.csv", "userId,movieId,rating\n2,10,5.0\n".getBytes(UTF_8));
    Launched launched =
        run(
            "movie-ratings --input=%s --output=%s --badRecords=%s --runner=%s"
                .formatted(
                    s3.url(run + "in/*.csv"),
                    s3.url(run + "totals.csv"),
                    s3.url(run + "bad.jsonl"),
                    runner));
    assertDone(launched);
    assertThat(s3.text(run + "totals.csv").lines()).hasSize(2).anyMatch(l -> l.startsWith("10,2,"));
    assertThat(s3.text(run + "bad.jsonl").lines())
        .singleElement()
        .asString()
        .contains(s3.url(run + "in/a.csv"), "x,10,1");
  }

  @Test
  void transfersParquetFromBucketToBucket() throws Exception {
    Path local = directory.resolve("in.parquet");
    try (DuckDb duck = DuckDb.open()) {
      Path unused =
          duck.write(
              "SELECT i, md5(i::VARCHAR) AS t FROM range(200000) r(i)",
              local,
              "row_group_size 20000");
      s3.put("in.parquet", Files.readAllBytes(local));
      assertDone(
          run(
              "transfer --from=parquet:%s --to=parquet:%s"
                  .formatted(s3.url("in.parquet"), s3.url("dir/out.parquet"))));
      Path out = Files.write(directory.resolve("out.parquet"), s3.bytes("dir/out.parquet"));
      assertThat(
              duck.query(
                  "SELECT count(*), count(*) FILTER (t <> md5(i::VARCHAR)), sum(i) FROM '%s'"
                      .formatted(out)))
          .containsExactly("200000|0|19999900000");
    }
    assertThat(s3.keys()).noneMatch(key -> key.contains("part-") || key.contains("whole"));
  }

  @ParameterizedTest
  @CsvSource({
    "s3, beam-sdks-java-io-amazon-web-services2, --input=s3://b/r.csv --output=OUT",
    "gs, beam-sdks-java-extensions-google-cloud-platform-core, --input=IN --output=gs://b/o.csv",
    "hdfs, beam-sdks-java-io-hadoop-file-system, --input=IN --output=OUT --badRecords=hdfs://h/b",
  })
  void aMissingModuleIsNamedInOneLine(String scheme, String module, String options)
      throws IOException {
    Path in = Files.writeString(directory.resolve("r.csv"), "userId,movieId,rating\n1,10,4.0\n");
    String out = directory.resolve("o.csv").toString();
    ChildJvm ended =
        withoutModules("movie-ratings " + options.replace("IN", in.toString()).replace("OUT", out));
    assertThat(ended.status()).as("%s", ended).isEqualTo(2);
    assertThat(ended.err())
        .filteredOn(line -> line.contains(scheme + "://"))
        .singleElement()
        .asString()
        .contains(
            scheme + ":// needs Beam's module " + module + " and its dependencies on the class");
  }

  /** Runs a command without the modules that only tests have. */
  private static ChildJvm withoutModules(String command) {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(jar -> !jar.contains("amazon-web-services"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> args = new ArrayList<>(List.of("-cp", classPath, "dev.diagonal.pipelines.Main"));
    args.addAll(List.of(command.split(" ")));
    return ChildJvm.run(args.toArray(String[]::new));
  }

  private static Launched run(String command) {
    List<String> args = new ArrayList<>(List.of(command.split(" ")));
    args.addAll(s3.options());
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }
}
