package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Maven's profile {@code beam-next}: the classes of this build on a newer Beam. */
@Tag("large")
final class NewerBeamIT {

  @Test
  void unitTestsPassOnNewerBeam(@TempDir Path directory) throws Exception {
    Path log = directory.resolve("maven.log");
    Process maven =
        new ProcessBuilder("mvn", "-B", "-ntp", "-Pbeam-next", "surefire:test")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(maven.waitFor()).as("%s", Files.readString(log)).isZero();
    assertThat(Files.readString(log)).containsPattern("Tests run: [1-9][0-9]{3}, ");
  }
}
