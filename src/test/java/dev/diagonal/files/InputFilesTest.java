package dev.diagonal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.InputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFilesTest {

  private final Path directory;

  InputFilesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeAll
  static void registerFileSystems() {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
  }

  @BeforeEach
  void writeFiles() throws IOException {
    for (String name : List.of("b.csv", "a.csv", "c.csv.gz", ".hidden.csv", "_SUCCESS", "d.txt")) {
      Files.writeString(directory.resolve(name), name);
    }
    Files.createDirectory(directory.resolve("sub.csv"));
    Files.writeString(directory.resolve("sub.csv").resolve("deep.csv"), "deep");
    Files.createDirectory(directory.resolve("empty"));
  }

  @Test
  void pathYieldsFileWithSizeAndTime() throws IOException {
    long modified = Files.getLastModifiedTime(directory.resolve("a.csv")).toMillis();
    InputFiles files = InputFiles.matching(List.of(path("a.csv")));
    assertThat(files.files()).containsExactly(InputFile.of(path("a.csv"), 5, modified));
    assertThat(files.totalBytes()).isEqualTo(5);
  }

  @Test
  void severalFilesComeInTheOrderGiven() {
    InputFiles files = InputFiles.matching(List.of(path("b.csv"), path("a.csv")));
    assertThat(files.files())
        .extracting(InputFile::name)
        .containsExactly(path("b.csv"), path("a.csv"));
    assertThat(files.totalBytes()).isEqualTo(10);
  }

  @Test
  void patternsPassOverHiddenFiles() throws IOException {
    Files.writeString(directory.resolve(".b.csv.diagonal-1234"), "unfinished");
    assertThat(names(path("?.csv"))).containsExactly(path("a.csv"), path("b.csv"));
    assertThat(names(path("*.csv*")))
        .containsExactly(path("a.csv"), path("b.csv"), path("c.csv.gz"), deep());
    assertThat(names(path(".*"))).as("a pattern with a dot").containsExactly(path(".hidden.csv"));
  }

  @Test
  void partFilesOfRunsMatchNothing() throws IOException {
    String id = "0123456789abcdef".repeat(2);
    Path part = directory.resolve(".a.csv.diagonal-" + id + ".part-0." + id);
    Files.writeString(part, "part");
    assertThat(InputFiles.matchingIfAny(List.of(path(".a*"), path("*part*"))).files()).isEmpty();
  }

  @Test
  void directoryMeansItsVisibleFiles() {
    assertThat(names(directory.toString()))
        .containsExactly(path("a.csv"), path("b.csv"), path("c.csv.gz"), path("d.txt"));
    assertThat(names(directory + "/")).isEqualTo(names(directory.toString()));
  }

  @Test
  void fileMatchedBySeveralPatternsIsReadOnce() {
    assertThat(names(path("b.csv"), path("*.csv"), path("b.csv"), directory.toString()))
        .containsExactly(path("b.csv"), path("a.csv"), deep(), path("c.csv.gz"), path("d.txt"));
  }

  @Test
  void compressedFilesCannotBeSplit() throws IOException {
    for (String name : List.of("x.gz", "x.bz2", "x.zst", "x.zip")) {
      Files.writeString(directory.resolve(name), name);
      assertThat(InputFiles.matching(List.of(path(name))).files().get(0).splittable()).isFalse();
    }
  }

  @Test
  void aPathThatExistsIsNotAPattern() throws IOException {
    Files.createDirectory(directory.resolve("run[1]"));
    Files.createDirectory(directory.resolve("run1"));
    Files.writeString(directory.resolve("run[1]/mine{a}.csv"), "mine");
    Files.writeString(directory.resolve("run1/other.csv"), "other");
    assertThat(names(path("run[1]"))).containsExactly(path("run[1]/mine{a}.csv"));
    assertThat(names(path("run[1]/mine{a}.csv"))).containsExactly(path("run[1]/mine{a}.csv"));
    assertThat(names(path("run[1]/*.csv")))
        .as("no such path")
        .containsExactly(path("run1/other.csv"));
  }

  @Test
  void eachStepOfAPatternListsOneDirectory() throws IOException {
    Files.createDirectories(directory.resolve("y2024/m1/deep"));
    Files.createDirectories(directory.resolve("y2025/m1"));
    for (String name : List.of("y2024/m1/x.csv", "y2024/m1/deep/x.csv", "y2025/m1/x.csv")) {
      Files.writeString(directory.resolve(name), "x");
    }
    assertThat(names(path("y*/m1/*.csv")))
        .containsExactly(path("y2024/m1/x.csv"), path("y2025/m1/x.csv"));
    assertThat(names(path("y2024/**.csv")))
        .containsExactly(path("y2024/m1/deep/x.csv"), path("y2024/m1/x.csv"));
  }

  @Test
  void refusesDanglingLinks() throws IOException {
    Files.createSymbolicLink(directory.resolve("gone.csv"), Path.of("nowhere.csv"));
    for (String pattern : List.of(path("gone.csv"), path("*.csv"), directory.toString())) {
      assertThatThrownBy(() -> names(pattern))
          .isInstanceOf(BadInputException.class)
          .hasMessage(path("gone.csv") + " is a link to a file that does not exist");
    }
  }

  @Test
  void aLinkBesideItsFileIsRefused() throws IOException {
    Files.createSymbolicLink(directory.resolve("latest.csv"), Path.of("b.csv"));
    assertThat(names(path("latest.csv"))).containsExactly(path("latest.csv"));
    for (String pattern : List.of(path("*.csv"), directory.toString())) {
      assertThatThrownBy(() -> names(pattern))
          .isInstanceOf(BadInputException.class)
          .hasMessage(
              "%s and %s are one file, which would be read twice: leave the link out of the input"
                  .formatted(path("b.csv"), path("latest.csv")));
    }
  }

  @Test
  void directoryIsReadOnceDespiteLinks() throws IOException {
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("o.csv"), "o");
    Path tree = Files.createDirectories(directory.resolve("tree/2024"));
    Files.writeString(tree.resolve("x.csv"), "x");
    Files.createSymbolicLink(directory.resolve("tree/a-loop"), directory.resolve("tree"));
    Files.createSymbolicLink(directory.resolve("tree/current"), Path.of("2024"));
    Files.createSymbolicLink(directory.resolve("tree/outside"), outside);
    assertThat(names(path("tree/**.csv")))
        .containsExactly(path("tree/2024/x.csv"), path("tree/outside/o.csv"));
    Path other = Files.createDirectories(directory.resolve("tree/other/current"));
    Files.writeString(other.resolve("y.csv"), "y");
    assertThat(names(path("tree/**/current/*.csv")))
        .as("a pattern that only the link matches")
        .containsExactly(path("tree/other/current/y.csv"));
    assertThat(names(path("tree/**current/*.csv")))
        .containsExactly(path("tree/current/x.csv"), path("tree/other/current/y.csv"));
    assertThat(names(path("tree/20*/**.csv"), path("tree/**/x.csv")))
        .containsExactly(path("tree/2024/x.csv"));
    Files.createSymbolicLink(tree.resolve("gone.csv"), Path.of("nowhere.csv"));
    assertThatThrownBy(() -> names(path("tree/**.csv")))
        .hasMessage(path("tree/2024/gone.csv") + " is a link to a file that does not exist");
  }

  @Test
  void aPatternThatMatchesNothingIsNamed() {
    for (String nothing : List.of(path("missing.csv"), path("*.parquet"))) {
      assertThatThrownBy(() -> names(path("a.csv"), nothing))
          .isInstanceOf(BadInputException.class)
          .hasMessage("no file matches '" + nothing + "'");
    }
    assertThatThrownBy(() -> names(path("empty")))
        .hasMessage(
            "no file matches '%1$s'; the directory itself has no files, and '%1$s/**' includes those below it"
                .formatted(path("empty")));
  }

  @Test
  void anUnknownFileSystemIsNamed() {
    assertThatThrownBy(() -> names("nosuch://bucket/file"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("cannot look for 'nosuch://bucket/file': ");
  }

  private static List<String> names(String... patterns) {
    return InputFiles.matching(List.of(patterns)).files().stream().map(InputFile::name).toList();
  }

  private String deep() {
    return path("sub.csv/deep.csv");
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }
}
