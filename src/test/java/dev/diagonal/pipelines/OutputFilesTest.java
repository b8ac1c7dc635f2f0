package dev.diagonal.pipelines;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands do to the files that their options name, and to those beside them. */
@DisabledOnOs(OS.WINDOWS)
final class OutputFilesTest {

  private static final String RATINGS = "userId,movieId,rating,timestamp\n1,1,5,1\n2,1,4,1\n";
  private static final String FLINK = " --runner=FlinkRunner --flinkMaster=[local] --parallelism=2";

  private final Path directory;

  OutputFilesTest(@TempDir Path directory) throws IOException {
    this.directory = directory.toRealPath();
  }

  @BeforeEach
  void files() throws IOException {
    for (String in : List.of("in", "out", "out[1]", "out1")) {
      Files.createDirectory(directory.resolve(in));
    }
    Files.writeString(directory.resolve("r.csv"), RATINGS);
    Files.writeString(directory.resolve("in/a.csv"), RATINGS);
    Files.createSymbolicLink(directory.resolve("link.csv"), Path.of("r.csv"));
    Files.createSymbolicLink(directory.resolve("linked"), Path.of("in"));
    Files.createLink(directory.resolve("secretFile"), Files.writeString(file("secret"), "x"));
    Files.writeString(directory.resolve("mapping.yaml"), "columns: [userId]\n");
    Files.writeString(directory.resolve("e.sql"), "INSERT INTO e VALUES (:userId, :movieId)\n");
    Files.writeString(directory.resolve("n.sql"), "INSERT INTO n VALUES (:movieId)\n");
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  /** Runs a command; {@code @} means the directory, spaces separate arguments. */
  private Launched launch(String command) {
    return Launched.with(Main.COMMANDS, command.replace("@", directory + "/").split(" "));
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(directory.relativize(file).toString(), Files.readString(file));
      }
    }
    return contents;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // an output that is an input
        "movie-ratings --input=@r.csv --output=@r.csv",
        "movie-ratings --input=@r.csv --output=@link.csv",
        "movie-ratings --input=@link.csv --output=@out/../r.csv",
        "movie-ratings --input=@r.csv --output=@o.csv --badRecords=@r.csv",
        "movie-ratings --input=@r.csv --output=@o.csv --summary=@link.csv",
        "movie-ratings --input=@in/*.csv --output=@in/a.csv",
        "transfer --from=csv:@r.csv --to=csv:@o.csv --badRecords=@r.csv",
        "transfer --from=csv:@r.csv,@in/a.csv --to=csv:@r.csv",
        "transfer --from=csv:@r.csv --to=csv:@o.csv --mapping=@mapping.yaml --summary=@mapping.yaml",
        "rating-batches --input=@r.csv --jdbcUrl=jdbc:postgresql://nowhere/x --badRecords=@r.csv",
        "load-edges --input=@r.csv --jdbcUrl=jdbc:postgresql://nowhere/x --badRecords=@r.csv",
        "load-edges --input=@r.csv --jdbcUrl=jdbc:postgresql://nowhere/x --summary=@link.csv",
        "load-edges --input=@r.csv --jdbcUrl=jdbc:postgresql://nowhere/x --statement=@e.sql"
            + " --summary=@e.sql",
        "load-edges --input=@r.csv --jdbcUrl=jdbc:postgresql://nowhere/x --statement=@e.sql"
            + " --nodesInput=@in/a.csv --nodesStatement=@n.sql --badRecords=@n.sql",
        "taxi-trips --input=@r.csv --zones=@in/a.csv --jdbcUrl=jdbc:postgresql://nowhere/x"
            + " --badRecords=@in/a.csv",
        "donors-choose --projects=@r.csv --donations=@r.csv --resources=@r.csv --output=@out"
            + " --summary=@r.csv",
        // one that the next run would read
        "transfer --from=csv:@in --to=csv:@in/all.csv",
        "transfer --from=csv:@linked --to=csv:@in/all.csv",
        "transfer --from=csv:@in --to=csv:@linked/all.csv",
        "transfer --from=csv:@in/*.csv --to=csv:@in/all.csv",
        "transfer --from=csv:@linked/* --to=jsonl:@in/all.jsonl",
        "movie-ratings --input=@in --output=@o.csv --badRecords=@in/bad.jsonl",
        "load-edges --streaming --input=@in --jdbcUrl=jdbc:postgresql://nowhere/x --badRecords=@in",
        "donors-choose --projects=@in --donations=@r.csv --resources=@r.csv --output=@in",
        // two outputs that are one
        "transfer --from=csv:@r.csv --to=csv:@o.csv,csv:@o.csv",
        "transfer --from=csv:@r.csv --to=csv:@in/o.csv,jsonl:@linked/o.csv",
        "movie-ratings --input=@r.csv --output=@o.csv --badRecords=@o.csv",
        "movie-ratings --input=@r.csv --output=@o.csv --badRecords=@b.jsonl --summary=@b.jsonl",
        "movie-ratings --input=@r.csv --output=- --summary=/dev/stdout",
        // a compression that cannot be written, places that are not files
        "transfer --from=csv:@r.csv --to=csv:@o.csv.zip",
        "movie-ratings --input=@r.csv --output=@o.csv --badRecords=@b.jsonl.deflate",
        "donors-choose --projects=@r.csv --donations=@r.csv --resources=@r.csv --output=-",
        // a stream where other processes write
        "transfer --from=csv:@r.csv --to=csv:- --runner=FlinkRunner --flinkMaster=localhost:1",
        // in place, where a runner may read the file again
        "transfer --from=csv:@r.csv --to=csv:@r.csv --runner=FlinkRunner --flinkMaster=localhost:1"
      })
  void conflictsAreRefusedBeforeAnythingRuns(String command) throws IOException {
    Map<String, String> before = contents();

    Launched launched = launch(command);

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err().get(0)).contains("--").contains("'");
    assertThat(contents()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tasks: [{transfer: {from: {csv: r.csv}, to: {csv: o.csv}}},"
            + " {transfer: {from: {csv: in}, to: {csv: out/../o.csv}}}]",
        "tasks: [{transfer: {from: {csv: r.csv}, to: {csv: o.csv}}},"
            + " {movie-ratings: {input: %1$s/r.csv, output: %1$s/out/../o.csv}}]",
        "tasks: [{transfer: {from: {csv: in}, to: {csv: in/all.csv}}}]",
        "tasks: [{transfer: {from: {csv: r.csv}, to: {csv: o.csv}, badRecords: o.csv}}]",
        "tasks: [{transfer: {from: {csv: r.csv}, to: {csv: summary.json}}}]",
        "tasks: [{transfer: {from: {csv: summary.json}, to: {csv: o.csv}}}]",
      })
  void conflictsInAPlanAreRefused(String plan) throws IOException {
    Files.writeString(file("summary.json"), RATINGS);
    Files.writeString(file("plan.yaml"), plan.formatted(directory));
    Map<String, String> before = contents();

    Launched launched = launch("transfer --plan=@plan.yaml --summary=@summary.json");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(contents()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", FLINK})
  void transferInPlaceReplacesInputAfterReading(String runner) throws IOException {
    StringBuilder rows = new StringBuilder("id,name\n");
    for (int i = 0; i < 300_000; i++) {
      rows.append(i).append(",name of this row\n");
    }
    Files.writeString(file("big.csv"), rows);

    assertDone(
        launch("transfer --from=csv:@big.csv --to=csv:@big.csv --quotedLineBreaks=false" + runner));

    assertThat(file("big.csv")).hasContent(rows.toString());
  }

  @Test
  void transferInPlaceThatFailsKeepsItsInput() throws IOException {
    Files.writeString(file("bad.csv"), "id,n\n1,1\n2\n");

    Launched launched = launch("transfer --from=csv:@bad.csv --to=csv:@bad.csv");

    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(file("bad.csv")).hasContent("id,n\n1,1\n2\n");
    assertThat(contents().keySet()).noneMatch(name -> name.contains("diagonal-"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", FLINK})
  void namesWithBracketsTouchNoOtherFiles(String runner) throws IOException {
    for (String in : List.of("out[1]", "out1")) {
      Files.writeString(file(in + "/.x.csv.diagonal-12345678-part-0"), "mine");
      Files.writeString(file(in + "/documents-00000-of-00009.jsonl"), "mine");
    }

    assertDone(launch("transfer --from=csv:@r.csv --to=csv:@out[1]/x.csv" + runner));

    assertThat(file("out[1]/x.csv")).hasContent(RATINGS);
    assertThat(contents().values()).filteredOn("mine"::equals).hasSize(4);
  }

  @Test
  void deletesEarlierDocumentsOnlyInOwnDirectory() throws IOException {
    for (String in : List.of("out[1]", "out1")) {
      Files.writeString(file(in + "/documents-00000-of-00009.jsonl"), "earlier");
      Files.writeString(file(in + "/documents-of-mine.jsonl"), "mine");
    }
    assertDone(launch("donors-choose --generate=@d --generateDonations=50"));

    assertDone(
        launch(
            "donors-choose --projects=@d/projects.csv.gz --donations=@d/donations.csv.gz"
                + " --resources=@d/resources.csv.gz --shards=2 --output=@out[1]"
                + " --outputCompression=zst"));

    assertThat(file("out[1]").toFile().list())
        .containsExactlyInAnyOrder(
            "documents-00000-of-00002.jsonl.zst",
            "documents-00001-of-00002.jsonl.zst",
            "documents-of-mine.jsonl");
    assertThat(file("out1").toFile().list()).hasSize(2);
    assertDone(
        launch("transfer --from=jsonl:@out[1]/documents-00000-of-00002.jsonl.zst --to=csv:@o.csv"));
    assertThat(Files.readAllLines(file("o.csv"))).hasSizeGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gz", "bz2", "zst"})
  void whatIsCompressedIsReadBack(String suffix) throws IOException {
    Files.writeString(file("in/b.csv"), RATINGS.replace("1,1", "9,9"));
    Files.writeString(file("in/c.csv"), "userId,movieId,rating,timestamp\nx,1,5,1\n");
    String out = "out/o.csv." + suffix;

    assertDone(launch("transfer --from=csv:@in/a.csv,@in/b.csv --to=csv:@%s".formatted(out)));
    assertDone(launch("transfer --from=csv:@%s --to=csv:@plain.csv".formatted(out)));
    assertDone(
        launch(
            "movie-ratings --input=@in --output=@out/m.csv.%1$s --badRecords=@out/bad.jsonl.%1$s"
                .formatted(suffix)));
    assertDone(launch("transfer --from=csv:@out/m.csv.%s --to=csv:@m.csv".formatted(suffix)));
    assertDone(launch("transfer --from=jsonl:@out/bad.jsonl.%s --to=jsonl:@b".formatted(suffix)));

    assertThat(Files.readAllLines(file("plain.csv"))).hasSize(5);
    assertThat(Files.readAllLines(file("m.csv"))).hasSize(3);
    assertThat(Files.readAllLines(file("b"))).singleElement().asString().contains("c.csv");
    assertThat(new String(Files.readAllBytes(file(out)), UTF_8)).doesNotStartWith("user");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", FLINK})
  void dashMeansStandardOutputAndMovesTheSummary(String runner) throws IOException {
    Launched launched = launch("transfer --from=csv:@r.csv --to=csv:-" + runner);
    assertDone(launched);
    assertThat(launched.out()).isEqualTo(RATINGS.lines().toList());
    assertThat(launched.err()).anyMatch(line -> line.startsWith("transfer: 2 rows read, 0 bad"));

    Launched ratings = launch("movie-ratings --input=@r.csv --output=/dev/stdout" + runner);
    assertDone(ratings);
    assertThat(ratings.out()).hasSize(2).first().asString().startsWith("movie_id,");

    Launched summary = launch("movie-ratings --input=@r.csv --output=@o.csv --summary=-" + runner);
    assertDone(summary);
    assertThat(summary.out().get(0)).isEqualTo("{");
    assertThat(summary.err()).anyMatch(line -> line.startsWith("movie-ratings: 2 rows read"));
    assertThat(contents().keySet()).noneMatch(name -> name.contains("diagonal-"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"transfer --from=csv:@r.csv --to=csv:", "movie-ratings --input=@r.csv --output="})
  void pipesAndDevicesStayWhatTheyAre(String command) throws Exception {
    Path pipe = file("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Process reader = new ProcessBuilder("cat", pipe.toString()).start();

    assertDone(launch(command + "@pipe"));

    List<String> lines = reader.inputReader(UTF_8).lines().toList();
    assertThat(lines).hasSizeBetween(2, 3);
    assertThat(Files.readAttributes(pipe, "isOther")).containsEntry("isOther", true);
    assertDone(launch(command + "/dev/null"));
    assertThat(Files.readAttributes(Path.of("/dev/null"), "isOther"))
        .containsEntry("isOther", true);
    Launched full = launch(command + "/dev/full");
    assertThat(full.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(full.err().get(0)).contains("/dev/full").contains("No space left");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transfer --from=csv:@in/a.csv --to=csv:",
        "movie-ratings --input=@in/a.csv --output="
      })
  void keepsLinkAndModeOfEarlierFile(String command) throws IOException {
    Files.setPosixFilePermissions(file("r.csv"), PosixFilePermissions.fromString("rw-------"));

    assertDone(launch(command + "@link.csv"));

    assertThat(Files.readSymbolicLink(file("link.csv"))).isEqualTo(Path.of("r.csv"));
    assertThat(Files.readString(file("r.csv"))).isNotEmpty();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("r.csv"))))
        .isEqualTo("rw-------");
  }
}
