package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two builds of the same sources, in different directories, make the same jars. */
@Tag("large")
final class ReproducibleJarIT {

  private static final Set<String> NOT_SOURCES = Set.of("target", ".git", "shared");

  @Test
  void twoBuildsHaveTheSameBytes(@TempDir Path directory) throws Exception {
    Path first = build(directory.resolve("first"));
    Path second = build(directory.resolve("other-place/second"));
    for (String jar : List.of("diagonal-bundled.jar", "diagonal-0.2.0.jar")) {
      assertThat(Files.mismatch(first.resolve(jar), second.resolve(jar))).as(jar).isEqualTo(-1);
    }
  }

  private static Path build(Path copy) throws IOException, InterruptedException {
    copySources(copy);
    Path log = copy.resolve("build.log");
    Process maven =
        new ProcessBuilder(
                "mvn",
                "-B",
                "-o",
                "-q",
                "package",
                "-DskipTests",
                "-Dmaven.test.skip=true",
                "-Dspotless.check.skip=true",
                "-Dmdep.skip=true",
                "-Dexec.skip=true",
                "-Dassembly.skipAssembly=true")
            .directory(copy.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(maven.waitFor()).as("%s", Files.readString(log)).isZero();
    return copy.resolve("target");
  }

  private static void copySources(Path copy) throws IOException {
    Path root = Path.of("").toAbsolutePath();
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(file -> !NOT_SOURCES.contains(root.relativize(file).getName(0).toString()))
          .forEach(file -> copyOne(file, copy.resolve(root.relativize(file).toString())));
    }
  }

  private static void copyOne(Path file, Path to) {
    try {
      if (Files.isRegularFile(file)) {
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
