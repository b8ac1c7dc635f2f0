package dev.diagonal.pipelines;

import static java.math.BigDecimal.ZERO;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.RatingsFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bundled jar as a user runs it: in JVMs of its own, with nothing else on the class path. */
final class BundledJarIT {

  private static final RatingsFile RATINGS = RatingsFile.of(20_000, 1_000, 11);

  private final Path directory;
  private final Path input;
  private final Path output;

  BundledJarIT(@TempDir Path directory) throws IOException {
    this.directory = directory;
    this.input = RATINGS.writeTo(directory.resolve("ratings.csv"));
    this.output = directory.resolve("out.csv");
  }

  @Test
  void listsCommandsWithoutArguments() {
    ChildJvm child = run("");
    assertThat(child.status()).isEqualTo(2);
    assertThat(child.out()).isEmpty();
    assertThat(child.err())
        .startsWith("usage: diagonal <command> [@file …] [--option=value …]", "");
    assertThat(child.err()).containsSubsequence(listedCommands());
    assertThat(child.err())
        .endsWith("The demo, with embedded servers, needs the sources: mvn -q compile exec:java");
  }

  @Test
  void helpListsTheCommands() {
    ChildJvm child = run("help");
    assertThat(child.status()).isEqualTo(0);
    assertThat(child.out()).containsSubsequence(listedCommands());
    assertThat(child.err()).isEmpty();
  }

  private static List<String> listedCommands() {
    return Main.COMMANDS.stream()
        .map(command -> "  %-18s %s".formatted(command.name(), command.summary()))
        .toList();
  }

  @Test
  void helpOfACommandListsItsOptions() {
    ChildJvm child = run("movie-ratings --help");
    assertThat(child.status()).isEqualTo(0);
    String help = String.join(" ", child.out()).replaceAll(" +", " ");
    assertThat(help)
        .contains(" --input=<text,…> Files of ratings: files, globs or directories; plain, gz, bz2")
        .contains(" --jdbcTable=<text> The table for the results, created if missing: table or")
        .contains("Examples: diagonal movie-ratings --input=ratings.csv --output=totals.csv");
    assertThat(child.err()).isEmpty();
  }

  @Test
  void aWrongOptionIsWrongUsage() {
    assertThat(run("movie-ratings --input=x --outputt=y"))
        .isEqualTo(
            new ChildJvm(
                2,
                List.of(),
                List.of(
                    "movie-ratings: unknown option --outputt; did you mean --output?",
                    "movie-ratings --help lists the options")));
  }

  @Test
  void neo4jWithoutDriverIsWrongUsage() throws IOException {
    Path trips =
        Files.writeString(directory.resolve("trips.csv"), "PULocationID,DOLocationID\n7,8\n");
    ChildJvm child = run("taxi-trips --input=" + trips + " --jdbcUrl=jdbc:neo4j://127.0.0.1:1");
    assertThat(child.status()).isEqualTo(2);
    assertThat(child.err()).hasSize(2);
    assertThat(child.err().get(0))
        .startsWith("taxi-trips: Neo4j's JDBC driver is not on the class path")
        .contains("target/neo4j-jdbc/*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--runner=DirectRunner --targetParallelism=1",
        "@runner-configs/direct.args --targetParallelism=4",
        "@runner-configs/flink-local.args --parallelism=1",
        "--runner=FlinkRunner --flinkMaster=[local] --parallelism=4"
      })
  void everyRunnerAndParallelismWritesTheSameBytes(String runner) throws IOException {
    Path summary = directory.resolve("summary.json");
    ChildJvm child =
        run(
            "movie-ratings --input=%s --output=%s --summary=%s %s"
                .formatted(input, output, summary, runner));
    assertThat(child.status()).as("%s", child).isEqualTo(0);
    assertThat(child.err()).isEmpty();
    assertThat(child.out()).hasSize(2);
    assertThat(child.out().get(0))
        .matches("movie-ratings: 20,000 rows read, 0 bad, in [0-9.]+ s \\([0-9,]+ rows/s\\)");
    assertThat(child.out().get(1))
        .isEqualTo("  CSV                    %,12d rows  %s".formatted(RATINGS.movies(), output));
    assertThat(Files.readString(output))
        .isEqualTo(String.join("\n", RATINGS.expectedFile()) + "\n");
    JsonNode read = new ObjectMapper().readTree(summary.toFile());
    assertThat(read.path("state").asText()).isEqualTo("DONE");
    assertThat(read.path("rows_read").asLong()).isEqualTo(20_000);
    assertThat(read.path("outputs").path(0).path("rows_written").asLong())
        .isEqualTo(RATINGS.movies());
  }

  @ParameterizedTest
  @ValueSource(strings = {"@runner-configs/direct.args", "@runner-configs/flink-local.args"})
  void badRecordFailureHasPlaceWithoutStackTrace(String runner) throws IOException {
    RatingsFile damaged = RatingsFile.of(20_000, 1_000, 11).with(12_345, "1,2,3.5,99,");
    damaged.writeTo(input);
    ChildJvm child =
        run("movie-ratings --input=%s --output=%s %s".formatted(input, output, runner));
    assertThat(child)
        .isEqualTo(
            new ChildJvm(
                1,
                List.of(),
                List.of(
                    "movie-ratings: failed: %s, byte %d: 5 fields, but the header has 4; the line is: 1,2,3.5,99,"
                        .formatted(input, damaged.offsetOf(12_345)),
                    "hint: --badRecords=<file.jsonl> writes such records there and continues")));
    assertThat(output).doesNotExist();
  }

  @Test
  void badLinesOnFlinkLeaveTheSameOutput() throws IOException {
    RatingsFile.of(20_000, 1_000, 11).with(12_345, "1,2,3.5,99,").writeTo(input);
    Path badRecords = directory.resolve("bad.jsonl");
    ChildJvm child =
        run(
            "movie-ratings --input=%s --output=%s --badRecords=%s @runner-configs/flink-local.args"
                .formatted(input, output, badRecords));
    assertThat(child.status()).as("%s", child).isEqualTo(0);
    assertThat(child.err()).isEmpty();
    assertThat(child.out().get(0)).startsWith("movie-ratings: 20,000 rows read, 1 bad, in ");
    assertThat(child.out().get(1))
        .isEqualTo("  bad records                       1 rows  " + badRecords);
    assertThat(Files.readAllLines(output)).isEqualTo(RATINGS.expectedFile());
    assertThat(Files.readAllLines(badRecords)).hasSize(1);
  }

  @Test
  void refusesSmallHeapsAndNamesTheNeededSize() {
    ChildJvm child =
        ChildJvm.run("-Xmx64m", "-jar", ChildJvm.jar(), "movie-ratings", "--input=" + input);
    assertThat(child.status()).isEqualTo(2);
    assertThat(child.err().get(0)).contains("the DirectRunner needs a heap of ", "java -Xmx");
  }

  @ParameterizedTest
  @ValueSource(strings = {"movie-ratings --input=examples/ratings.csv", "servers"})
  void explainsThatEmbeddedServersAreMissing(String command) {
    ChildJvm child = run(command);
    assertThat(child.status()).isEqualTo(2);
    assertThat(child.out()).isEmpty();
    assertThat(child.err())
        .anyMatch(
            line ->
                line.startsWith(command.split(" ")[0] + ": embedded servers are not in this jar: ")
                    && line.contains("mvn -q compile exec:java")
                    && line.contains("name a sink") != command.equals("servers"));
    assertThat(child.err())
        .noneMatch(line -> line.startsWith("\tat ") || line.startsWith("starting "));
  }

  @Test
  void totalsMovieLensRatingsExactlyOnBothRunners() throws IOException {
    Path movieLens = Path.of("../shared/data/ml-latest-small/ratings.csv");
    assumeTrue(Files.exists(movieLens), "not part of the repository");
    List<Path> outputs = new ArrayList<>();
    for (String runner : List.of("direct", "flink-local")) {
      Path written = directory.resolve(runner + ".csv");
      ChildJvm child =
          run(
              "movie-ratings --input=%s --output=%s @runner-configs/%s.args"
                  .formatted(movieLens, written, runner));
      assertThat(child.status()).as("%s", child).isEqualTo(0);
      assertThat(child.out().get(0)).startsWith("movie-ratings: 100,836 rows read, 0 bad, in ");
      outputs.add(written);
    }
    List<String[]> movies =
        Files.readAllLines(outputs.get(0)).stream().skip(1).map(l -> l.split(",")).toList();
    assertThat(movies).hasSize(9_724);
    assertThat(movies.stream().mapToLong(movie -> Long.parseLong(movie[1])).sum())
        .isEqualTo(100_836);
    assertThat(movies.stream().map(movie -> new BigDecimal(movie[2])).reduce(ZERO, BigDecimal::add))
        .isEqualByComparingTo("353083");
    assertThat(Files.mismatch(outputs.get(0), outputs.get(1))).isEqualTo(-1);
  }

  /** What a run never touches is left out: see the filters of the shade plugin. */
  @Test
  void isAtMostEightyMegabytes() throws IOException {
    assertThat(Files.size(Path.of(ChildJvm.jar()))).isLessThanOrEqualTo(80_000_000);
  }

  @Test
  void hasFlinkManifestButNoServersOrLogging() throws IOException {
    try (JarFile jar = new JarFile(ChildJvm.jar())) {
      System.out.printf("%s: %,.1f MB%n", jar.getName(), Files.size(Path.of(ChildJvm.jar())) / 1e6);
      Attributes manifest = jar.getManifest().getMainAttributes();
      assertThat(manifest.getValue(Attributes.Name.MAIN_CLASS))
          .isEqualTo("dev.diagonal.pipelines.Main");
      assertThat(manifest.getValue("Add-Opens").split(" "))
          .contains("java.base/java.lang", "java.base/java.util", "java.base/java.nio");
      List<String> names = jar.stream().map(entry -> entry.getName()).toList();
      assertThat(names)
          .contains("dev/diagonal/pipelines/Main.class", "org/postgresql/Driver.class")
          .noneMatch(name -> name.startsWith("dev/diagonal/pipelines/local/"))
          .noneMatch(name -> name.matches("(?i).*postgres.*\\.(txz|tar|xz|zip|gz)"))
          .noneMatch(name -> name.startsWith("io/zonky/"))
          .noneMatch(name -> name.startsWith("org/elasticsearch/node/"))
          .noneMatch(name -> name.startsWith("org/slf4j/impl/"))
          .noneMatch(name -> name.equals("META-INF/services/org.slf4j.spi.SLF4JServiceProvider"))
          .noneMatch(name -> name.startsWith("org/slf4j/simple/"))
          .noneMatch(name -> name.startsWith("ch/qos/logback/"))
          .noneMatch(name -> name.startsWith("org/apache/logging/slf4j/"));
    }
  }

  /** Otherwise a ServiceLoader fails, for example that of any channel of gRPC. */
  @Test
  void hasTheClassOfEachServiceProvider() throws IOException {
    try (JarFile jar = new JarFile(ChildJvm.jar())) {
      List<String> providers = new ArrayList<>();
      List<String> missing = new ArrayList<>();
      for (JarEntry file : Collections.list(jar.entries())) {
        if (file.isDirectory() || !file.getName().startsWith("META-INF/services/")) {
          continue;
        }
        String lines = new String(jar.getInputStream(file).readAllBytes(), UTF_8);
        for (String line : lines.split("\\R")) {
          String provider = line.replaceFirst("#.*", "").strip();
          if (!provider.isEmpty()) {
            providers.add(provider);
            if (jar.getEntry(provider.replace('.', '/') + ".class") == null) {
              missing.add(file.getName() + ": " + provider);
            }
          }
        }
      }
      assertThat(providers).contains("org.postgresql.Driver");
      assertThat(missing).isEmpty();
    }
  }

  private static ChildJvm run(String args) {
    return ChildJvm.bundledJar(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"), args)
        .withoutProgress();
  }
}
