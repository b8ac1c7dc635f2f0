package dev.diagonal.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.metrics.Written;
import dev.diagonal.testing.Runner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FileRecipesTest {

  private final Path directory;
  private final String files;

  FileRecipesTest(@TempDir Path directory) {
    this.directory = directory;
    this.files = directory.resolve("*.log").toString();
  }

  @BeforeEach
  void writeLogs() throws IOException {
    Files.writeString(directory.resolve("a.log"), "INFO started\nWARN slow\n\nINFO ended\n");
    Files.writeString(directory.resolve("b.log"), "ERROR lost\nnonsense\nINFO started\n");
  }

  @ParameterizedTest
  @EnumSource
  void countsLinesByLevel(Runner runner) throws IOException {
    TestPipeline pipeline = runner.pipeline();
    Path output = directory.resolve("levels.csv");
    Path bad = directory.resolve("bad.jsonl");
    FileRecipes.countLines(pipeline, files, output.toString(), bad.toString());
    pipeline.run().waitUntilFinish();
    assertThat(output).hasContent("level,lines\nERROR,1\nINFO,3\nWARN,1\n");
    assertThat(Files.readAllLines(bad)).containsExactly(badLine());
  }

  private String badLine() {
    return new DeadLetter(directory.resolve("b.log").toString(), 11, "no level", "nonsense")
        .toJson();
  }

  @Test
  void watchesADirectory() throws IOException {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    Path bad = directory.resolve("bad");
    PCollection<KV<String, Long>> counts = FileRecipes.watchLines(pipeline, files, bad.toString());
    PCollection<KV<String, Long>> totals =
        counts
            .apply(Window.into(FixedWindows.of(Duration.standardDays(100_000))))
            .apply(Combine.perKey(Sum.ofLongs()));
    PAssert.that(totals)
        .containsInAnyOrder(KV.of("ERROR", 1L), KV.of("INFO", 3L), KV.of("WARN", 1L));
    pipeline.run().waitUntilFinish();
    try (Stream<Path> written = Files.list(bad)) {
      assertThat(written.toList())
          .singleElement()
          .satisfies(file -> assertThat(file).hasContent(badLine() + "\n"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void convertsCsvToJsonLines(Runner runner) throws IOException {
    TestPipeline pipeline = runner.pipeline();
    Path people = directory.resolve("people.csv");
    Files.writeString(people, "id,name\n1,Ada\n2,Grace\n");
    Path output = directory.resolve("people.jsonl");
    PCollection<Written> written =
        FileRecipes.toJsonLines(pipeline, people.toString(), output.toString());
    PAssert.thatSingleton(
            written
                .apply(MapElements.into(TypeDescriptors.longs()).via(Written::rows))
                .apply(Sum.longsGlobally()))
        .isEqualTo(2L);
    pipeline.run().waitUntilFinish();
    assertThat(output).hasContent("{\"id\":1,\"name\":\"Ada\"}\n{\"id\":2,\"name\":\"Grace\"}\n");
  }
}
