package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.local.SampleRatings;
import dev.diagonal.testing.ChildJvm;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Input of any size passes through the same heap. What is generated for the large ones (10 GB) is
 * deleted at the end.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MemoryIT {

  private static final Path DIRECTORY = Path.of("target", "memory");

  /** A rating of the sample takes 26 bytes on average. */
  private static final long RATINGS_PER_100_MB = 4_000_000;

  private enum Way {
    DIRECT("256m", "@runner-configs/direct.args"),
    FLINK("512m", "@runner-configs/flink-local.args");

    private final String heap;
    private final String options;

    Way(String heap, String options) {
      this.heap = heap;
      this.options = options;
    }
  }

  @AfterAll
  void deleteTheLargeFiles() throws IOException {
    for (String file : List.of("ratings-1000.csv", "ratings-4000.csv", "ratings-4000.csv.gz")) {
      Files.deleteIfExists(DIRECTORY.resolve(file));
    }
  }

  @Test
  void hundredMegabytes() throws IOException {
    assertPasses(sample(100), RATINGS_PER_100_MB);
  }

  @Test
  @Tag("large")
  void oneGigabyte() throws IOException {
    assertPasses(sample(1_000), 10 * RATINGS_PER_100_MB);
  }

  @Test
  @Tag("large")
  void fourGigabytesPlainAndOneGigabyteOfGzip() throws IOException {
    Path plain = sample(4_000);
    assertPasses(plain, 40 * RATINGS_PER_100_MB);
    Path zipped = gzip(plain);
    assertThat(Files.size(zipped)).isGreaterThan(1_000_000_000);
    assertPasses(zipped, 40 * RATINGS_PER_100_MB);
  }

  /** Runs both ways and compares: rows, the counts in the output, and the bytes of it. */
  private static void assertPasses(Path input, long ratings) throws IOException {
    Path direct = run(Way.DIRECT, input, ratings);
    Path flink = run(Way.FLINK, input, ratings);
    assertThat(countsIn(direct)).isEqualTo(ratings);
    assertThat(Files.mismatch(direct, flink)).isEqualTo(-1);
  }

  private static Path run(Way way, Path input, long ratings) throws IOException {
    Path output = DIRECTORY.resolve(way + ".csv");
    Path summary = DIRECTORY.resolve(way + ".json");
    Files.deleteIfExists(output);
    ChildJvm child =
        ChildJvm.bundledJar(
            List.of("-Xmx" + way.heap),
            "movie-ratings --input=%s --output=%s --summary=%s %s"
                .formatted(input, output, summary, way.options));
    assertThat(child.status()).as("%s: %s", way, child).isEqualTo(0);
    assertThat(child.err()).isEmpty();
    if (ratings > 10 * RATINGS_PER_100_MB) {
      assertThat(child.progress()).as("progress of a long run").isNotEmpty();
    }
    assertThat(new ObjectMapper().readTree(summary.toFile()).path("rows_read").asLong())
        .isEqualTo(ratings);
    System.out.printf(
        "-Xmx%s, %s, %,.0f MB: %s%n", way.heap, way, Files.size(input) / 1e6, child.out().get(0));
    return output;
  }

  private static Path sample(int megabytes) throws IOException {
    Path file = DIRECTORY.resolve("ratings-" + megabytes + ".csv");
    SampleRatings.of(megabytes / 100 * RATINGS_PER_100_MB).writeIfMissing(file);
    assertThat(Files.size(file)).isGreaterThan(megabytes * 1_000_000L);
    return file;
  }

  private static Path gzip(Path plain) throws IOException {
    Path zipped = Path.of(plain + ".gz");
    try (var in = new BufferedInputStream(Files.newInputStream(plain));
        OutputStream out =
            new GZIPOutputStream(Files.newOutputStream(zipped), 1 << 16) {
              {
                def.setLevel(Deflater.BEST_SPEED);
              }
            }) {
      in.transferTo(out);
    }
    return zipped;
  }

  private static long countsIn(Path output) throws IOException {
    try (Stream<String> lines = Files.lines(output)) {
      return lines.skip(1).mapToLong(line -> Long.parseLong(line.split(",")[1])).sum();
    }
  }
}
