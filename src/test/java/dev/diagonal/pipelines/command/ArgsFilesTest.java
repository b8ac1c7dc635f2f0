package dev.diagonal.pipelines.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ArgsFilesTest {

  private final Path directory;

  ArgsFilesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void optionFileIsExpandedInPlace() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("some.args"),
            "# a comment\r\n\n  --coats=3  \n\t# another: --painter=Ann\n--glossy");
    assertThat(ArgsFiles.expand(List.of("--coats=1", "@" + file, "--painter=Ida")))
        .containsExactly("--coats=1", "--coats=3", "--glossy", "--painter=Ida");
  }

  @Test
  void hashInsideAnOptionIsNotAComment() throws IOException {
    Path file = Files.writeString(directory.resolve("some.args"), "--painter=# 1\n");
    assertThat(ArgsFiles.expand(List.of("@" + file))).containsExactly("--painter=# 1");
  }

  @Test
  void ignoresAByteOrderMark() throws IOException {
    Path file = Files.writeString(directory.resolve("some.args"), "\uFEFF--coats=3\n");
    assertThat(ArgsFiles.expand(List.of("@" + file))).containsExactly("--coats=3");
  }

  @Test
  void refusesAValueInQuotes() throws IOException {
    Path file = Files.writeString(directory.resolve("some.args"), "--quote=\"\n--painter='Ida'\n");
    assertThatThrownBy(() -> ArgsFiles.expand(List.of("@" + file)))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "@%s, line 2: a file of options takes values without quotes: write --painter=Ida"
                .formatted(file));
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = directory.resolve("none.args");
    assertThatThrownBy(() -> ArgsFiles.expand(List.of("@" + file)))
        .isInstanceOf(UsageException.class)
        .hasMessage("@" + file + ": there is no such file");
  }

  @Test
  void aDirectoryCannotBeRead() {
    assertThatThrownBy(() -> ArgsFiles.expand(List.of("@" + directory)))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("@" + directory + ": cannot be read: ");
  }

  @Test
  void namesInvalidOptionByFileAndLine() throws IOException {
    Path file = Files.writeString(directory.resolve("some.args"), "# first\n--coats=1\n-coats=2\n");
    assertThatThrownBy(() -> ArgsFiles.expand(List.of("@" + file)))
        .isInstanceOf(UsageException.class)
        .hasMessage("@" + file + ", line 3: an option must start with --, got '-coats=2'");
  }

  @ParameterizedTest
  @MethodSource("runnerConfigs")
  void everyRunnerConfigParsesAndExplainsOptions(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    assertThat(ArgsFiles.expand(List.of("@" + file))).isNotEmpty();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("--")) {
        assertThat(lines.get(i - 1)).as("the line above %s", lines.get(i)).startsWith("# ");
      }
    }
  }

  static Stream<Path> runnerConfigs() {
    return Stream.of("direct", "flink-local", "flink-cluster")
        .map(name -> Path.of("runner-configs", name + ".args"));
  }
}
