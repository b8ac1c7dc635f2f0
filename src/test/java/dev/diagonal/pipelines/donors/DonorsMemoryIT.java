package dev.diagonal.pipelines.donors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.donors.GenerateFiles;
import dev.diagonal.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** More donations than a heap of a gigabyte could hold: on Flink they spill to disk. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("large")
final class DonorsMemoryIT {

  private static final int DONATIONS = 100_000;
  private static final int COPIES = 66;

  private Path directory;

  @BeforeAll
  void twoGigabytes(@TempDir Path directory) throws IOException {
    this.directory = directory;
    GenerateFiles.into(directory, DONATIONS, 3);
    Path zipped = directory.resolve("donations.csv.gz");
    Path plain = directory.resolve("donations.csv");
    try (BufferedWriter out = Files.newBufferedWriter(plain)) {
      for (int copy = 0; copy < COPIES; copy++) {
        try (BufferedReader in =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(zipped)), UTF_8))) {
          for (String line = in.readLine(); line != null; line = in.readLine()) {
            // Ids of their own; projects but for the first copy that there are not.
            out.write(
                "\"" + copy + line.substring(1).replaceFirst("\"p", copy == 0 ? "\"p" : "\"x"));
            out.newLine();
          }
        }
      }
    }
    Files.delete(zipped);
    assertThat(plain.toFile().length()).isGreaterThan(2_000_000_000L);
  }

  @Test
  void flinkJoinsThemInOneGigabyte() {
    ChildJvm child = run("@runner-configs/flink-local.args");
    assertThat(child.status()).as("%s", child).isZero();
    assertThat(child.out())
        .anyMatch(line -> line.matches(" *JSON lines +%,d rows .*".formatted(DONATIONS * COPIES)));
  }

  @Test
  void directRunnerRefusesAndNamesNeededHeap() {
    ChildJvm child = run("--runner=DirectRunner");
    assertThat(child.status()).as("%s", child).isEqualTo(2);
    assertThat(child.err().get(0))
        .matches(".*needs a heap of [23],[0-9]{3} MiB for this.*--runner=FlinkRunner.*");
  }

  private ChildJvm run(String runner) {
    return ChildJvm.bundledJar(
        List.of("-Xmx1g"),
        "donors-choose --projects=%1$s/projects* --donations=%1$s/donations* --resources=%1$s/resources* --output=%1$s/out %2$s"
            .formatted(directory, runner));
  }
}
