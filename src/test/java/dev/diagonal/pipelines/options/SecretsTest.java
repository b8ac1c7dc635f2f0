package dev.diagonal.pipelines.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.Secret;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SecretsTest {

  private static final String UNSET = "DIAGONAL_TEST_NO_SUCH_VARIABLE";

  private final Path directory;

  SecretsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void secretIsFirstLineIncludingSpaces() throws IOException {
    Path file = Files.writeString(directory.resolve("password"), " se cret \r\nnot this\n");
    assertThat(Secrets.read("jdbcPasswordFile", file.toString(), UNSET))
        .contains(new Secret(" se cret "));
  }

  @Test
  void withoutAFileTheEnvironmentHasIt() {
    // The one variable that is surely set.
    assertThat(Secrets.read("jdbcPasswordFile", null, "PATH"))
        .contains(new Secret(System.getenv("PATH")));
  }

  @Test
  void theFileWinsOverTheEnvironment() throws IOException {
    Path file = Files.writeString(directory.resolve("password"), "of the file");
    assertThat(Secrets.read("jdbcPasswordFile", file.toString(), "PATH"))
        .contains(new Secret("of the file"));
  }

  @Test
  void withNeitherThereIsNone() {
    assertThat(Secrets.read("jdbcPasswordFile", null, UNSET)).isEmpty();
  }

  @Test
  void aMissingFileIsNamedWithItsOption() {
    Path file = directory.resolve("none");
    assertThatThrownBy(() -> Secrets.read("jdbcPasswordFile", file.toString(), UNSET))
        .isInstanceOf(UsageException.class)
        .hasMessage("--jdbcPasswordFile: the file '%s' cannot be read: it does not exist", file);
  }

  @Test
  void anEmptyFileIsRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("password"), "\nsecret\n");
    assertThatThrownBy(() -> Secrets.read("jdbcPasswordFile", file.toString(), UNSET))
        .isInstanceOf(UsageException.class)
        .hasMessage("--jdbcPasswordFile: the file '%s' is empty", file);
  }
}
