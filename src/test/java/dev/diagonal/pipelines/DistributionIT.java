package dev.diagonal.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive that {@code mvn package} makes, unpacked as its users do. */
final class DistributionIT {

  @TempDir static Path directory;

  private static Path home;

  @BeforeAll
  static void unpack() throws IOException, InterruptedException {
    Path archive;
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      archive =
          files
              .filter(file -> file.getFileName().toString().matches("diagonal-[0-9.]+\\.tar\\.gz"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("mvn package makes target/diagonal-*.tar.gz"));
    }
    assertThat(run("tar", "-xzf", archive.toAbsolutePath().toString())).isEmpty();
    String name = archive.getFileName().toString().replace(".tar.gz", "");
    home = directory.resolve(name);
  }

  @Test
  void runsFromAnotherDirectoryThroughALink() throws IOException, InterruptedException {
    Path link =
        Files.createSymbolicLink(directory.resolve("diagonal"), home.resolve("bin/diagonal"));
    String output = run(link.toString(), "--version");
    assertThat(output).contains("Diagonal " + home.getFileName().toString().substring(9));
    run(
        link.toString(),
        "transfer",
        "--from=csv:" + home.resolve("examples/people.csv"),
        "--to=jsonl:people.jsonl");
    assertThat(directory.resolve("people.jsonl"))
        .content()
        .startsWith("{\"id\":1,\"name\":\"Ada\",\"born\":\"1815-12-10\",\"town\":\"London\"}\n");
    assertThat(home.resolve("diagonal-java%d.jsa".formatted(Runtime.version().feature())))
        .isNotEmptyFile();
  }

  @Test
  void optionalJarsInLibAreFound() throws IOException, InterruptedException {
    run(
        home.resolve("bin/diagonal").toString(),
        "transfer",
        "--from=csv:" + home.resolve("examples/people.csv"),
        "--to=parquet:people.parquet");
    assertThat(directory.resolve("people.parquet")).isNotEmptyFile();
  }

  @Test
  void holdsWhatItsPagesNeed() {
    assertThat(List.of("LICENSE", "README.md", "CHANGELOG.md", "docs/quickstart.md", "lib"))
        .allMatch(name -> Files.exists(home.resolve(name)));
    assertThat(home.resolve("runner-configs/java.args")).exists();
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    int exitCode = builder.start().waitFor();
    String text = Files.readString(output, UTF_8);
    assertThat(exitCode).as(text).isZero();
    return text;
  }
}
