package dev.diagonal.soak;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten minutes of loads that an adversary disturbs. */
final class SoakIT {

  private static final long SEED = 22;
  private static final int KINDS_OF_STRIKES = 10;

  @Tag("large")
  @Test
  void losesAndDoublesNoRowInTenMinutes(@TempDir Path directory) throws Exception {
    Soak.Report report = Soak.run(Duration.ofMinutes(10), SEED, directory);
    System.out.println(report);
    assertThat(report.findings()).isEmpty();
    assertThat(report.strikes()).hasSizeGreaterThanOrEqualTo(KINDS_OF_STRIKES);
    assertThat(report.transactions()).isPositive();
  }

  @Test
  void scriptAsksForTheMinutes() throws Exception {
    Process script = new ProcessBuilder("bin/soak").redirectErrorStream(true).start();
    assertThat(new String(script.getInputStream().readAllBytes(), UTF_8))
        .isEqualTo("soak: give the minutes, and a seed if it is not 1\n");
    assertThat(script.waitFor()).isEqualTo(2);
  }
}
