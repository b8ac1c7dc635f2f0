package dev.diagonal.files.stored;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.files.stored.Listing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that depend on the locale, which a JVM reads only when it starts. */
final class UndecodableNamesTest {

  private final Path directory;

  UndecodableNamesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** Lists a directory in a JVM of its own. */
  static final class ListJvm {

    private ListJvm() {}

    public static void main(String[] args) {
      try {
        System.out.println(Listing.matching(args[0]).size() + " files");
      } catch (BadInputException e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }

  @Test
  void refusesNamesThatTheLocaleCannotDecode() throws Exception {
    Files.writeString(directory.resolve("a.csv"), "a");
    // Created by a shell, since this JVM may have such a locale itself.
    run(
        "C.UTF-8",
        "sh",
        "-c",
        "printf x > \"$1/$(printf '\\303\\251t\\303\\251.csv')\"",
        "sh",
        directory.toString());
    for (String pattern : List.of(directory.toString(), directory + "/*.csv")) {
      assertThat(list("C.UTF-8", pattern)).contains("2 files");
      assertThat(list("POSIX", pattern))
          .contains("refused: the name of " + directory)
          .contains("set LC_ALL=C.UTF-8");
    }
    assertThat(list("POSIX", directory + "/a*")).contains("1 files");
  }

  private static String list(String locale, String pattern) throws Exception {
    return run(
        locale,
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        ListJvm.class.getName(),
        pattern);
  }

  private static String run(String locale, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", locale);
    Process process = builder.start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();
    return output;
  }
}
