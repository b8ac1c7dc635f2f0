package dev.diagonal.pipelines.edges;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.ChildJvm;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory does not grow with the edges, nor with those of one cell. In JVMs of small heaps. */
final class EdgesMemoryIT {

  private static final String HEAP = "-Xmx512m";

  private enum Way {
    DIRECT("--enforceImmutability=false", "--enforceEncodability=false", "--targetParallelism=2"),
    FLINK("--runner=FlinkRunner", "--flinkMaster=[local]", "--parallelism=2", "--objectReuse=true");

    private final String[] options;

    Way(String... options) {
      this.options = options;
    }
  }

  private final Path directory;

  EdgesMemoryIT(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  @Tag("large")
  void twoMillionEdgesIntoASlowSink() throws IOException {
    Path file = edges(2_000_000, 0, 0);
    assertAllArrive("write", file, 2_000_000, Way.DIRECT);
    assertAllArrive("write", file, 2_000_000, Way.FLINK);
  }

  @Test
  @Tag("large")
  void twentyMillionEdgesIntoASlowSink() throws IOException {
    Path file = edges(20_000_000, 0, 0);
    assertAllArrive("write", file, 20_000_000, Way.DIRECT);
    assertAllArrive("write", file, 20_000_000, Way.FLINK);
  }

  @Test
  @Tag("large")
  void nineOfTenEdgesInOneCell() throws IOException {
    Path file = edges(5_000_000, 90, 0);
    assertAllArrive("write", file, 5_000_000, Way.DIRECT);
    assertAllArrive("write", file, 5_000_000, Way.FLINK);
    assertAllArrive("split", file, 5_000_000, Way.FLINK);
  }

  @Test
  @Tag("large")
  void edgesWithLongTexts() throws IOException {
    Path file = edges(100_000, 0, 8_000);
    assertAllArrive("wide", file, 100_000, Way.DIRECT);
    assertAllArrive("wide", file, 100_000, Way.FLINK);
  }

  private static void assertAllArrive(String how, Path file, long rows, Way way) {
    List<String> command = new ArrayList<>(List.of(HEAP));
    command.addAll(ChildJvm.opens());
    command.addAll(
        List.of(
            "-cp",
            Path.of("target", "test-classes") + ":" + ChildJvm.jar(),
            "dev.diagonal.conflictfree.SlowSinkJvm",
            how,
            file.toString()));
    command.addAll(List.of(way.options));
    long start = System.nanoTime();
    ChildJvm child = ChildJvm.run(command.toArray(String[]::new));
    assertThat(child.status()).as("%s: %s", way, child).isZero();
    assertThat(child.out()).as("%s: %s", way, child).last().isEqualTo("DONE " + rows);
    System.out.printf(
        "%s, %s, %s, %,d edges: %.1f s%n", HEAP, way, how, rows, (System.nanoTime() - start) / 1e9);
  }

  /**
   * Edges between 50,000 nodes, but for so many in a hundred, which are all from 1 to 2; each with
   * a text of so many characters.
   */
  private Path edges(int count, int hotPercent, int textLength) throws IOException {
    Path file = directory.resolve("edges-" + count + "-" + hotPercent + ".csv");
    String end = (textLength == 0 ? "" : "," + "x".repeat(textLength)) + "\n";
    SplittableRandom random = new SplittableRandom(42);
    try (BufferedWriter out = Files.newBufferedWriter(file, US_ASCII)) {
      out.write("source,target" + (textLength == 0 ? "" : ",text") + "\n");
      for (int i = 0; i < count; i++) {
        if (random.nextInt(100) < hotPercent) {
          out.write("1,2" + end);
        } else {
          out.write(random.nextInt(50_000) + "," + random.nextInt(50_000) + end);
        }
      }
    }
    return file;
  }
}
