package dev.diagonal.pipelines.transfer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.files.output.DirectoryLock;
import dev.diagonal.internal.files.output.KeptParts;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.DuckDb;
import dev.diagonal.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interrupted transfers from files to files, and runs with {@code --resume} after them. */
final class TransferFileResumeIT {

  private static final Duration BOUND = Duration.ofMinutes(2);
  private static final int FILES = 3;

  @TempDir Path in;
  @TempDir Path out;

  /** Writes files of so many rows each, the last of which has a value that is not a number. */
  private void writeFiles(int files, int rows, boolean bad) throws IOException {
    for (int file = 0; file < files; file++) {
      StringBuilder csv = new StringBuilder("id,n,word\n");
      for (int row = file * rows; row < (file + 1) * rows; row++) {
        csv.append(row).append(',').append(row * 7L).append(",\"word ").append(row).append("\"\n");
      }
      if (bad && file == files - 1) {
        csv.setCharAt(csv.lastIndexOf("\n", csv.length() - 2) + 1, 'x');
      }
      Files.writeString(in.resolve("part%02d.csv".formatted(file)), csv);
    }
  }

  private Path last() {
    return in.resolve("part%02d.csv".formatted(FILES - 1));
  }

  private void correctLast() throws IOException {
    StringBuilder csv = new StringBuilder(Files.readString(last()));
    csv.setCharAt(csv.lastIndexOf("\n", csv.length() - 2) + 1, '2');
    Files.writeString(last(), csv);
  }

  private List<String> options(String to, String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "transfer",
                "--from=csv:" + in,
                "--to=" + to,
                "--types=id:bigint",
                "--runner=DirectRunner",
                "--targetParallelism=1"));
    options.addAll(List.of(more));
    return options;
  }

  private Launched transfer(String to, String... more) {
    return Launched.with(Main.COMMANDS, options(to, more).toArray(String[]::new));
  }

  private String to(String name) {
    String kind = name.substring(name.indexOf('.') + 1).replace(".gz", "");
    return kind + ":" + out.resolve(name);
  }

  /** Fails a transfer in its last file, and keeps the parts of the others. */
  private void fail(String to) throws IOException {
    writeFiles(FILES, 1_000, true);
    Launched failed = transfer(to, "--resume");
    assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err())
        .anyMatch(line -> line.contains("finished parts of") && line.contains("--resume"));
  }

  private void assertSameAsAtOnce(String name, Launched resumed) throws IOException {
    assertThat(resumed.exitCode()).as("%s", resumed).isEqualTo(ExitCode.DONE);
    assertThat(resumed.out())
        .anyMatch(line -> line.contains("rows were already committed by the interrupted run"));
    byte[] bytes = Files.readAllBytes(out.resolve(name));
    Files.delete(out.resolve(name));
    assertThat(out).as("nothing else is left").isEmptyDirectory();
    Launched atOnce = transfer(to(name));
    assertThat(atOnce.exitCode()).as("%s", atOnce).isEqualTo(ExitCode.DONE);
    assertThat(bytes).isEqualTo(Files.readAllBytes(out.resolve(name)));
  }

  private List<Path> kept() throws IOException {
    try (Stream<Path> files = Files.walk(out)) {
      return files.filter(file -> file.toString().contains(".diagonal-kept/part-")).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rows.csv", "rows.jsonl.gz", "rows.parquet"})
  void resumeAfterKillProducesSameBytes(String name) throws Exception {
    writeFiles(8, 40_000, false);
    try (CommandJvm killed =
        CommandJvm.start(requireNonNull(in.getParent()), options(to(name), "--resume"))) {
      assertThat(
              Eventually.within(
                  BOUND,
                  () -> {
                    try {
                      return kept().stream().anyMatch(file -> file.toString().endsWith(".entry"));
                    } catch (IOException | java.io.UncheckedIOException e) {
                      return false;
                    }
                  }))
          .as(killed.said())
          .isTrue();
      assertThat(killed.process().isAlive()).isTrue();
    }
    assertThat(out.resolve(name)).doesNotExist();

    assertSameAsAtOnce(name, transfer(to(name), "--resume"));
  }

  @Test
  void resumesFailedRunAfterFileIsCorrected() throws Exception {
    fail(to("rows.csv"));
    correctLast();

    assertSameAsAtOnce("rows.csv", transfer(to("rows.csv"), "--resume"));
  }

  @Test
  void aPartWithOtherBytesDoesNotCount() throws Exception {
    fail(to("rows.csv"));
    correctLast();
    Path part =
        kept().stream()
            .filter(file -> !file.toString().endsWith(".entry"))
            .findFirst()
            .orElseThrow();
    byte[] bytes = Files.readAllBytes(part);
    bytes[bytes.length / 2] ^= 1;
    Files.write(part, bytes);

    assertSameAsAtOnce("rows.csv", transfer(to("rows.csv"), "--resume"));
  }

  @Test
  void aPartWithoutAnEntryDoesNotCount() throws Exception {
    fail(to("rows.csv"));
    correctLast();
    for (Path file : kept()) {
      if (file.toString().endsWith("part-0.entry")) {
        Files.delete(file);
      }
    }

    assertSameAsAtOnce("rows.csv", transfer(to("rows.csv"), "--resume"));
  }

  @Test
  void filesThatHaveChangedAreRefused() throws Exception {
    fail(to("rows.csv"));
    correctLast();
    Path first = in.resolve("part00.csv");
    String before = Files.readString(first);
    Files.writeString(first, before.replace("word 17", "ward 17"));
    Launched changed = transfer(to("rows.csv"), "--resume");
    assertThat(changed.exitCode()).as("%s", changed).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", changed.err()))
        .contains("part00.csv has changed since the interrupted transfer");

    Files.writeString(first, before + "9,9,more\n");
    assertRefused("the names or sizes of the files", to("rows.csv"), "--resume");
    Files.writeString(first, before);
    assertRefused(
        "the options of files have changed", to("rows.csv"), "--resume", "--outputDelimiter=;");
    assertThat(out.resolve("rows.csv")).doesNotExist();

    assertSameAsAtOnce("rows.csv", transfer(to("rows.csv"), "--resume"));
  }

  private void assertRefused(String why, String to, String... more) {
    Launched refused = transfer(to, more);
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join("\n", refused.err())).contains(why);
  }

  @Test
  void aRunningTransferIsNotResumed() throws Exception {
    fail(to("rows.csv"));
    try (DirectoryLock lock = KeptParts.of(out.resolve("rows.csv").toString()).lock()) {
      assertThat(lock).isNotNull();
      assertRefused("is still running", to("rows.csv"), "--resume");
      try (CommandJvm other =
          CommandJvm.start(requireNonNull(in.getParent()), options(to("rows.csv"), "--resume"))) {
        assertThat(other.await()).as(other.said()).isEqualTo(ExitCode.WRONG_USAGE.status());
        assertThat(other.said()).contains("is still running");
      }
    }
  }

  @Test
  void aRunWithoutResumeStartsFromTheBeginning() throws Exception {
    fail(to("rows.csv"));
    correctLast();

    Launched again = transfer(to("rows.csv"));

    assertThat(again.exitCode()).as("%s", again).isEqualTo(ExitCode.DONE);
    assertThat(again.err()).anyMatch(line -> line.contains("2 parts of an interrupted transfer"));
    assertThat(kept()).isEmpty();
    assertThat(Files.readAllLines(out.resolve("rows.csv"))).hasSize(1 + FILES * 1_000);
  }

  @Test
  void severalFilesAreResumedTogether() throws Exception {
    String both = to("rows.csv") + "," + to("rows.jsonl");
    fail(both);
    correctLast();

    Launched resumed = transfer(both, "--resume", "--verify=false");

    assertThat(resumed.exitCode()).as("%s", resumed).isEqualTo(ExitCode.DONE);
    assertThat(Files.readAllLines(out.resolve("rows.csv"))).hasSize(1 + FILES * 1_000);
    assertThat(Files.readAllLines(out.resolve("rows.jsonl"))).hasSize(FILES * 1_000);
    assertThat(kept()).isEmpty();
  }

  @Test
  void aResumedFileIsVerified() throws Exception {
    writeFiles(FILES, 1_000, true);
    Launched failed = transfer(to("rows.parquet"), "--resume", "--verify=true");
    assertThat(failed.exitCode()).as("%s", failed).isEqualTo(ExitCode.FAILED);
    correctLast();

    Launched resumed = transfer(to("rows.parquet"), "--resume", "--verify=true");

    assertThat(resumed.exitCode()).as("%s", resumed).isEqualTo(ExitCode.DONE);
    assertThat(kept()).isEmpty();
  }

  private void writeParquet(int number, String word) throws Exception {
    try (DuckDb duck = DuckDb.open()) {
      Path unused =
          duck.write(
              "SELECT i AS id, CASE i WHEN 2999 THEN '%s' ELSE printf('%%05d', i) END AS n FROM range(%d, %d) AS r(i)"
                  .formatted(word, number * 1_000, (number + 1) * 1_000),
              in.resolve("part%02d.parquet".formatted(number)),
              "compression uncompressed");
    }
  }

  @Test
  void parquetFilesAreResumedUnlessTheyHaveChanged() throws Exception {
    for (int file = 0; file < FILES; file++) {
      writeParquet(file, "x2999");
    }
    Path mapping =
        Files.writeString(
            out.resolveSibling("mapping.yaml"), "columns: [id, {name: n, type: bigint}]\n");
    List<String> options = options(to("rows.csv"), "--mapping=" + mapping, "--resume");
    options.replaceAll(option -> option.replace("--from=csv:", "--from=parquet:"));
    options.remove("--types=id:bigint");
    String[] args = options.toArray(String[]::new);
    assertThat(Launched.with(Main.COMMANDS, args).err())
        .anyMatch(line -> line.contains("2 finished parts of"));
    writeParquet(FILES - 1, "02999");

    Path first = in.resolve("part00.parquet");
    byte[] bytes = Files.readAllBytes(first);
    byte[] changed = bytes.clone();
    changed[changed.length / 2] ^= 1;
    Files.write(first, changed);
    assertThat(String.join("\n", Launched.with(Main.COMMANDS, args).err()))
        .contains("part00.parquet has changed since the interrupted transfer");

    Files.write(first, bytes);
    Launched resumed = Launched.with(Main.COMMANDS, args);
    assertThat(resumed.exitCode()).as("%s", resumed).isEqualTo(ExitCode.DONE);
    assertThat(resumed.out())
        .anyMatch(line -> line.contains("rows were already committed by the interrupted run"));
    assertThat(Files.readAllLines(out.resolve("rows.csv")))
        .hasSize(1 + FILES * 1_000)
        .contains("0,0", "2999,2999");
  }

  @Test
  void standardOutputCannotBeResumed() throws Exception {
    writeFiles(1, 10, false);
    assertRefused("only of local files", "csv:-", "--resume");
  }

  @Test
  void filesInObjectStoresCannotBeResumed() throws Exception {
    writeFiles(1, 10, false);
    for (String to : List.of("csv:s3://lake/out.csv", "jsonl:gs://lake/out.jsonl")) {
      assertRefused(
          "only of local files, not of '" + to.replaceFirst("^[a-z]+:", ""), to, "--resume");
      assertRefused("remove --resume", to, "--resume", "--dryRun");
    }
  }
}
