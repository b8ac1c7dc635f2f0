package dev.diagonal.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bin/benchmark} runs each benchmark, here with its smallest arguments. */
final class BenchmarkScriptIT {

  @TempDir private Path directory;

  private record Ended(int exitCode, String text) {}

  private Ended run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of("bin/benchmark").toString()));
    command.addAll(List.of(arguments));
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("TEST_CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("JAVA_OPTS", "-Xmx1g -XX:TieredStopAtLevel=1");
    return new Ended(builder.start().waitFor(), Files.readString(output, UTF_8));
  }

  @Tag("large")
  @ParameterizedTest
  @CsvSource({
    "transfer, copy 1000 2, Medians of 2 round",
    "transfer, tables 1000 2, COPY as binary through a pipe",
    "transfer, jsonl 1000 2, DuckDB",
    "counts, 1000 1, serial",
    "chaos, 40, clock turned",
    "width, 1 network, immediate",
    "neo4j, 2000 200 1, medians of 1 rounds",
    "overlap, '', slowest stage alone",
    "pending-cells, '', us a choice",
    "edges, 1 direct 10000 4workers uniform bipartite, 1 round",
    "elasticsearch-sink, 1 documents=2000, Medians of 1 rounds",
    "mapping, 200 1, Medians of 1 rounds",
    "rating-batches, 20000 1 10000, Medians of 1 rounds",
    "jdbc-sink, 1 1 upsert flink, medians of 1 rounds",
    "donors-choose, 1000 rounds=1 index=0, Medians of 1 round",
    "ratings, 1 quick, Medians of 1 rounds",
    "report, 1000 1, medians of 1 rounds",
    "scale, units=0.001 1x 1worker movie-ratings, Extrapolation to larger inputs"
  })
  void runsEveryBenchmark(String name, String arguments, String shown) throws Exception {
    String page = Files.readString(Path.of("docs", "benchmarks.md"));
    List<String> all = new ArrayList<>(List.of(name, "--dry"));
    Stream.of(arguments.split(" +")).filter(word -> !word.isEmpty()).forEach(all::add);

    Ended ended = run(all.toArray(String[]::new));

    assertThat(ended.exitCode()).as(ended.text()).isZero();
    assertThat(ended.text()).contains("Takes ").contains(shown);
    assertThat(Path.of("docs", "benchmarks.md")).hasContent(page);
  }

  @Test
  void namesTheBenchmarksThereAre() throws Exception {
    Ended ended = run("copy");

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.text()).contains("there is no benchmark 'copy'").contains("rating-batches");
  }
}
